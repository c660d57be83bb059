# SPDX-License-Identifier: GPL-2.0-or-later
"""What the options of add_drive do to a local image."""

import os
import unittest

from servers import nbdkit
from support import MIB, TestCase, mkfs, run

FILE = 16 * MIB


class Options(TestCase):
    def setUp(self):
        super().setUp()
        self.disk = self.image("disk", 64 * MIB)
        mkfs("ext4", self.disk, "-q", "-b", "4096", "-L", "options")

    def drive(self, name="disk", launch=True, **options):
        g = self.handle(launch=False)
        g.add_drive_opts(name, **{"format": "raw", **options})
        if launch:
            g.launch()
        return g

    def trim(self, name, **options):
        """Write a file, delete it: how much less room does that take?"""
        g = self.drive(name, **options)
        g.mount("/dev/sda", "/")
        g.write("/file", os.urandom(FILE))
        g.sync()
        before = os.stat(name).st_blocks * 512
        g.rm("/file")
        g.sync()
        try:
            g.fstrim("/")
        finally:
            g.shutdown()
        return before - os.stat(name).st_blocks * 512

    def test_discard(self):
        run("qemu-img", "convert", "-O", "qcow2", "disk", "disk.qcow2")
        for name, kind in ("disk", "raw"), ("disk.qcow2", "qcow2"):
            for discard in "enable", "besteffort":
                freed = self.trim(name, format=kind, discard=discard)
                self.assertGreater(freed, FILE // 2)

    def test_no_discard(self):
        for options in {}, {"discard": "disable"}:
            try:
                freed = self.trim("disk", **options)
            except RuntimeError as error:
                self.assertRegex(str(error), "(?i)not supported")
            else:
                self.assertLess(freed, MIB)

    def test_discard_in_other_formats(self):
        run("qemu-img", "convert", "-O", "vmdk", "disk", "disk.vmdk")
        g = self.drive("disk.vmdk", format="vmdk", discard="enable",
                       launch=False)
        with self.assertRaisesRegex(RuntimeError, "disk.vmdk: .*discard "
                                    "'enable'.*format vmdk"):
            g.launch()
        g = self.drive("disk.vmdk", format="vmdk", discard="besteffort")
        self.assertEqual(g.vfs_label("/dev/sda"), "options")

    def test_copyonread(self):
        for options, least, most in (({}, 0, MIB),
                                     ({"copyonread": True}, 8 * MIB, 99 * MIB)):
            run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b",
                "disk", "top")
            with open("disk", "r+b") as f:
                f.seek(32 * MIB)
                f.write(os.urandom(8 * MIB))
            g = self.drive("top", format="qcow2", **options)
            self.assertEqual(len(g.pread_device("/dev/sda", 2 * MIB,
                                                32 * MIB)), 2 * MIB)
            for offset in range(32 * MIB, 40 * MIB, 2 * MIB):
                g.pread_device("/dev/sda", 2 * MIB, offset)
            g.shutdown()
            grown = os.stat("top").st_blocks * 512
            self.assertGreaterEqual(grown, least)
            self.assertLess(grown, most)

    def test_cachemode(self):
        """What was synced has been flushed on the server, too."""
        log = self.folder / "log"
        server = nbdkit(self, "--filter=log", "file", "disk",
                        f"logfile={log}")
        g = self.drive("", protocol="nbd", cachemode="writeback",
                       server=[f"localhost:{server.port}"])
        g.pwrite_device("/dev/sda", b"content", 8 * MIB)
        before = log.read_text().count(" Flush id=")
        g.sync()
        self.assertGreater(log.read_text().count(" Flush id="), before)
        g.close()
        server.stop()
        # Without that, it is there all the same if nothing crashes.
        g = self.drive(cachemode="unsafe")
        self.assertEqual(g.pread_device("/dev/sda", 7, 8 * MIB), b"content")
        g.pwrite_device("/dev/sda", b"changed", 8 * MIB)
        g.shutdown()
        self.assertEqual(self.disk.read_bytes()[8 * MIB:][:7], b"changed")

    def test_blocksize(self):
        for options, size in ({}, 512), ({"blocksize": 512}, 512), \
                ({"blocksize": 4096}, 4096):
            for readonly in False, True:
                g = self.drive(readonly=readonly, **options)
                self.assertEqual(g.blockdev_getss("/dev/sda"), size)
                g.mount("/dev/sda", "/")
                g.close()

    def test_label(self):
        g = self.handle(launch=False)
        g.add_drive_opts("disk", format="raw", label="a1", name="hint")
        g.add_drive_scratch(8 * MIB, label="b")
        g.launch()
        self.assertEqual(g.list_disk_labels(),
                         {"a1": "/dev/sda", "b": "/dev/sdb"})
        self.assertEqual(g.vfs_label("/dev/disk/guestfs/a1"), "options")
        g.part_disk("/dev/disk/guestfs/b", "mbr")
        g.mkfs("ext2", "/dev/disk/guestfs/b1")
        self.assertEqual(g.vfs_type("/dev/sdb1"), "ext2")

    def test_iface(self):
        for iface in "ide", "scsi", "virtio":
            g = self.drive(iface=iface)
            self.assertEqual(g.list_devices(), ["/dev/sda"])
            g.close()
        with self.assertRaisesRegex(RuntimeError, "iface 'usb' is none of"):
            self.drive(iface="usb")


if __name__ == "__main__":
    unittest.main()
