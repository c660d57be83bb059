#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The library, and a daemon that fails half-way, cancels, or lies.

usage: test-library-wire.py LIBGUESTFS.SO
"""

import ctypes
import errno
import os
import signal
import socket
import threading
import unittest

import wire
from library_wire import LibraryTest
from wire import (CANCEL, CANCEL_CHUNK, END, MESSAGE_MAX, chunk, message,
                  word)

ENTER, PROGRESS = 0x80, 0x8
EVENT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p,
                         ctypes.c_uint64, ctypes.c_int, ctypes.c_int,
                         ctypes.c_void_p, ctypes.c_size_t,
                         ctypes.POINTER(ctypes.c_uint64), ctypes.c_size_t)


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


if __name__ == "__main__":
    unittest.main()
