# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests of guestfs-confine run it with."""

import contextlib
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

MEMORY = 64 << 20
TIMEOUT = 20  # seconds; nothing here takes one


class Tap:
    """Counts and prints results."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, detail=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good and detail:
            for line in str(detail).splitlines():
                print(f"# {line}")
        sys.stdout.flush()

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


class User:
    """Somebody to run the helper as."""

    def __init__(self, name, uid, gid):
        self.name, self.uid, self.gid = name, uid, gid
        self.options = {}
        if uid != os.geteuid():
            self.options = dict(user=uid, group=gid, extra_groups=[])


class World:
    """A directory with all that a run needs, which belongs to one user."""

    def __init__(self, programs, user):
        self.user = user
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="confine-"))
        self.dir.chmod(0o755)
        self.confine, self.weakened, self.breaker = (
            str(shutil.copy(p, self.dir)) for p in programs)
        self.secret = self.file("secret", b"nobody may read this\n", 0o644)
        self.typed = self.file("typed", b"as if typed\n", 0o644)
        self.ro = self.file("ro.img", b"read-only " * 1000, 0o600)
        self.rw = self.file("rw.img", b"writable " * 1000, 0o600)
        self.socket_path = str(self.dir / "socket")
        self.listener = self.listen(self.socket_path)
        os.chown(self.socket_path, user.uid, user.gid)
        self.abstract_name = f"guestfs-confine-test-{os.getpid()}"
        self.abstract = self.listen("\0" + self.abstract_name)

    def file(self, name, content, mode):
        path = self.dir / name
        path.write_bytes(content)
        path.chmod(mode)
        os.chown(path, self.user.uid, self.user.gid)
        return str(path)

    @staticmethod
    def listen(name):
        s = socket.socket(socket.AF_UNIX)
        s.bind(name)
        s.listen(1000)  # nobody accepts
        return s

    def close(self):
        self.listener.close()
        self.abstract.close()
        shutil.rmtree(self.dir)


class Run:
    """One helper and what it confines."""

    def __init__(self, world, program, arguments, *, helper=None,
                 options=(), profile="uml", keep=(), disks=(), daemon=None,
                 memory=MEMORY, wrapper=(), **popen):
        self.control, theirs = socket.socketpair()
        self.lines, self.output = b"", b""
        self.hold = None
        command = [*wrapper, helper or world.confine,
                   f"--control={theirs.fileno()}", f"--profile={profile}"]
        if profile in ("uml", "qemu", "kvm", "qemu-foreign"):
            command += [f"--memory={memory}"]
        if profile == "uml":
            command += [f"--daemon={daemon or world.breaker}"]
        command += [f"--keep={fd}" for fd in keep]
        command += [f"--disk={fd}:{how}" for fd, how in disks]
        command += [*options, "--", program, *arguments]
        fds = [theirs.fileno(), *keep, *(fd for fd, how in disks),
               *popen.pop("pass_fds", ())]
        with open(world.typed) as stdin:
            self.process = subprocess.Popen(
                command, stdin=stdin, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, pass_fds=fds,
                **{**world.user.options, **popen})
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.control.close()
        if self.hold:
            self.hold.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()

    def control_line(self):
        """The next line on the control socket; "" at its end."""
        while b"\n" not in self.lines:
            if not select.select([self.control], [], [], TIMEOUT)[0]:
                raise TimeoutError("control socket")
            more = self.control.recv(4096)
            if not more:
                return ""
            self.lines += more
        line, self.lines = self.lines.split(b"\n", 1)
        return line.decode()

    def control_lines(self):
        return list(iter(self.control_line, ""))

    def pid(self):
        line = self.control_line()
        if not line.startswith("pid "):
            raise RuntimeError(f"expected a pid: {line}")
        return int(line.split()[1])

    def output_line(self):
        """The next line of the program's output; "" at its end."""
        while b"\n" not in self.output:
            stdout = self.process.stdout.fileno()
            if not select.select([stdout], [], [], TIMEOUT)[0]:
                raise TimeoutError("output")
            more = os.read(stdout, 4096)
            if not more:
                return ""
            self.output += more
        line, self.output = self.output.split(b"\n", 1)
        return line.decode() + "\n"

    def output_until(self, word):
        """The line that the word is in."""
        while word not in (line := self.output_line()):
            if not line:
                raise EOFError(f"{word!r}: {self.control_lines()}")
        return line


def alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.rpartition(")")[2].split()[0] not in "ZX"


def gone(pids):
    """Do all of them end soon?"""
    deadline = time.monotonic() + TIMEOUT
    while any(map(alive, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def children(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(p) for p in text.split()]


def hold(world, *arguments, **more):
    """A confined program that starts a child and waits; run.hold keeps it
    waiting."""
    ours, theirs = socket.socketpair()
    with theirs:
        run = Run(world, world.breaker,
                  ["mode=hold", f"hold={theirs.fileno()}",
                   *arguments],
                  keep=[theirs.fileno()], **more)
    run.hold = ours
    return run


def wait_hold(run):
    """The confined process and its child, once both are there."""
    pid = run.pid()
    run.output_until("holding")
    return [pid, *children(pid)]
