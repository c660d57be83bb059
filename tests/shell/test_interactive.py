# SPDX-License-Identifier: GPL-2.0-or-later
"""A person at a terminal, played on a pseudo-terminal."""

import os
import re
import signal
import time

import guestfish
from guestfish import Terminal, contains, equal


def start(*args, **environment):
    t = Terminal(*args, **environment)
    contains(t.wait_for(t.PROMPT), "Welcome to guestfish")
    return t


def finish(t, how="quit\n"):
    t.type(how)
    equal(t.end(), 0)


def test_session():
    t = start()
    contains(t.command("echo a"), "\r\na\r\n")
    contains(t.command("no-such"), "there is no command")
    contains(t.command("echo 'b"), "this single quote has no end")
    contains(t.command("!echo $((1+1))"), "2")
    contains(t.command("echo c | tr c d"), "d")
    finish(t)


def test_errors_do_not_end_it():
    t = start()
    contains(t.command("cat /x"), "libguestfs: error: cat: ")
    contains(t.command("<! echo no-such; echo echo b"), "no-such")
    contains(t.command("echo still here"), "still here")
    finish(t)


def test_end_of_file():
    t = start()
    finish(t, "\x04")


def test_greeting_says_what_is_next():
    t = Terminal()
    contains(t.wait_for(t.PROMPT), "'add FILE' adds a disk image")
    finish(t)
    with open("disk.img", "wb") as f:
        f.truncate(1 << 20)
    for option in "--ro", "--rw":
        t = Terminal("-a", "disk.img", option)
        text = t.wait_for(t.PROMPT)
        for part in ("'run' starts", "'list-filesystems' shows",
                     "'mount DEVICE /'", "'guestfish -i' does all of this"):
            contains(text, part)
        equal("Changes are written to the disk" in text, option == "--rw")
        finish(t)
    t = Terminal("-N", "disk:10M")
    contains(t.wait_for(t.PROMPT), "The appliance runs.")
    finish(t)


def test_start_leaves_no_bar():
    t = Terminal("-N", "disk:10M")
    assert "100%" not in t.wait_for("Welcome")
    t.wait_for(t.PROMPT)
    finish(t)


def test_prompt_and_colours():
    t = Terminal(GUESTFISH_PS1="(\\x41\\102) ", GUESTFISH_INIT="init\\n",
                 GUESTFISH_OUTPUT="out:", GUESTFISH_RESTORE="bye\\n")
    contains(t.wait_for("(AB) "), "init")
    t.type("echo x\n")
    contains(t.wait_for("(AB) "), "out:x")
    t.type("quit\n")
    t.wait_for("bye")
    equal(t.end(), 0)


def test_colours_of_messages():
    for environment, coloured in (({"TERM": "xterm"}, True),
                                  ({"TERM": "xterm", "NO_COLOR": ""}, True),
                                  ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                                  ({"TERM": "dumb"}, False)):
        t = Terminal(**environment)
        t.ESCAPES = re.compile("\a|\x1b\\[\\?[0-9]+[hl]|\x1b\\[K")
        equal("'\x1b[1mquit\x1b[0m'" in t.wait_for(t.PROMPT), coloured)
        text = t.command("echo 'x")
        equal("\x1b[1;31mguestfish: \x1b[0mthis single" in text, coloured)
        equal("\x1b[1;32m^\x1b[0m" in text, coloured)
        text = t.command("ls /")
        equal("\x1b[1;31mlibguestfs: error: \x1b[0mls: " in text, coloured)
        finish(t)


def test_history():
    t = start()
    t.command("echo first")
    t.command("echo second")
    finish(t)
    with open(".guestfish", encoding="ascii") as f:
        equal(f.read(), "echo first\necho second\nquit\n")
    equal(os.stat(".guestfish").st_mode & 0o777, 0o600)
    t = start()
    t.type("\x10\x10\x10\n")  # Ctrl-P thrice
    contains(t.wait_for(t.PROMPT), "first")
    finish(t)


def test_heredoc():
    guestfish.needs("upload")
    t = start("-N", "disk:50M")
    t.command("mkfs ext4 /dev/sda")
    t.command("mount /dev/sda /")
    t.type("upload -<<END /x\n")
    for line in ("a", "b", "END"):
        t.wait_for("> ")
        t.type(line + "\n")
    t.wait_for(t.PROMPT)
    contains(t.command("cat /x"), "a\r\nb\r\n")
    finish(t)


def test_interrupt_at_the_prompt():
    t = start()
    t.type("echo half")
    t.wait_for("half")
    t.type("\x03")
    t.wait_for("^C")
    t.wait_for(t.PROMPT)
    contains(t.command("echo whole"), "whole")
    finish(t)


def test_interrupt_of_a_search():
    """Ctrl-R, and Ctrl-C before anything was chosen."""
    t = start()
    t.command("echo first")
    t.type("\x12fir")
    t.wait_for("r': echo first")
    t.type("\x03")
    t.wait_for("^C")
    t.wait_for(t.PROMPT)
    equal(t.command("echo second").split(), ["echo", "second", "second"])
    finish(t)


