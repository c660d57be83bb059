#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The library, and a QEMU that lies: what it says on its monitor, and what
the daemon in it says before it is ready.

usage: test-direct-wire.py LIBGUESTFS.SO

The test stands for guestfs-build-appliance and guestfs-confine.  The second
hands the descriptors that QEMU would get over to the test, which plays QEMU
and its daemon in a thread of its own.
"""

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import re
import shutil
import socket
import struct
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import wire

SETUP = 0xF5F55E70
ADD_DRIVE_OPTS_FORMAT = 1
TIMEOUT = 20  # seconds: whoever waits longer has been forgotten

BUILD = """#!/bin/sh
echo built >>"$WORLD/builds"
[ ! -e "$WORLD/build" ] || . "$WORLD/build"
for name in kernel initrd root; do
    echo "$name $WORLD/$name"
done
"""

CONFINE = f"""#!{sys.executable} -S
import os, select, socket, sys
fds = [int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2]
fds = [fd for fd in fds if os.path.exists(f"/proc/self/fd/{{fd}}")]
control = socket.socket(socket.AF_UNIX)
control.connect(os.environ["WORLD"] + "/control")
words = [*map(str, fds), "", *sys.argv[1:]]
socket.send_fds(control, ["\\0".join(words).encode()], fds)
# Until the test or the library says that it is over.
library, channel = (int(word.rpartition("=")[2]) for word in sys.argv
                    if word.startswith(("--control=", "socket,id=channel,")))
poll = select.poll()
poll.register(control, select.POLLIN)
poll.register(library, 0)
poll.register(channel, 0)
if channel in (fd for fd, event in poll.poll()):
    os.write(library, b"exit 0\\n")
"""


def load(path):
    lib = ctypes.CDLL(path)
    lib.guestfs_create.restype = ctypes.c_void_p
    lib.guestfs_last_error.restype = ctypes.c_char_p
    return lib


class Machine:
    """One that was started: its arguments, and the other ends of what it
    has."""

    def __init__(self, listener):
        listener.settimeout(TIMEOUT)
        self.program, _ = listener.accept()
        self.program.settimeout(TIMEOUT)
        text, fds, _, _ = socket.recv_fds(self.program, 1 << 16, 200)
        for fd in fds:
            os.set_inheritable(fd, False)
        words = text.decode().split("\0")
        split = words.index("")
        # By the numbers that the library knows.
        self.fds = dict(zip(map(int, words[:split]), fds))
        self.argv = words[split + 1:]
        self.is_template = "-incoming" not in self.argv \
            and not any(w.startswith("scsi-hd") for w in self.argv)
        self.control = self.end(r"--control=(\d+)")
        self.daemon = wire.Connection(self.end(r"socket,id=channel,fd=(\d+)"))
        self.monitor = self.end(r"socket,id=monitor,fd=(\d+)")
        self.monitor.settimeout(TIMEOUT)
        self.received = b""

    def number(self, pattern):
        return next(int(m[1]) for word in self.argv
                    if (m := re.match(pattern, word)))

    def end(self, pattern):
        return socket.socket(fileno=os.dup(self.fds[self.number(pattern)]))

    def say(self, what):
        text = what if isinstance(what, bytes) else json.dumps(what).encode()
        self.monitor.sendall(text + b"\r\n")

    def hear(self):
        """The next command's name and arguments."""
        while b"}" not in self.received:
            self.take()
        command, end = json.JSONDecoder().raw_decode(self.received.decode())
        self.received = self.received[end:]
        return command["execute"], command.get("arguments", {})

    def take(self):
        data, fds, _, _ = socket.recv_fds(self.monitor, 4096, 4)
        for fd in fds:
            os.close(fd)
        if not data:
            raise wire.Gone
        self.received += data

    def greet(self):
        self.say({"QMP": {"version": {}, "capabilities": []}})

    def answer(self, name, result=None):
        heard, arguments = self.hear()
        assert heard == name, f"{heard} instead of {name}"
        self.say({"return": {} if result is None else result})
        return arguments

    def begin(self):
        self.greet()
        self.answer("qmp_capabilities")

    def boot_template(self):
        self.begin()
        self.daemon.send(wire.word(SETUP))
        self.answer("migrate-set-capabilities")
        self.answer("getfd")
        self.answer("migrate")
        self.answer("query-migrate", {"status": "completed"})

    def load_template(self):
        self.begin()
        self.answer("migrate-set-capabilities")
        self.answer("migrate-incoming")
        self.say({"event": "RESUME", "timestamp": {}})

    def receive_setup(self):
        flag, size = struct.unpack(">2I", self.daemon.read(8))
        assert flag == SETUP, hex(flag)
        return self.daemon.read(size)

    def end_with(self, *lines):
        """What the supervisor reports."""
        with contextlib.suppress(OSError):  # the library may have given up
            for line in lines:
                self.control.sendall(line.encode() + b"\n")
        self.close()

    def close(self):
        for s in self.control, self.monitor, self.daemon.sock, self.program:
            s.close()
        for fd in self.fds.values():
            os.close(fd)
        self.fds = {}


class DirectTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tmp = Path(folder.name)
        for name, text in (("guestfs-build-appliance", BUILD),
                           ("guestfs-confine", CONFINE)):
            (self.tmp / name).write_text(text, encoding="utf-8")
            (self.tmp / name).chmod(0o755)
        for name in "kernel", "initrd", "root":
            (self.tmp / name).write_bytes(name.encode())
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.tmp / "control"))
        self.listener.listen()
        self.addCleanup(self.listener.close)
        (self.tmp / "disk").write_bytes(bytes(4096))
        os.environ.update(LIBGUESTFS_LIBEXECDIR=str(self.tmp),
                          LIBGUESTFS_LAUNCH_TIMEOUT=str(TIMEOUT),
                          WORLD=str(self.tmp))
        self.g, self.machines = None, []
        self.addCleanup(self.close)
        self.create()

    def create(self):
        self.g = ctypes.c_void_p(LIB.guestfs_create())
        LIB.guestfs_set_error_handler(self.g, None, None)
        LIB.guestfs_set_backend(self.g, b"direct")
        LIB.guestfs_set_cachedir(self.g, os.fsencode(self.tmp))
        LIB.guestfs_set_path(self.g, os.fsencode(self.tmp / "none"))
        LIB.guestfs_set_autosync(self.g, 0)
        LIB.guestfs_set_memsize(self.g, 64)
        self.assertEqual(LIB.guestfs_add_drive_opts(
            self.g, os.fsencode(self.tmp / "disk"), ADD_DRIVE_OPTS_FORMAT,
            b"raw", -1), 0)

    def close(self):
        LIB.guestfs_close(self.g)
        self.forget_machines()

    def forget_machines(self):
        """They have the disk open, which is locked as long as they do."""
        for m in self.machines:
            m.close()
        self.machines = []

    def error(self):
        message = LIB.guestfs_last_error(self.g)
        return LIB.guestfs_last_errno(self.g), (message or b"").decode()

    def launch(self, *players):
        """Launch, while each of the players plays one machine."""
        failure = []
        self.forget_machines()

        def run():
            try:
                for play in players:
                    self.machines.append(Machine(self.listener))
                    play(self.machines[-1])
            except Exception as e:  # is raised below, in the test's thread
                failure.append(e)
                for m in self.machines:
                    m.close()
                self.listener.close()

        thread = threading.Thread(target=run)
        thread.start()
        result = LIB.guestfs_launch(self.g)
        thread.join()
        if failure:
            raise failure[0]
        return result

    def make_template(self):
        """And a machine that runs from it."""
        def run(m):
            m.load_template()
            m.receive_setup()
            m.daemon.send(wire.word(wire.LAUNCH))
        result = self.launch(Machine.boot_template, run)
        self.assertEqual(result, 0, self.error())
        self.close()
        self.create()

    def templates(self):
        return list(self.tmp.glob(".guestfs-*/template-*"))

    def unfinished(self):
        return list(self.tmp.glob(".guestfs-*/.template-*"))


def boot(m):
    """A machine that starts without a template, and works."""
    assert "-kernel" in m.argv, m.argv
    m.begin()
    m.daemon.send(wire.word(SETUP))
    m.receive_setup()
    m.daemon.send(wire.word(wire.LAUNCH))


class Setup(DirectTest):
    def test_asked_for_twice(self):
        def play(m):
            m.load_template()
            m.receive_setup()
            m.daemon.send(wire.word(SETUP))
        self.make_template()
        self.assertEqual(self.launch(play), -1)
        self.assertIn("the daemon broke the protocol", self.error()[1])
        self.assertEqual(self.error()[0], errno.EPROTO)
        self.assertEqual(LIB.guestfs_is_config(self.g), 1)

    def test_never_asked_for(self):
        """A daemon of other makers knows nothing of it."""
        def play(m):
            m.begin()
            m.daemon.send(wire.word(wire.LAUNCH))

        def template(m):
            assert m.is_template
            m.begin()
            m.daemon.send(wire.word(wire.LAUNCH))
        self.assertEqual(self.launch(template, play), 0, self.error())
        self.assertEqual((self.templates(), self.unfinished()), ([], []))

    def test_asked_for_in_a_session(self):
        def play(m):
            m.load_template()
            m.receive_setup()
            m.daemon.send(wire.word(wire.LAUNCH))
        self.make_template()
        self.assertEqual(self.launch(play), 0)
        self.machines[0].daemon.send(wire.word(SETUP))
        self.assertEqual(LIB.guestfs_ping_daemon(self.g), -1)
        self.assertEqual(self.error()[0], errno.EPROTO)
        self.assertEqual(LIB.guestfs_is_config(self.g), 1)

    def test_no_two_are_alike(self):
        seen = []

        def play(m):
            m.load_template()
            seen.append(m.receive_setup())
            m.daemon.send(wire.word(wire.LAUNCH))
        self.make_template()
        for _ in range(2):
            self.assertEqual(self.launch(play), 0)
            self.assertEqual(LIB.guestfs_shutdown(self.g), 0)
        entropy = [s[16:16 + 64] for s in seen]
        self.assertEqual(len(entropy[0]), 64)
        self.assertNotEqual(*entropy)


