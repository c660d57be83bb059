#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The library, and a daemon that fails half-way, cancels, or lies.

usage: test-library-wire.py LIBGUESTFS.SO

The back end "process" starts a program called guestfsd.  Here that is a few
lines, which hand the channel over to the test: it plays the daemon, in a
thread of its own.
"""

import ctypes
import errno
import os
import signal
import socket
import struct
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import wire
from wire import (CANCEL, CANCEL_CHUNK, END, MESSAGE_MAX, chunk, message,
                  text, word)

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

ENTER, PROGRESS = 0x80, 0x8
EVENT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p,
                         ctypes.c_uint64, ctypes.c_int, ctypes.c_int,
                         ctypes.c_void_p, ctypes.c_size_t,
                         ctypes.POINTER(ctypes.c_uint64), ctypes.c_size_t)


def load(path):
    lib = ctypes.CDLL(path)
    lib.guestfs_create.restype = ctypes.c_void_p
    lib.guestfs_last_error.restype = ctypes.c_char_p
    return lib


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


class Replies(LibraryTest):
    def test_error(self):
        def daemon():
            self.reply(wire.error("ENOTDIR", "/x: what"), status=wire.ERROR)
        self.assertEqual(self.play(daemon, self.g.touch, "/x"), -1)
        self.assert_error(errno.ENOTDIR, "touch: /x: what")
        self.assert_alive()

    def test_error_without_or_with_unknown_name(self):
        for name, number in ("", 0), ("EWHATEVER", errno.EINVAL):
            def daemon():
                self.reply(wire.error(name, "no"), status=wire.ERROR)
            self.assertEqual(self.play(daemon, self.g.touch, "/x"), -1)
            self.assert_error(number, "touch: no")
        self.assert_alive()

    def test_serials_differ(self):
        serials = set()
        for _ in range(3):
            self.play(lambda: serials.add(self.reply().serial),
                      self.g.ping_daemon)
        self.assertEqual(len(serials), 3)

    def check_broken(self, daemon, part):
        self.assertEqual(self.play(daemon, self.g.touch, "/x"), -1)
        self.assert_error(errno.EPROTO, part)
        self.assertEqual(self.g.is_config(), 1)

    def test_wrong_serial(self):
        self.check_broken(lambda: self.reply(serial=99), "another call")

    def test_wrong_procedure(self):
        self.check_broken(lambda: self.reply(proc=4), "another procedure")

    def test_not_a_reply(self):
        def daemon():
            header = self.c.receive_header()
            self.c.send(message("touch", serial=header.serial))
        self.check_broken(daemon, "not a reply")

    def test_unknown_status(self):
        self.check_broken(lambda: self.reply(status=7), "status")

    def test_version(self):
        self.check_broken(lambda: self.reply(vers=5), "version 5")

    def test_error_that_lies(self):
        def daemon():
            self.reply(word(1000) + b"EIO", status=wire.ERROR)
        self.check_broken(daemon, "can't be decoded")

    def check_bytes(self, data, part):
        def daemon():
            self.c.receive_header()
            self.c.send(data)
        self.check_broken(daemon, part)

    def test_flags(self):
        self.check_bytes(word(CANCEL), "a flag where a reply must be")

    def test_launch_flag(self):
        self.check_bytes(word(wire.LAUNCH), "a flag where a reply must be")

    def test_too_long(self):
        self.check_bytes(word(MESSAGE_MAX + 1), "longer than the protocol")

    def test_chunk(self):
        self.check_bytes(chunk(b"data"), "no whole header")

    def test_gone(self):
        def daemon():
            self.c.receive_header()
            self.c.sock.shutdown(socket.SHUT_RDWR)
        self.assertEqual(self.play(daemon, self.g.touch, "/x"), -1)
        self.assert_error(errno.EIO, "the appliance has died")
        self.assertEqual(self.g.is_config(), 1)

    def test_progress(self):
        seen = []

        def event(g, opaque, event, handle, flags, buf, size, array, count):
            seen.append(tuple(array[:count]))

        def daemon():
            for position in 1, 5, 1 << 63:
                self.c.send(wire.progress(3, 1, position, 5))
            self.reply()
        callback = EVENT(event)
        self.g.set_event_callback(callback, ctypes.c_uint64(PROGRESS), 0,
                                  None)
        self.assertEqual(self.play(daemon, self.g.touch, "/x"), 0)
        self.assertEqual(seen, [(3, 1, 1, 5), (3, 1, 5, 5), (3, 1, 5, 5)])


class FileFromDaemon(LibraryTest):
    def setUp(self):
        super().setUp()
        self.local = self.tmp / "local"

    def download(self, daemon, name=None):
        return self.play(daemon, self.g.download, "/x", name or self.local)

    def test_file(self):
        def daemon():
            self.reply()
            self.c.send(chunk(b"one"), wire.progress(67, 1, 3, 6),
                        chunk(b"two"), END)
        self.assertEqual(self.download(daemon), 0)
        self.assertEqual(self.local.read_bytes(), b"onetwo")
        self.assert_alive()

    def test_refused_call_leaves_the_local_file_alone(self):
        self.local.write_bytes(b"precious")
        self.assertEqual(self.download(self.refuse), -1)
        self.assert_error(errno.ENOSPC, "no room")
        self.assertEqual(self.local.read_bytes(), b"precious")
        self.local.unlink()
        self.assertEqual(self.download(self.refuse), -1)
        self.assertFalse(self.local.exists())
        self.assert_alive()

    def test_daemon_gives_up(self):
        def daemon():
            self.reply()
            self.c.send(chunk(b"half"), CANCEL_CHUNK)
        self.assertEqual(self.download(daemon), -1)
        self.assert_error(errno.EIO, "could not send all of it")
        self.assert_alive()

    def test_daemon_says_why_it_gives_up(self):
        def daemon():
            self.reply()
            self.c.send(chunk(b"half"),
                        chunk(wire.error("ENOSPC", "/x: full"), cancel=1))
        self.assertEqual(self.download(daemon), -1)
        self.assert_error(errno.ENOSPC, "/x: full")
        self.assert_alive()

    def test_daemon_gives_a_reason_that_is_none(self):
        for data in b"x", bytes(7), b"\xff" * 8192:
            def daemon():
                self.reply()
                self.c.send(chunk(data, cancel=1))
            with self.subTest(data=data):
                self.assertEqual(self.download(daemon), -1)
                self.assert_error(errno.EIO, "could not send all of it")
                self.assert_alive()

    def test_pipe_that_nobody_reads(self):
        before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        self.addCleanup(signal.signal, signal.SIGPIPE, before)
        read, write = os.pipe()
        os.close(read)
        self.addCleanup(os.close, write)
        self.assertEqual(self.download(self.obey, f"/dev/fd/{write}"), -1)
        self.assert_error(errno.EPIPE, "Broken pipe")
        self.assertNotIn(signal.SIGPIPE, signal.sigpending())
        self.assert_alive()

    def obey(self):
        """Send a little, and go on when the library cancels."""
        self.reply()
        self.c.send(chunk(b"one"))
        self.assertEqual(self.c.receive()[0], CANCEL)
        self.c.send(chunk(b"on its way"), CANCEL_CHUNK)

    def test_local_file_fails(self):
        for name in "/dev/full", self.tmp / "no" / "such", self.tmp:
            with self.subTest(name=name):
                self.assertEqual(self.download(self.obey, name), -1)
                self.assertIn(str(name), self.g.error()[1])
                self.assert_alive()

    def test_user_cancels_while_nothing_comes(self):
        def daemon():
            threading.Timer(0.3, self.g.user_cancel).start()
            self.obey()
        self.assertEqual(self.download(daemon), -1)
        self.assert_error(errno.EINTR, "cancelled")
        self.assert_alive()

    def test_user_cancels_before_the_call_is_sent(self):
        def event(*_):
            self.g.user_cancel()
        callback = EVENT(event)
        handle = self.g.set_event_callback(callback, ctypes.c_uint64(ENTER),
                                           0, None)
        self.assertEqual(self.download(self.obey), -1)
        self.assert_error(errno.EINTR, "cancelled")
        self.g.delete_event_callback(handle)
        self.assert_alive()

    def test_old_cancel_is_forgotten(self):
        self.g.user_cancel()
        self.test_file()

    def test_user_cancels_while_nobody_reads(self):
        def daemon():
            threading.Timer(0.3, self.g.user_cancel).start()
            self.reply()
            for _ in range(20):
                self.c.send(chunk(bytes(8192)))
            self.assertEqual(self.c.receive()[0], CANCEL)
            self.c.send(END)
        reader, writer = os.pipe()
        self.assertEqual(self.download(daemon, f"/dev/fd/{writer}"), -1)
        self.assert_error(errno.EINTR, "cancelled")
        self.assertTrue(os.get_blocking(writer))
        os.close(reader)
        os.close(writer)
        self.assert_alive()

    def test_slow_pipe(self):
        content = os.urandom(1000) * 300
        got = []
        reader, writer = os.pipe()

        def read():
            while sum(map(len, got)) < len(content):
                got.append(os.read(reader, 1000))

        def daemon():
            self.reply()
            for i in range(0, len(content), 8192):
                self.c.send(chunk(content[i:i + 8192]))
            self.c.send(END)
        thread = threading.Thread(target=read)
        thread.start()
        self.assertEqual(self.download(daemon, f"/dev/fd/{writer}"), 0)
        thread.join()
        self.assertEqual(b"".join(got), content)
        os.close(reader)
        os.close(writer)

    def test_end_crosses_cancel(self):
        def daemon():
            self.reply()
            self.c.send(chunk(b"x"))
            self.assertEqual(self.c.receive()[0], CANCEL)
            self.c.send(END)
        self.assertEqual(self.download(daemon, "/dev/full"), -1)
        self.assert_error(errno.ENOSPC, "/dev/full")
        self.assert_alive()

    def test_lies(self):
        for data, part in ((word(CANCEL), "flag inside a file"),
                           (message("touch"), "can't have"),
                           (word(8) + word(0) + word(9000), "can't have")):
            with self.subTest(part=part):
                def daemon():
                    self.reply()
                    self.c.send(data)
                self.assertEqual(self.download(daemon), -1)
                self.assert_error(errno.EPROTO, part)
                self.assertEqual(self.g.is_config(), 1)
                self.doCleanups()
                self.setUp()


@unittest.skipIf(wire.API["upload"].get("planned"),
                 "upload is not implemented yet")
class FileFromLibrary(LibraryTest):
    def upload(self, daemon, name):
        return self.play(daemon, self.g.upload, name, "/x")

    def pipe(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        return f"/dev/fd/{reader}", writer

    def test_file(self):
        content = bytes(range(256)) * 5000
        (self.tmp / "local").write_bytes(content)
        got = []

        def daemon():
            header = self.c.receive_header()
            self.assertEqual(header.hint, len(content))
            got.append(self.c.receive_file())
            self.c.send(message(header.proc, direction=wire.REPLY,
                                serial=header.serial))
        self.assertEqual(self.upload(daemon, self.tmp / "local"), 0)
        self.assertEqual(got, [(0, content)])

    def cancel(self, expected=1):
        header = self.c.receive_header()
        self.c.send(word(CANCEL))
        self.assertEqual(self.c.receive_file()[0], expected)
        self.c.send(message(header.proc, wire.error("ENOSPC", "no room"),
                            direction=wire.REPLY, serial=header.serial,
                            status=wire.ERROR))

    def test_daemon_cancels(self):
        self.assertEqual(self.upload(self.cancel, "/dev/zero"), -1)
        self.assert_error(errno.ENOSPC, "no room")
        self.assert_alive()

    def test_daemon_cancels_while_there_is_nothing_to_read(self):
        name, _ = self.pipe()
        self.assertEqual(self.upload(self.cancel, name), -1)
        self.assert_error(errno.ENOSPC, "no room")
        self.assert_alive()

    def test_daemon_cancels_too_late(self):
        def daemon():
            header = self.c.receive_header()
            self.assertEqual(self.c.receive_file(), (0, b""))
            self.c.send(word(CANCEL))
            self.c.send(message(header.proc, direction=wire.REPLY,
                                serial=header.serial))
        self.assertEqual(self.upload(daemon, "/dev/null"), 0)
        self.assert_alive()

    def obey(self):
        header = self.c.receive_header()
        self.assertEqual(self.c.receive_file()[0], 1)
        self.c.send(message(header.proc, wire.error("ECANCELED", "ok"),
                            direction=wire.REPLY, serial=header.serial,
                            status=wire.ERROR))

    def test_user_cancels(self):
        name, _ = self.pipe()
        for local in name, "/dev/zero":
            threading.Timer(0.3, self.g.user_cancel).start()
            self.assertEqual(self.upload(self.obey, local), -1)
            self.assert_error(errno.EINTR, "cancelled")
            self.assert_alive()

    def test_local_file_fails(self):
        self.assertEqual(self.upload(self.obey, self.tmp), -1)
        self.assert_error(errno.EISDIR, str(self.tmp))
        self.assert_alive()

    def test_local_file_is_missing(self):
        self.assertEqual(self.g.upload(self.tmp / "none", "/x"), -1)
        self.assert_error(errno.ENOENT, "/none: No such file")
        self.assert_alive()

    def test_reply_inside_the_file(self):
        def daemon():
            self.reply()
            with self.assertRaises(wire.Gone):
                self.c.receive_file()
        self.assertEqual(self.upload(daemon, "/dev/zero"), -1)
        self.assert_error(errno.EPROTO, "a message while a file is sent")
        self.assertEqual(self.g.is_config(), 1)

    def test_daemon_dies_while_there_is_nothing_to_read(self):
        def daemon():
            self.c.receive_header()
            self.c.sock.shutdown(socket.SHUT_RDWR)
        name, _ = self.pipe()
        self.assertEqual(self.upload(daemon, name), -1)
        self.assert_error(errno.EIO, "the appliance has died")


FUSE_BEGIN, FUSE, FUSE_END = 0x46530001, 0x46530002, 0x46530003
LOOKUP, INIT = 1, 26
LAST = ctypes.c_int(-1)  # of optional arguments


class LocalMount(LibraryTest):
    """The kernel of the host asks, and its answers come from the test."""

    def setUp(self):
        super().setUp()
        self.folder = self.tmp / "mount"
        self.folder.mkdir()
        self.asked = 0

    def mount(self):
        r = self.play(self.begin, self.g.mount_local, self.folder, LAST)
        if r < 0 and self.g.error()[0] == errno.ENOTSUP:
            self.skipTest(self.g.error()[1])
        self.assertEqual(r, 0, self.g.error()[1])
        self.result = []
        self.server = threading.Thread(target=self.serve)
        self.server.start()
        self.addCleanup(self.unmount)

    def begin(self):
        """The daemon's end of mount_local."""
        self.assertEqual(self.reply().proc, FUSE_BEGIN)
        if not os.path.exists("/dev/fuse"):
            self.assertEqual(self.reply().proc, FUSE_END)
            return
        header = self.c.receive_header()
        opcode, unique = self.request(header)
        self.assertEqual(opcode, INIT)
        self.answer(header, self.init(unique))

    def answer(self, header, body):
        self.c.send(message(FUSE, word(len(body)) + body,
                            direction=wire.REPLY, serial=header.serial))

    def init(self, unique):
        """The kernel's first request is answered with everything."""
        return self.fuse_reply(unique, struct.pack(
            "<4I2H2I2H2I24x", 7, 38, 0xffffffff, 0xffffffff,
            0xffff, 0xffff, 0xffffffff, 1, 0xffff, 12, 0xffffffff, 0))

    def serve(self):
        r = self.g.mount_local_run()
        self.result.append((r, self.g.error() if r < 0 else None))

    def unmount(self):
        if self.server.is_alive():
            self.play(self.end, self.g.umount_local, LAST)
            self.server.join()

    def end(self):
        if self.g.is_config() == 0:
            while self.reply().proc == FUSE:
                pass

    def ask(self, answer):
        """Look for a new name in the mount, which the function answers for
        the daemon.  Returns the errno."""
        result = []
        self.asked += 1

        def look():
            try:
                os.stat(self.folder / f"name{self.asked}")
                result.append(0)
            except OSError as e:
                result.append(e.errno)

        def daemon():
            asked = None
            while asked != LOOKUP:
                header = self.c.receive_header()
                asked, unique = self.request(header)
                body = answer(unique) if asked == LOOKUP \
                    else self.fuse_reply(unique, self.attr())
                self.answer(header, body)
        self.play(daemon, look)
        return result[0]

    def request(self, header):
        """What the first one of a batch asks for, and its number."""
        self.assertEqual(header.proc, FUSE)
        size = struct.unpack_from(">I", header.rest)[0]
        self.assertEqual(size, len(header.rest) - 4)
        length, opcode, unique = struct.unpack_from("<IIQ", header.rest, 4)
        self.assertEqual(length + -length % 8, size)
        return opcode, unique

    @staticmethod
    def fuse_reply(unique, body=b"", error=0):
        return struct.pack("<IiQ", 16 + len(body), error, unique) + body

    @staticmethod
    def attr(mode=0o40755, nsec=0):
        return struct.pack("<QII", 60, 0, 0) + struct.pack(
            "<6Q10I", 1, 0, 0, 0, 0, 0, nsec, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def entry(self, node=2, **attr):
        return struct.pack("<4Q2I", node, 0, 60, 60, 0, 0) + self.attr(
            **attr)[16:]

    def test_honest(self):
        self.mount()
        self.assertEqual(self.ask(lambda unique: self.fuse_reply(
            unique, self.entry(mode=0o100644))), 0)
        self.assertEqual(self.ask(lambda unique: self.fuse_reply(
            unique, error=-errno.EXDEV)), errno.EXDEV)
        self.unmount()
        self.assertEqual(self.result, [(0, None)])

    def check_init(self, init):
        """What comes of an answer to the kernel's first request."""
        self.init = init
        r = self.play(self.begin, self.g.mount_local, self.folder, LAST)
        if r < 0 and self.g.error()[0] == errno.ENOTSUP:
            self.skipTest(self.g.error()[1])
        self.assertEqual(r, -1)
        self.assertFalse(os.path.ismount(self.folder))

    def test_short_init(self):
        self.check_init(lambda unique: self.fuse_reply(unique, bytes(24)))
        self.assert_error(errno.EPROTO, "the wrong length")
        self.assertEqual(self.g.is_config(), 1)

    def test_version_of_init(self):
        self.check_init(lambda unique: self.fuse_reply(unique, bytes(64)))
        self.assert_error(errno.EPROTO, "another version")
        self.assertEqual(self.g.is_config(), 1)

    def test_refused_init(self):
        """The handle can be used on."""
        def begin():
            begin_refused()
            self.assertEqual(self.reply().proc, FUSE_END)
        begin_refused = self.begin
        self.begin = begin
        self.check_init(lambda unique: self.fuse_reply(
            unique, error=-errno.EPROTO))
        self.assert_error(errno.EIO, "can't serve this host's kernel")
        self.assert_alive()

    def test_no_answer(self):
        """Who gets none is told so, and all goes on."""
        self.mount()
        self.assertEqual(self.ask(lambda unique: b""), errno.EIO)
        self.assertEqual(self.ask(lambda unique: self.fuse_reply(
            unique, error=-errno.ENOENT)), errno.ENOENT)
        self.unmount()
        self.assertEqual(self.result, [(0, None)])

    def test_two_under_way(self):
        """The next requests don't wait, and two replies may come at once."""
        self.mount()
        results = []

        def look(name):
            try:
                os.stat(self.folder / name)
            except OSError as e:
                results.append(e.errno)

        replies = b""
        threads = []
        for name in "one", "two":
            threads.append(threading.Thread(target=look, args=(name,)))
            threads[-1].start()
            header = self.c.receive_header()
            opcode, unique = self.request(header)
            self.assertEqual(opcode, LOOKUP)
            body = self.fuse_reply(unique, error=-errno.ENOENT)
            replies += message(FUSE, word(len(body)) + body,
                               direction=wire.REPLY, serial=header.serial)
        self.c.send(replies)
        for thread in threads:
            thread.join()
        self.assertEqual(results, 2 * [errno.ENOENT])
        self.unmount()
        self.assertEqual(self.result, [(0, None)])

    def check_lie(self, answer, part):
        self.mount()
        self.assertEqual(self.ask(answer), errno.EIO)
        self.assertEqual(self.g.is_config(), 1)
        with self.assertRaises(OSError) as caught:
            os.listdir(self.folder)
        self.assertEqual(caught.exception.errno, errno.ENOTCONN)
        self.unmount()
        result, error = self.result[0]
        self.assertEqual((result, error[0]), (-1, errno.EPROTO))
        self.assertIn(part, error[1])

    def test_notification(self):
        self.check_lie(lambda unique: self.fuse_reply(0, error=2),
                       "nobody has made")

    def test_another_request(self):
        self.check_lie(lambda unique: self.fuse_reply(unique + 2),
                       "nobody has made")

    def test_twice(self):
        self.check_lie(lambda unique: 2 * self.fuse_reply(
            unique, error=-errno.ENOENT), "nobody has made")

    def test_no_error(self):
        self.check_lie(lambda unique: self.fuse_reply(unique, error=-512),
                       "an error that is none")

    def test_short(self):
        self.check_lie(lambda unique: self.fuse_reply(
            unique, self.entry()[:-8]), "the wrong length")

    def test_type(self):
        self.check_lie(lambda unique: self.fuse_reply(
            unique, self.entry(mode=0)), "unknown type")

    def test_root(self):
        self.check_lie(lambda unique: self.fuse_reply(
            unique, self.entry(node=1)), "the root")

    def test_cut_off(self):
        self.check_lie(lambda unique: self.fuse_reply(
            unique, self.entry())[:-8], "breaks off")

    def test_other_makers_daemon(self):
        def daemon():
            self.reply(wire.error("", "unknown procedure"),
                       status=wire.ERROR)
        self.assertEqual(self.play(daemon, self.g.mount_local, self.folder,
                                   LAST), -1)
        self.assert_error(errno.ENOTSUP, "can't be mounted locally: unknown")
        self.assert_alive()


if __name__ == "__main__":
    LIB = load(sys.argv.pop(1))
    unittest.main()