def test_interrupt_of_host_commands():
    t = start()
    t.type("!echo a; sleep 60\n")
    t.wait_for("\r\na\r\n")
    t.type("\x03")
    equal(t.wait_for(t.PROMPT), "^C\r\n" + t.PROMPT)
    t.type("echo | { echo b; sleep 60; }\n")
    t.wait_for("\r\nb\r\n")
    t.type("\x03")
    equal(t.wait_for(t.PROMPT), "^C\r\n" + t.PROMPT)
    contains(t.command("!exit 3"), "'exit 3' failed with exit status 3")
    assert "^" not in t.command("!exit 4")
    finish(t)


def test_interrupt_cancels_a_call():
    t = start("--progress-bars", "-N", "disk:200G")
    t.type("download /dev/sda /dev/null\n")
    contains(t.wait_for("%"), "")
    t.type("\x03")
    contains(t.wait_for(t.PROMPT), "cancelled by the user")
    contains(t.command("list-devices"), "/dev/sda")
    finish(t)


def test_interrupt_of_what_cannot_be_cancelled():
    t = start("-N", "fs:ext4:2G", "-m", "/dev/sda1")
    # However fast it is, it lasts longer than it takes until there is a bar.
    appliance = int(t.command("get-pid").split()[-1])
    os.kill(appliance, signal.SIGSTOP)
    t.type("fill 0 1000M /x\n")
    time.sleep(4)
    os.kill(appliance, signal.SIGCONT)
    t.wait_for("% [")
    t.type("\x03")
    t.wait_for("this can't be stopped halfway")
    t.wait_for(t.PROMPT)
    contains(t.command("filesize /x"), "1048576000")
    finish(t)


def test_interrupt_ends_what_repeats():
    t = start("-N", "disk:10M")
    t.type("<! trap '' INT; while echo list-devices; do :; done\n")
    t.wait_for("/dev/sda\r\n/dev/sda")
    t.type("\x03")
    t.wait_for(t.PROMPT)
    contains(t.command("echo still here"), "still here")
    finish(t)


def test_progress_bar():
    t = start("-N", "disk:200G")
    t.type("download /dev/sda /dev/null\n")
    contains(t.wait_for("/s "), "% [")
    t.wait_for(":")  # the time that is left
    t.type("\x03")
    t.wait_for(t.PROMPT)
    finish(t)


def test_complete_commands():
    t = start()
    t.type("set-memsi\t 333\n")
    t.wait_for(t.PROMPT)
    contains(t.command("get-memsize"), "333")
    t.type("help laun\t\n")
    contains(t.wait_for(t.PROMPT), "launch - ")
    finish(t)


def test_complete_options_and_devices():
    t = start("-N", "disk:50M")
    t.type("mkfs ext2 /dev/s\tlab\tdata\n")
    contains(t.wait_for(t.PROMPT), "mkfs ext2 /dev/sda label:data")
    t.type("add-drive x reado\tt\t\n")
    contains(t.wait_for(t.PROMPT), "readonly:true")
    finish(t)


def test_complete_local_files():
    with open("local-file", "w", encoding="ascii"):
        pass
    t = start()
    t.type("add-drive loc\t\n")
    contains(t.wait_for(t.PROMPT), "local-file")
    finish(t)


def test_complete_paths():
    guestfish.needs("readdir", "mkdir", "write")
    t = start("-N", "disk:50M")
    for line in ("mkfs ext2 /dev/sda", "mount /dev/sda /", "mkdir /folder",
                 "write /folder/a.txt abc", "write '/a b' def"):
        t.command(line)
    t.type("cat /fol\ta\t\n")
    contains(t.wait_for(t.PROMPT), "abc")
    t.type("cat /a\t\n")
    contains(t.wait_for(t.PROMPT), "def")
    finish(t)


def test_names_in_the_guest_are_not_asked_for():
    for option in "-D", "--no-dest-paths":
        t = start(option, "-N", "fs:ext2:50M", "-m", "/dev/sda1")
        t.command("mkdir /folder")
        t.type("echo /fol\t.\n")
        contains(t.wait_for(t.PROMPT), "echo /fol.")
        finish(t)


def test_no_progress_bar():
    t = start("--no-progress-bars", "-N", "fs:ext4:2G", "-m", "/dev/sda1")
    assert "%" not in t.command("fill 0 1000M /x")
    finish(t)


def test_key_is_echoed_on_request():
    guestfish.needs("cryptsetup-open")
    t = start("--echo-keys", "-N", "disk:10M")
    t.type("cryptsetup-open /dev/sda x\n")
    t.wait_for('Enter key or passphrase ("key"): ')
    t.type("sesame\n")
    contains(t.wait_for(t.PROMPT), "sesame")
    finish(t)


def test_key_is_not_echoed():
    guestfish.needs("cryptsetup-open")
    t = start("-N", "disk:10M")
    t.type("cryptsetup-open /dev/sda x\n")
    t.wait_for('Enter key or passphrase ("key"): ')
    t.type("sesame\n")
    assert "sesame" not in t.wait_for(t.PROMPT)
    finish(t)


if __name__ == "__main__":
    guestfish.main()
