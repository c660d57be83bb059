# SPDX-License-Identifier: GPL-2.0-or-later
"""Remote control: --listen and --remote."""

import os
import re
import signal
import socket
import struct
import subprocess
import time

import guestfish
from guestfish import contains, equal, fails, output, run


class Server:
    """A guestfish --listen, with sockets in the test's folder."""

    def __init__(self, *options):
        os.environ["XDG_RUNTIME_DIR"] = os.getcwd()
        text = output("--listen", *options)
        self.pid = int(re.match(
            r"GUESTFISH_PID=(\d+); export GUESTFISH_PID\n\Z", text)[1])
        self.socket = f"guestfish/socket-{self.pid}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.is_there():
            run(f"--remote={self.pid}", "exit", check=False)
        self.wait_for_end()

    def is_there(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as f:
            return f.read().split()[2] != "Z"

    def wait_for_end(self):
        for _ in range(500):
            if not self.is_there():
                return
            time.sleep(0.02)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("guestfish --listen does not end")

    def output(self, *words, **options):
        return output(f"--remote={self.pid}", "--", *words, **options)

    def fails(self, *words, **options):
        return fails(f"--remote={self.pid}", "--", *words, **options)


def test_commands():
    with Server() as server:
        server.output("scratch", "10M")
        equal(server.output("run"), "")
        equal(server.output("list-devices"), "/dev/sda\n")
        equal(server.output("echo", "a  b", '"c', ""), 'a  b "c \n')
        equal(server.output("exit"), "")
        server.wait_for_end()
        assert not os.path.exists(server.socket)
    equal(os.stat("guestfish").st_mode & 0o777, 0o700)


def test_environment():
    with Server() as server:
        os.environ["GUESTFISH_PID"] = str(server.pid)
        equal(output("--remote", "echo", "a"), "a\n")
        del os.environ["GUESTFISH_PID"]
    contains(fails("--remote", "echo"), "$GUESTFISH_PID is not set")


def test_csh():
    os.environ["XDG_RUNTIME_DIR"] = os.getcwd()
    pid = re.match(r"setenv GUESTFISH_PID (\d+)\n\Z",
                   output("--listen", "--csh"))[1]
    run(f"--remote={pid}", "exit")


def test_script():
    with Server() as server:
        equal(server.output(script="echo a\necho b | tr b c\n!echo d\n"),
              "a\nc\nd\n")


def test_several():
    with Server() as one, Server() as two:
        one.output("set-append", "one")
        two.output("set-append", "two")
        equal(one.output("get-append"), "one\n")
        equal(two.output("get-append"), "two\n")


def test_error_ends_it():
    with Server() as server:
        contains(server.fails("no-such"), "there is no command")
        server.wait_for_end()
        contains(server.fails("echo"), "is there (any more)")


def test_dash_keeps_it():
    with Server() as server:
        result = run(f"--remote={server.pid}", "--", "-no-such")
        contains(result.stderr, "there is no command")
        equal(server.output("echo", "a"), "a\n")


def test_options_of_the_start():
    with open("d.img", "w", encoding="ascii") as f:
        f.truncate(10 << 20)
    run("-a", "d.img", "run", ":", "mkfs", "ext4", "/dev/sda")
    with Server("--ro", "-a", "d.img", "-m", "/dev/sda") as server:
        equal(server.output("mounts"), "/dev/sda\n")


def test_failed_start():
    os.environ["XDG_RUNTIME_DIR"] = os.getcwd()
    result = run("--listen", "-a", "no.img", check=False)
    equal((result.returncode, result.stdout), (1, ""))
    contains(result.stderr, "no.img")


def test_command_substitution():
    """Nobody keeps the pipe open, neither by the start nor by run."""
    with Server() as server:
        server.output("scratch", "10M")
        script = (f"a=`{guestfish.GUESTFISH} --remote={server.pid} run`; "
                  "echo \"[$a]\"")
        equal(subprocess.run(["sh", "-c", script], capture_output=True,
                             timeout=30, check=True).stdout, b"[]\n")


def test_typed_commands():
    """exit ends both, even if the other one is not there any more."""
    with Server() as server:
        one, two = [guestfish.Terminal(f"--remote={server.pid}")
                    for _ in range(2)]
        for t in one, two:
            contains(t.wait_for(t.PROMPT), f"by process {server.pid}")
        for t in one, two:
            t.type("exit\n")
            equal(t.end(), 0)
            server.wait_for_end()
        t = guestfish.Terminal(f"--remote={server.pid}")
        t.wait_for("is there (any more)")
        equal(t.end(), 1)


def test_keys_from_stdin():
    guestfish.needs("cryptsetup-open")
    with Server("--keys-from-stdin") as server:
        server.output("scratch", "20M")
        server.output("run")
        server.output("luks-format", "/dev/sda", "0", script="sesame\n")
        contains(run(f"--remote={server.pid}", "--", "-cryptsetup-open",
                     "/dev/sda", "x", script="wrong\n").stderr, "its keys")
        server.output("cryptsetup-open", "/dev/sda", "x", script="sesame\n")
        equal(server.output("list-dm-devices"), "/dev/mapper/x\n")


def test_stdout_and_stderr_are_ours():
    with Server() as server:
        with open("out", "w", encoding="ascii") as f:
            subprocess.run([guestfish.GUESTFISH, f"--remote={server.pid}",
                            "echo", "a"], stdout=f, check=True)
        with open("out", encoding="ascii") as f:
            equal(f.read(), "a\n")


def test_stale_socket():
    with Server() as server:
        os.kill(server.pid, signal.SIGKILL)
        server.wait_for_end()
        assert os.path.exists(server.socket)
        contains(server.fails("echo"), "is there (any more)")
        with Server():
            assert not os.path.exists(server.socket)


def test_folder_of_somebody_else():
    os.environ["XDG_RUNTIME_DIR"] = os.getcwd()
    os.mkdir("guestfish", 0o777)
    os.chmod("guestfish", 0o777)
    contains(fails("--listen"), "can't be trusted")
    contains(fails("--remote=1", "echo"), "can't be trusted")
    os.rmdir("guestfish")
    os.symlink("/tmp", "guestfish")
    fails("--listen")


def raw(server, data, fds=3):
    """Send bytes, with some file descriptors; the answer."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(server.socket)
        try:
            socket.send_fds(s, [data], [1] * fds)
            s.shutdown(socket.SHUT_WR)
            return s.recv(10)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def test_nonsense_over_the_socket():
    hello = output("--version").encode()
    with Server() as server:
        for data, fds in ((b"x", 3), (hello, 0), (hello, 1), (hello, 5),
                          (b"guestfish 0.0.0\n", 3)):
            raw(server, data, fds)
        equal(server.output("echo", "a"), "a\n")
        opened = len(os.listdir(f"/proc/{server.pid}/fd"))
        for _ in range(20):
            raw(server, hello, 1)
            raw(server, b"x", 3)
        equal(len(os.listdir(f"/proc/{server.pid}/fd")), opened)


def test_sizes_that_lie():
    hello = output("--version").encode()
    for tail in (struct.pack("=I", 0xffffffff), struct.pack("=I", 0),
                 struct.pack("=I", 100) + b"echo\0",
                 struct.pack("=I", 4) + b"echo"):
        with Server() as server:
            raw(server, hello + tail)
            equal(server.output("echo", "a"), "a\n")


if __name__ == "__main__":
    guestfish.main()
