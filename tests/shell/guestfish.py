# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of guestfish share: running it, with scripts or on a
pseudo-terminal, and reporting in TAP.

GUESTFISH names the program; the default is that of the build folder
that LIBGUESTFS_LIBEXECDIR belongs to.
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

BUILD = Path(os.environ["LIBGUESTFS_LIBEXECDIR"]).parent
GUESTFISH = os.environ.get("GUESTFISH", str(BUILD / "shell/guestfish"))
TIMEOUT = 60


class Skip(Exception):
    """Raised with the reason."""


def run(*args, script=None, stdin=None, check=True, **options):
    """Run guestfish in the current folder.  check: it must succeed."""
    result = subprocess.run([GUESTFISH, *args],
                            input=script if stdin is None else None,
                            stdin=stdin, capture_output=True, text=True,
                            timeout=TIMEOUT, check=False, **options)
    if check and result.returncode != 0:
        raise AssertionError(f"guestfish {args}: {result.stderr}")
    return result


def output(*args, **options):
    return run(*args, **options).stdout


def fails(*args, **options):
    """It must fail: what it says on stderr."""
    result = run(*args, check=False, **options)
    assert result.returncode == 1, f"{args}: exit {result.returncode}"
    return result.stderr


def equal(got, expected):
    assert got == expected, f"{got!r} is not {expected!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


def needs(*calls):
    """Skip a test of what is still planned."""
    for call in calls:
        if "not implemented yet" in output("help", call):
            raise Skip(f"{call} is not implemented yet")


class Terminal:
    """A program on a pseudo-terminal, guestfish if no other is named, and a
    person who waits for prompts.
    """

    PROMPT = "><fs> "
    ESCAPES = re.compile(r"\x1b\[[?0-9;]*[a-zA-Z]|\a")

    def __init__(self, *args, program=GUESTFISH, **environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "dumb", "INPUTRC": "/dev/null",
                               **environment})
            os.execv(program, [program, *args])
        self.seen = ""

    def wait_for(self, text, seconds=TIMEOUT):
        """What came up to and with the text."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            if left < 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError(f"no {text!r} in {self.seen!r}")
            try:
                data = os.read(self.fd, 65536)
            except OSError:  # the other end is closed
                data = b""
            if not data:
                raise AssertionError(f"the end instead of {text!r} in "
                                     f"{self.seen!r}")
            self.seen += self.ESCAPES.sub("", data.decode())
        before, _, self.seen = self.seen.partition(text)
        return before + text

    def type(self, text):
        os.write(self.fd, text.encode())

    def command(self, line):
        """Type a line at the prompt; what is printed up to the next one."""
        self.type(line + "\n")
        return self.wait_for(self.PROMPT).removesuffix(self.PROMPT)

    def end(self):
        """Wait for the end; the exit status."""
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def _run_one(number, name, function):
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["HOME"] = folder
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Skip as e:
            print(f"ok {number} - {name} # SKIP {e}", flush=True)
        except Exception:  # pylint: disable=broad-except
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {number} - {name}", flush=True)
        finally:
            os.chdir(before)


def main():
    """Run the functions test_* of the program, each in a folder of its own
    that is also its home.
    """
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    for name in ("GUESTFISH_PID", "GUESTFISH_PS1", "LIBGUESTFS_TRACE",
                 "LIBGUESTFS_DEBUG"):
        os.environ.pop(name, None)
    module = sys.modules["__main__"]
    tests = [(n, f) for n, f in vars(module).items() if n.startswith("test_")]
    print(f"1..{len(tests)}")
    for number, (name, function) in enumerate(tests, 1):
        if len(sys.argv) < 2 or name in sys.argv[1:]:
            _run_one(number, name, function)