class Monitor(DirectTest):
    """Whatever QEMU says, the launch goes on without the template or fails;
    it never hangs."""

    def check_lie(self, lie, part):
        """QEMU lies while it loads the template, and when it boots."""
        def load(m):
            m.begin()
            m.hear()
            lie(m)

        def boot_and_lie(m):
            lie(m)
        self.assertEqual(self.launch(load, boot_and_lie), -1)
        self.assertRegex(self.error()[1], part)
        self.assertEqual(LIB.guestfs_is_config(self.g), 1)

    LIES = (
        (b"no JSON", "QEMU's monitor"),
        (b"\xff\xfe{}", "QEMU's monitor"),
        (b"\0", "QEMU's monitor"),
        (b"[" * 100000, "maximum parsing depth"),
        (b'{"a":' * 100000, "maximum parsing depth"),
        (b'{"a":"' + b"x" * (3 << 20) + b'"}', "a line of more than"),
    )

    def test_what_is_no_json(self):
        for text, part in self.LIES:
            with self.subTest(text=text[:20]):
                def lie(m):
                    with contextlib.suppress(OSError):
                        m.say(text)
                self.make_template()
                self.check_lie(lie, part)
                self.assertEqual(self.templates(), [])

    def test_wrong_types(self):
        self.make_template()
        for thing in ([], {}, {"return": None}, {"QMP": 1, "return": 2},
                      {"error": 7}, {"error": {"desc": []}}, {"event": {}},
                      {"id": 1}):
            with self.subTest(thing=thing):
                def lie(m):
                    m.say(thing)
                    m.end_with("exit 1")

                def load(m):
                    m.say(thing)
                    m.end_with("exit 1")
                self.assertEqual(self.launch(load, lie), -1)
                self.assertEqual(LIB.guestfs_is_config(self.g), 1)
        self.assertEqual(len(self.templates()), 1)

    def test_endless_events(self):
        def lie(m):
            m.greet()
            with contextlib.suppress(OSError):
                for _ in range(100000):
                    m.say({"event": "STOP"})
        self.make_template()
        self.check_lie(lie, "more than 256 events")

    def test_silence(self):
        os.environ["LIBGUESTFS_LAUNCH_TIMEOUT"] = "1"
        self.make_template()
        for silent in (lambda m: None, Machine.greet, Machine.begin):
            self.assertEqual(self.launch(silent, silent), -1)
            self.assertEqual(self.error()[0], errno.ETIMEDOUT)
            self.assertIn("did not answer for 1 seconds", self.error()[1])

    def test_saving_never_ends(self):
        os.environ["LIBGUESTFS_LAUNCH_TIMEOUT"] = "1"
        self.close()
        self.create()

        def template(m):
            m.begin()
            m.daemon.send(wire.word(SETUP))
            m.answer("migrate-set-capabilities")
            m.answer("getfd")
            m.answer("migrate")
            with contextlib.suppress(wire.Gone, OSError):
                while True:
                    m.answer("query-migrate", {"status": "active"})
        self.assertEqual(self.launch(template, boot), 0, self.error())
        self.assertEqual((self.templates(), self.unfinished()), ([], []))


