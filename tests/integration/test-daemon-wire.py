#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon as an ordinary process, and a library that makes mistakes,
cancels at odd moments, or lies.

usage: test-daemon-wire.py GUESTFSD
"""

import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import wire
from wire import (CANCEL, CANCEL_CHUNK, END, MESSAGE_MAX, PROGRESS, chunk,
                  message, packet, text, word)

GUESTFSD = None
BIG = 20 << 20  # bytes: more than all buffers on the way hold


def is_real(call):
    return not wire.API[call].get("planned")


class DaemonTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.c, theirs = wire.pair()
        with theirs:
            self.daemon = subprocess.Popen(
                [GUESTFSD, f"--channel=fd:{theirs.fileno()}",
                 f"--sysroot={self.root}"],
                pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
        self.addCleanup(self.end)
        self.assertEqual(self.c.receive(), (wire.LAUNCH, b""))

    def end(self):
        self.c.close()
        self.log = self.daemon.communicate(timeout=wire.TIMEOUT)[1].decode()
        self.assertNotIn("Sanitizer", self.log)
        return self.daemon.returncode

    def call(self, *args, **more):
        self.c.send(message(*args, **more))
        return self.c.receive_header()

    def assert_error(self, header, name, part):
        self.assertEqual(header.error()[0], name)
        self.assertIn(part, header.error()[1])

    def assert_alive(self):
        header = self.call("ping_daemon", serial=77)
        self.assertEqual((header.serial, header.status), (77, wire.OK))


class Calls(DaemonTest):
    def test_success(self):
        header = self.call("touch", text("/new"), serial=5)
        self.assertEqual((header.prog, header.vers), (wire.PROGRAM,
                                                      wire.VERSION))
        self.assertEqual((header.proc, header.direction), (3, wire.REPLY))
        self.assertEqual((header.serial, header.status), (5, wire.OK))
        self.assertEqual(header.rest, b"")
        self.assertTrue((self.root / "new").exists())
        self.c.close()
        self.assertEqual(self.end(), 0)

    def test_error(self):
        header = self.call("touch", text("/no/new"))
        self.assert_error(header, "ENOENT", "/no/new: No such file")
        self.assert_alive()

    def test_unknown_procedure(self):
        self.assert_error(self.call(9999), "ENOSYS", "procedure 9999")
        self.assert_error(self.call(0xffffffff), "ENOSYS", "newer")
        self.assert_alive()

    def test_unknown_option(self):
        header = self.call("umount", text("/") + bytes(8), options=1 << 60)
        self.assert_error(header, "EINVAL", "unknown option")
        self.assert_alive()

    def test_bad_arguments(self):
        for body in (b"", word(5), word(0xffffffff), word(MESSAGE_MAX),
                     word(3) + b"a\0b\0"):
            self.assert_error(self.call("touch", body), "EPROTO", "decoded")
        self.assert_alive()

    def test_several_at_once(self):
        """A cancel flag between calls is one that came too late."""
        self.c.send(message("ping_daemon", serial=1), word(CANCEL),
                    message("ping_daemon", serial=2), word(CANCEL))
        for serial in 1, 2:
            self.assertEqual(self.c.receive_header().serial, serial)
        self.assert_alive()

    def test_byte_by_byte(self):
        for byte in message("touch", text("/slow")):
            self.c.send(bytes([byte]))
        self.assertEqual(self.c.receive_header().status, wire.OK)


class Broken(DaemonTest):
    def check(self, *parts):
        self.c.send(*parts)
        self.assertTrue(self.c.is_gone())
        self.assertEqual(self.end(), 1)

    def test_program(self):
        self.check(message("ping_daemon", prog=0x12345678))

    def test_version(self):
        self.check(message("ping_daemon", vers=5))

    def test_reply(self):
        self.check(message("ping_daemon", direction=wire.REPLY))

    def test_short_header(self):
        self.check(packet(bytes(39)))

    def test_too_long(self):
        self.check(word(MESSAGE_MAX + 1))

    def test_launch_flag(self):
        self.check(word(wire.LAUNCH))

    def test_progress_flag(self):
        self.check(wire.progress(1, 1, 0, 0))

    def test_chunk(self):
        self.check(chunk(b"data"))

    def test_message_instead_of_cancel(self):
        (self.root / "big").write_bytes(bytes(BIG))
        self.c.send(message("download", text("/big")))
        self.assertEqual(self.c.receive_header().status, wire.OK)
        self.c.send(message("ping_daemon"))
        cancel, _ = self.c.receive_file()
        self.assertTrue(cancel)


class FileFromLibrary(DaemonTest):
    """Whatever goes wrong, what comes must not be taken for a call."""

    def refused(self, name, *args, **more):
        """Send the call with a file, and stop when asked to."""
        self.c.send(message(name, *args, **more), chunk(b"some data"))
        self.assertEqual(self.c.receive()[0], CANCEL)
        self.c.send(chunk(b"on its way"), CANCEL_CHUNK)
        header = self.c.receive_header()
        self.assert_alive()
        return header

    def calls(self):
        for name, entry in wire.API.items():
            kinds = [arg.split()[0] for arg in entry.get("args", [])]
            if "file_in" in kinds and "proc" in entry:
                yield name

    def test_bad_arguments(self):
        for name in self.calls():
            with self.subTest(call=name):
                self.assertEqual(self.refused(name).status, wire.ERROR)

    def test_unknown_option(self):
        for name in self.calls():
            with self.subTest(call=name):
                header = self.refused(name, bytes(200), options=1 << 62)
                self.assertEqual(header.status, wire.ERROR)

    def test_file_ends_before_the_flag_is_seen(self):
        self.c.send(message("upload", text("relative"), hint=5),
                    chunk(b"12345"), END, message("ping_daemon", serial=9))
        self.assertEqual(self.c.receive()[0], CANCEL)
        self.assertEqual(self.c.receive_header().status, wire.ERROR)
        self.assertEqual(self.c.receive_header().serial, 9)


@unittest.skipUnless(is_real("upload"), "upload is not implemented yet")
class Upload(DaemonTest):
    def test_file(self):
        content = bytes(range(256)) * 100
        self.c.send(message("upload", text("/new")))
        for i in range(0, len(content), 8192):
            self.c.send(chunk(content[i:i + 8192]))
        self.c.send(END)
        self.assertEqual(self.c.receive_header().status, wire.OK)
        self.assertEqual((self.root / "new").read_bytes(), content)

    def test_library_cancels(self):
        self.c.send(message("upload", text("/new")), chunk(b"x"),
                    CANCEL_CHUNK)
        self.assert_error(self.c.receive_header(), "ECANCELED", "cancelled")
        self.assert_alive()

    def test_chunk_that_lies(self):
        for lie in (packet(word(0) + word(5)), packet(b""), packet(bytes(9)),
                    packet(word(0) + word(8193) + bytes(8196)),
                    word(CANCEL), word(wire.LAUNCH)):
            self.c.send(message("upload", text("/new")), lie, END)
            self.assertEqual(self.c.receive()[0], CANCEL)
            self.assert_error(self.c.receive_header(), "EPROTO", "chunk")
        self.assert_alive()

    def progress(self):
        """What comes until the reply."""
        seen = []
        while True:
            first, body = self.c.receive()
            if first != PROGRESS:
                self.assertEqual(wire.Header(body).status, wire.OK)
                return seen
            proc, serial, position, total = struct.unpack(">2I2Q", body)
            self.assertEqual((proc, serial),
                             (wire.API["upload"]["proc"], 3))
            seen.append((position, total))

    def slow_upload(self, hint, *sizes):
        self.c.send(message("upload", text("/new"), hint=hint, serial=3))
        for i, size in enumerate(sizes):
            self.c.send(chunk(bytes(size)))
            time.sleep(0.1 if i else 2.1)
        self.c.send(END)
        return self.progress()

    def test_progress(self):
        self.assertEqual(self.slow_upload(300, 100, 100, 100),
                         [(200, 300), (300, 300)])

    def test_progress_of_a_file_that_grew(self):
        self.assertEqual(self.slow_upload(200, 100, 50, 100, 100),
                         [(150, 200), (200, 200)])

    def test_progress_of_a_file_that_shrank(self):
        self.assertEqual(self.slow_upload(1000, 100, 100),
                         [(200, 1000), (1000, 1000)])


class Download(DaemonTest):
    def setUp(self):
        super().setUp()
        (self.root / "big").write_bytes(b"x" * BIG)
        (self.root / "empty").touch()

    def start(self, name):
        header = self.call("download", text(name))
        self.assertEqual(header.status, wire.OK)

    def test_file(self):
        self.start("/big")
        cancel, content = self.c.receive_file()
        self.assertEqual((cancel, len(content)), (0, BIG))
        self.start("/empty")
        self.assertEqual(self.c.receive_file(), (0, b""))
        self.assert_alive()

    def test_refused(self):
        header = self.call("download", text("/nothing"))
        self.assert_error(header, "ENOENT", "/nothing")
        self.assert_alive()

    def test_cancel(self):
        self.start("/big")
        self.c.send(word(CANCEL))
        cancel, content = self.c.receive_file()
        self.assertTrue(cancel)
        self.assertLess(len(content), BIG)
        self.assert_alive()

    def test_cancel_too_late(self):
        self.start("/empty")
        self.c.send(word(CANCEL))
        self.assertEqual(self.c.receive_file(), (0, b""))
        self.assert_alive()

    def test_library_goes_away(self):
        self.start("/big")
        self.c.close()
        self.end()


if __name__ == "__main__":
    GUESTFSD = sys.argv.pop(1)
    unittest.main()
