# SPDX-License-Identifier: GPL-2.0-or-later
"""The library, and a daemon that a test plays.

The back end "process" starts a program called guestfsd.  Here that is a few
lines, which hand the channel over to the test: it plays the daemon, in a
thread of its own.  The first argument of the test's program is the library.
"""

import ctypes
import os
import socket
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import wire
from wire import message, word

DAEMON = f"""#!{sys.executable} -S
import os, select, socket, sys
channel = int(sys.argv[1].rpartition(":")[2])
control = socket.socket(socket.AF_UNIX)
control.connect(os.environ["CONTROL"])
socket.send_fds(control, [b"x"], [channel])
poll = select.poll()
poll.register(control, select.POLLIN)
poll.register(channel, 0)
poll.poll()
"""


def load(path):
    lib = ctypes.CDLL(path)
    lib.guestfs_create.restype = ctypes.c_void_p
    lib.guestfs_last_error.restype = ctypes.c_char_p
    return lib


LIB = load(sys.argv.pop(1))


class Handle:
    """Calls by their names; arguments are strings or numbers."""

    def __init__(self):
        self.g = ctypes.c_void_p(LIB.guestfs_create())
        LIB.guestfs_set_error_handler(self.g, None, None)

    def __getattr__(self, name):
        def call(*args):
            args = [os.fsencode(a) if isinstance(a, (str, Path)) else a
                    for a in args]
            return getattr(LIB, "guestfs_" + name)(self.g, *args)
        return call

    def error(self):
        message = LIB.guestfs_last_error(self.g)
        return LIB.guestfs_last_errno(self.g), (message or b"").decode()


class LibraryTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tmp = Path(folder.name)
        program = self.tmp / "guestfsd"
        program.write_text(DAEMON, encoding="utf-8")
        program.chmod(0o755)
        control = socket.socket(socket.AF_UNIX)
        control.bind(str(self.tmp / "control"))
        control.listen()
        self.addCleanup(control.close)
        os.environ.update(LIBGUESTFS_LIBEXECDIR=str(self.tmp),
                          LIBGUESTFS_PROCESS_ROOT=str(self.tmp),
                          CONTROL=str(self.tmp / "control"))
        self.g = Handle()
        self.assertEqual(self.g.set_backend("process"), 0)
        self.g.set_autosync(0)
        self.addCleanup(self.g.close)
        self.launch(control)

    def launch(self, control):
        def accept():
            self.program = control.accept()[0]
            fd = socket.recv_fds(self.program, 1, 1)[1][0]
            self.c = wire.Connection(socket.socket(fileno=fd))
            self.c.send(word(wire.LAUNCH))

        self.play(accept, self.g.launch)
        self.addCleanup(self.program.close)
        self.addCleanup(self.c.close)
        self.assertEqual(self.g.is_ready(), 1)

    def play(self, daemon, call, *args):
        """Make the call while the other function plays the daemon."""
        failure = []

        def run():
            try:
                daemon()
            except Exception as e:  # is raised below, in the test's thread
                failure.append(e)
                if hasattr(self, "program"):
                    self.program.close()

        thread = threading.Thread(target=run)
        thread.start()
        result = call(*args)
        thread.join()
        if failure:
            raise failure[0]
        return result

    def reply(self, body=b"", **more):
        """Receive a call, reply, and return the call's header."""
        header = self.c.receive_header()
        self.assertEqual((header.prog, header.vers, header.direction,
                          header.status), (wire.PROGRAM, wire.VERSION, 0, 0))
        more.setdefault("serial", header.serial)
        proc = more.pop("proc", header.proc)
        self.c.send(message(proc, body, direction=wire.REPLY, **more))
        return header

    def refuse(self):
        self.reply(wire.error("ENOSPC", "no room"), status=wire.ERROR)

    def assert_error(self, errnum, part):
        self.assertIn(part, self.g.error()[1])
        self.assertEqual(self.g.error()[0], errnum)

    def assert_alive(self):
        self.assertEqual(self.play(self.reply, self.g.ping_daemon), 0)