class Templates(DirectTest):
    def test_files_can_only_be_read(self):
        """Who sees the user's disks gets the template and the appliance
        so that it can't write them."""
        def look(m):
            names = {}
            for number, fd in m.fds.items():
                path = os.readlink(f"/proc/self/fd/{fd}")
                mode = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE
                if path.startswith(str(self.tmp)) and os.path.isfile(path):
                    names[os.path.basename(path)] = (
                        mode, f"--disk={number}:ro" in m.argv)
            seen.append(names)

        def load(m):
            look(m)
            m.begin()
            m.say(b"broken")

        def cold(m):
            look(m)
            boot(m)
        seen = []
        self.make_template()
        self.assertEqual(self.launch(load, cold), 0, self.error())
        read_only = (os.O_RDONLY, True)
        writable = {"disk": (os.O_RDWR, False)}
        self.assertEqual(seen, [
            {"memory": read_only, "state": read_only, "root": read_only,
             **writable},
            {"kernel": read_only, "initrd": read_only, "root": read_only,
             **writable}])

    def test_stays_when_it_is_not_to_blame(self):
        """QEMU ends before it begins to load, or has no memory."""
        def end_early(m):
            m.end_with("exit 1")

        def no_namespaces(m):
            m.end_with("error EPERM no user namespaces")

        def killed(m):
            m.begin()
            m.hear()
            m.end_with("signal 9")
        self.make_template()
        for end in end_early, no_namespaces, killed:
            self.assertEqual(self.launch(end, boot), 0, self.error())
            LIB.guestfs_shutdown(self.g)
            self.assertEqual(len(self.templates()), 1, end)

    def test_goes_when_it_is_to_blame(self):
        def ends(m):
            m.begin()
            m.answer("migrate-set-capabilities")
            m.answer("migrate-incoming")
            m.end_with("exit 1")

        def refuses(m):
            m.begin()
            m.answer("migrate-set-capabilities")
            m.hear()
            m.say({"error": {"class": "GenericError", "desc": "broken"}})
        for end in ends, refuses:
            self.make_template()
            self.assertEqual(self.launch(end, boot), 0, self.error())
            LIB.guestfs_shutdown(self.g)
            self.assertEqual(self.templates(), [], end)

    def test_stays_when_a_disk_is_missing(self):
        self.make_template()
        (self.tmp / "disk").unlink()
        self.assertEqual(LIB.guestfs_launch(self.g), -1)
        self.assertEqual(self.error()[0], errno.ENOENT)
        self.assertEqual(len(self.templates()), 1)

    def cache(self):
        return next(self.tmp.glob(".guestfs-*"))

    def test_links_are_not_followed(self):
        """Whoever has put them there: what they lead to stays."""
        self.make_template()
        shutil.rmtree(self.templates()[0])
        other = self.tmp / "other"
        other.mkdir()
        for name in "memory", "state", "key":
            (other / name).write_bytes(b"")
        for name in "template-link", ".template-link":
            (self.cache() / name).symlink_to(other)
        self.make_template()
        self.assertEqual(sorted(p.name for p in other.iterdir()),
                         ["key", "memory", "state"])
        self.assertEqual(list(self.cache().glob("*template-link")), [])

    def test_what_can_not_be_removed(self):
        """It does not keep us for ever."""
        self.make_template()
        for i in range(6):
            folder = self.cache() / f"template-{i}"
            folder.mkdir()
            (folder / "key").write_bytes(b"other\n")
            (folder / "file").write_bytes(b"of somebody else")
        LIB.guestfs_set_memsize(self.g, 200)

        def run(m):
            m.load_template()
            m.receive_setup()
            m.daemon.send(wire.word(wire.LAUNCH))
        self.assertEqual(self.launch(Machine.boot_template, run), 0,
                         self.error())

    def test_a_maker_that_hangs(self):
        os.environ["LIBGUESTFS_LAUNCH_TIMEOUT"] = "1"
        self.make_template()
        shutil.rmtree(self.templates()[0])
        with open(self.cache() / "template.lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.launch(boot), 0, self.error())

    def test_umask(self):
        self.addCleanup(os.umask, os.umask(0))
        self.make_template()
        for path in [self.cache(), *self.cache().rglob("*")]:
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_descriptors_are_closed(self):
        def fds():
            return sorted(os.listdir("/proc/self/fd"))
        self.make_template()
        before = fds()
        shutil.rmtree(self.templates()[0])
        self.make_template()  # two machines
        self.assertEqual(fds(), before)


class Appliance(DirectTest):
    def test_removed_before_it_was_opened(self):
        """By somebody who built another one: asked for once more."""
        (self.tmp / "build").write_text(
            'case $(wc -l <"$WORLD/builds") in\n'
            '1) mv "$WORLD/root" "$WORLD/away" ;;\n'
            '2) mv "$WORLD/away" "$WORLD/root" ;;\n'
            'esac\n', encoding="ascii")
        self.make_template()
        self.assertEqual(
            (self.tmp / "builds").read_text(encoding="ascii"), "built\n" * 2)

    def test_not_there_at_all(self):
        (self.tmp / "initrd").unlink()
        self.assertEqual(LIB.guestfs_launch(self.g), -1)
        self.assertEqual(self.error()[0], errno.ENOENT)
        self.assertIn("initrd: No such file", self.error()[1])
        self.assertEqual(
            (self.tmp / "builds").read_text(encoding="ascii"), "built\n" * 2)


if __name__ == "__main__":
    LIB = load(sys.argv.pop(1))
    unittest.main()
