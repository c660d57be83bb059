# SPDX-License-Identifier: GPL-2.0-or-later
"""The tab key in bash, on a command line of guestfish."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import guestfish
from guestfish import Terminal, equal, output

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "shell/guestfish.bash"

# What bash does, but for the replacing: a function gets the line, and the
# last part of its last word.
ASK = r"""
source "$1"
compopt () { echo "compopt $2"; }
COMP_LINE=$2 COMP_POINT=${#2}
part=${COMP_LINE##*[=: ]}
_guestfish "$3" "$part" before
printf '%s\n' "${COMPREPLY[@]}"
"""


def needs_bash():
    if not shutil.which("bash"):
        raise guestfish.Skip("there is no bash")


def offers(line, program=guestfish.GUESTFISH):
    needs_bash()
    done = subprocess.run(["bash", "-c", ASK, "bash", SCRIPT, line, program],
                          capture_output=True, text=True, check=True,
                          timeout=guestfish.TIMEOUT)
    equal(done.stderr, "")
    return done.stdout.split("\n")[:-1]


def test_every_option():
    offered = offers("guestfish -")
    for option in output("--short-options").split():
        assert option in offered, option
    for option in output("--long-options").split():
        assert {option, option + "="} & set(offered), option
    equal(offers("guestfish --cs"), ["--csh"])
    assert "--selinux" not in offered


def test_options_with_values():
    equal(offers("guestfish --mou"), ["compopt nospace", "--mount="])
    equal(offers("guestfish --blo"), ["compopt nospace", "--blocksize",
                                      "--blocksize="])
    equal(offers("guestfish --format=q"), ["qcow2"])
    equal(offers("guestfish --blocksize="), ["512", "4096"])
    equal(offers("guestfish --new=x=boot"), ["bootroot", "bootrootlv"])
    equal(offers("guestfish -N lv"), ["lv", "lvfs"])
    equal(offers("guestfish --mount=/dev"), [""])


def test_local_files():
    for line in ("-a ", "-xa d", "-f scr", "--add=d", "--file ", "-N disk -a ",
                 "run : add ", "download /x ", "copy-in l"):
        equal(offers("guestfish " + line), ["compopt default", ""])


def test_every_command():
    offered = offers("guestfish ")
    for line in output("-h").splitlines():
        name = line.split()[0]
        planned = line.endswith("(not implemented yet)")
        assert (name in offered) != planned, name
    assert "unmount" in offered


def test_where_a_command_may_stand():
    for line in ("", "--ro -a d.img ", "-a d.img run : ", "-- ", "time ",
                 "-x -- -run : ", "help ", "glob time ", "-m /dev/sda1:/:ro "):
        equal(offers(f"guestfish {line}list-dev"), ["list-devices"])


def test_arguments():
    equal(offers("guestfish mkfs ext4 /dev/sda la"),
          ["compopt nospace", "label:"])
    equal(offers("guestfish mkfs ext4 /dev/sda label:a blo"),
          ["compopt nospace", "blocksize:"])
    equal(offers("guestfish add d.img readonly:t"), ["true"])
    equal(offers("guestfish set-verbose "), ["true", "false"])
    # What is in the guest, only the guest knows.
    equal(offers("guestfish cat /et"), [""])
    equal(offers("guestfish mkfs ext4 /de"), [""])


def test_programs_that_mount():
    mount = guestfish.BUILD / "tools/guestmount"
    unmount = guestfish.BUILD / "tools/guestunmount"
    for program in (mount, unmount):
        shown = subprocess.run([program, "--help"], capture_output=True,
                               text=True, check=True).stdout
        offered = offers(f"{program.name} -", program)
        for option in re.findall(r"^ {2,6}(-\S)", shown, re.M):
            assert option in offered or option == "--", option
        for option in re.findall(r"(--[a-z-]+)", shown.split("Options:")[1]):
            assert {option, option + "="} & set(offered), option
        equal(offers(f"{program.name} ", program), ["compopt dirnames", ""])
    equal(offers("guestmount --add=d -m /dev/sda1 m", mount),
          ["compopt dirnames", ""])
    equal(offers("guestmount -a x", mount), ["compopt default", ""])
    equal(offers("guestmount --format=q", mount), ["qcow2"])
    equal(offers("guestmount -- -", mount), ["compopt dirnames", ""])


def test_in_bash():
    """Bash itself: what it makes of a line."""
    needs_bash()
    Path("local file").touch()
    os.environ["PATH"] = (os.path.dirname(guestfish.GUESTFISH) + ":"
                          + os.environ["PATH"])
    t = Terminal("--norc", "--noprofile", program=shutil.which("bash"),
                 PS1="$ ")
    t.type(f"source {shlex.quote(str(SCRIPT))}\n")
    for typed, words in (("--prog", ["--progress-bars"]),
                         ("--mou", ["--mount="]),
                         ("--format=q", ["--format=qcow2"]),
                         ("-a loc", ["-a", "local file"]),
                         ("--add=loc", ["--add=local file"]),
                         ("run : mkfs ext4 /dev/sda lab",
                          ["run", ":", "mkfs", "ext4", "/dev/sda", "label:"]),
                         ("add x readonly:f", ["add", "x", "readonly:false"])):
        # Then, around the line, what shows its words.
        t.type(f"guestfish {typed}\t\x05; echo 'E''ND'"
               "\x01printf '%s|\\n' \n")
        shown = t.wait_for("END\r\n")
        equal(re.findall(r"^(.*)\|\r$", shown, re.M), ["guestfish", *words])
    t.type("exit\n")
    equal(t.end(), 0)


if __name__ == "__main__":
    guestfish.main()
