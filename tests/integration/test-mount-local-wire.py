#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A local mount, whose daemon answers the host's kernel: with lies.

usage: test-mount-local-wire.py LIBGUESTFS.SO
"""

import ctypes
import errno
import os
import struct
import threading
import unittest

import wire
from library_wire import LibraryTest
from wire import message, word

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
    unittest.main()
