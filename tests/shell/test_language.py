# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts: quoting, comments, pipes, host commands, errors and where they
are.
"""

import os
import socket
import subprocess

import guestfish
from guestfish import contains, equal, fails, output, run


def test_quoting():
    equal(output(script='echo a  "b  c" \'d\\n"\' "\\x41\\102\\t\\"" it\'s\n'),
          'a b  c d\\n" AB\t" it\'s\n')


def test_comments_and_blank_lines():
    equal(output(script="# a\n\n   \t\n\t # 'b\necho c # d\n"), "c # d\n")


def test_last_line_without_newline():
    equal(output(script="echo a\necho b"), "a\nb\n")


def test_script_file():
    with open("a.gf", "w", encoding="ascii") as f:
        f.write("#!/usr/bin/guestfish -f\necho a\n")
    equal(output("-f", "a.gf"), "a\n")


def test_interpreter():
    with open("a.gf", "w", encoding="ascii") as f:
        f.write(f"#!{guestfish.GUESTFISH} -f\necho a\n")
    os.chmod("a.gf", 0o755)
    result = subprocess.run(["./a.gf"], capture_output=True, check=True)
    equal(result.stdout, b"a\n")


def test_missing_script():
    contains(fails("-f", "no.gf"), "no.gf: No such file")


def test_commands_of_the_command_line():
    equal(output("echo", "a  b", ":", ":", "echo", "~", '"c', ":"),
          'a  b\n~ "c\n')


def test_first_error_ends_a_script():
    result = run(script="echo a\nno-such\necho b\n", check=False)
    equal((result.returncode, result.stdout), (1, "a\n"))
    equal(result.stderr,
          "guestfish: there is no command 'no-such'; 'help' lists them\n"
          "guestfish: standard input:2: this was: no-such\n")


def test_first_error_ends_the_command_line():
    result = run("echo", "a", ":", "no-such", ":", "echo", "b", check=False)
    equal((result.returncode, result.stdout), (1, "a\n"))


def test_dash_ignores_an_error():
    result = run(script="-no-such\n-!false\n  -lcd /no\necho b\n")
    equal(result.stdout, "b\n")
    contains(result.stderr, "/no: No such file")
    equal(output("--", "-lcd", "/no", ":", "echo", "b"), "b\n")


def test_open_quote_is_shown():
    with open("a.gf", "w", encoding="ascii") as f:
        f.write('echo a\n\techo "b\n')
    equal(fails("-f", "a.gf"),
          "guestfish: a.gf:2:7: this double quote has no end\n"
          '    \techo "b\n'
          "    \t     ^\n")


def test_caret_below_wide_characters():
    contains(fails(script='echo "ä" "\\q"\n'),
             '    echo "ä" "\\q"\n              ^\n')


def test_bad_argument_is_shown():
    equal(fails(script="set-memsize 12Q\n"),
          "guestfish: standard input:1:13: memsize: '12Q' is not a number\n"
          "    set-memsize 12Q\n"
          "                ^\n")


def test_nul_in_a_script():
    contains(fails(script="echo a\necho \0\n"), "standard input:2: a NUL")


def test_misspelt_command():
    contains(fails("moutn", "/dev/sda", "/"), "did you mean mount?")
    contains(fails("lis-devices"), "did you mean list-devices?")


def test_image_instead_of_command():
    with open("disk.img", "w", encoding="ascii"):
        pass
    contains(fails("disk.img"), "opened by 'guestfish -a disk.img'")


def test_capitals():
    equal(output("ECHO", "a", ":", "Get_Verbose"), "a\nfalse\n")


def test_underscores():
    equal(output("get_memsize"), output("get-memsize"))


def test_host_command():
    equal(output(script="!echo $((1+2)) | tr 3 4\n"), "4\n")
    equal(fails(script="!exit 7\n"),
          "guestfish: 'exit 7' failed with exit status 7\n"
          "guestfish: standard input:1: this was: !exit 7\n")
    contains(fails(script="!kill -9 $$\n"), "was killed by signal 9")


def test_order_of_output():
    equal(output(script="echo a\n!echo b\necho c | cat\n<! echo echo d\n"),
          "a\nb\nc\nd\n")


def test_inline():
    equal(output(script="<! for n in `seq 3`; do echo echo n$n; done\n"),
          "n1\nn2\nn3\n")
    contains(fails(script="<! echo echo ok; echo no-such\necho b\n"),
             "2: this was: no-such")
    contains(fails(script="<! echo echo ok; exit 3\n"), "exit status 3")


def test_exit_inside_inline():
    equal(output(script="<! echo quit\necho no\n"), "")


def test_pipe():
    equal(output(script="echo a b |tr a-z A-Z | tr A X\necho '|' c\n"),
          "X B\n| c\n")
    equal(output(script="echo x>y\n"), "x>y\n")


def test_pipe_that_stops_reading():
    with open("a.gf", "w", encoding="ascii") as f:
        f.write("<! yes 'help -l | true' | head -5\necho b\n")
    equal(output("-f", "a.gf"), "b\n")


def test_pipe_that_has_stopped_reading():
    # Sometimes all of the output has been written, in vain, before its end:
    # the end only finds that writing failed.
    equal(output(script="<! yes 'help -l | true' | head -1000\necho b\n"),
          "b\n")
    long = "x" * 100000
    contains(fails("--pipe-error", script=f"echo {long} | true\n"),
             "standard output: Broken pipe")


def test_pipe_of_a_failing_command():
    contains(fails(script="no-such | cat\n"), "no command 'no-such'")


def test_tilde():
    equal(output(script="echo ~ ~/x \"~\" a~\n"),
          "{0} {0}/x ~ a~\n".format(os.environ["HOME"]))


def test_full_disk():
    with open("/dev/full", "w", encoding="ascii") as full:
        result = subprocess.run([guestfish.GUESTFISH, "echo", "a"],
                                stdout=full, stderr=subprocess.PIPE,
                                text=True, check=False)
    equal(result.returncode, 1)
    contains(result.stderr, "standard output: No space left")


def test_environment():
    equal(output(script="setenv A 'b c'\n!echo $A\nunsetenv A\n!echo [$A]\n"),
          "b c\n[]\n")


def test_local_directory():
    os.mkdir("d")
    equal(output(script="lcd d\n!pwd\n"), os.getcwd() + "/d\n")


def test_quit():
    for word in ("quit", "exit", "q"):
        equal(output(script=f"echo a\n{word}\necho b\n"), "a\n")
        equal(output(script=f"{word} now\necho b\n"), "")


def test_not_and_time():
    contains(output(script="not no-such\ntime echo a\n"), "a\nelapsed time: ")
    contains(fails("not", "echo", "a"), "'echo' should have failed")


def test_stdout_is_a_socket():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        subprocess.run([guestfish.GUESTFISH, "echo", "a"], stdout=theirs,
                       check=True)
        equal(ours.recv(100), b"a\n")


if __name__ == "__main__":
    guestfish.main()
