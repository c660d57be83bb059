# SPDX-License-Identifier: GPL-2.0-or-later
"""Two that write to one image keep each other off: appliances, and QEMU's
programs.  Reading is always possible.
"""

import os
import signal
import subprocess
import sys
import unittest

from servers import LOOPBACK, qemu_nbd
from support import MIB, TestCase, adopt_orphans, mkfs, new_handle, reap_all
from support import run

IN_USE = "disk: it is in use by another process"


def fails(*command):
    """What the program says on stderr."""
    result = subprocess.run([str(c) for c in command], check=False,
                            capture_output=True, text=True)
    if result.returncode == 0:
        raise AssertionError(f"{command} has succeeded")
    return result.stderr


class Locks(TestCase):
    def setUp(self):
        super().setUp()
        self.disk = self.image("disk", 20 * MIB)
        mkfs("ext4", self.disk, "-q")
        run("qemu-img", "convert", "-O", "qcow2", "disk", "qcow2-disk")

    def images(self):
        return ("disk", "raw"), ("qcow2-disk", "qcow2")

    def nbd_server(self, *arguments, **options):
        """It listens before it opens the image: wait until it serves it."""
        server = qemu_nbd(self, *arguments, **options)
        run("qemu-img", "info", f"nbd://{LOOPBACK}:{server.port}")
        return server

    def refused(self, *images, words=IN_USE):
        g = self.handle(*images, launch=False)
        with self.assertRaisesRegex(RuntimeError, words):
            g.launch()
        return g

    def test_another_handle(self):
        for image in self.images():
            one = self.handle(image)
            two = self.refused(image)
            reader = self.handle(image, readonly=True)
            self.assertEqual(reader.vfs_type("/dev/sda"), "ext4")
            one.shutdown()
            two.launch()
            self.refused(image)
            two.close()
            one.launch()
            one.close()

    def test_one_handle(self):
        os.link("disk", "link")
        self.refused("disk", "disk", words="disk: two drives write to it")
        self.refused("disk", "link", words="link: two drives write to it: it "
                                           "was added before as disk")
        g = self.handle("disk", launch=False)
        g.add_drive_opts("disk", readonly=True, format="raw")
        g.launch()
        self.assertEqual(g.vfs_type("/dev/sdb"), "ext4")

    def test_qemu_comes_later(self):
        for name, kind in self.images():
            g = self.handle((name, kind))
            for command in (["qemu-img", "resize", "-f", kind, name, "30M"],
                            ["qemu-io", "-f", kind, "-c", "write 0 512",
                             name]):
                self.assertIn('Failed to get', fails(*command))
            # The -U says that somebody may be writing.
            run("qemu-img", "info", "-U", "-f", kind, name)
            g.close()
            run("qemu-io", "-f", kind, "-c", "write 0 512", name)

    def test_readers_take_none(self):
        for name, kind in self.images():
            self.handle((name, kind), readonly=True)
            run("qemu-io", "-f", kind, "-c", "write 0 512", name)

    def test_qemu_was_first(self):
        for name, kind in self.images():
            server = self.nbd_server(name, kind=kind)
            self.refused((name, kind))
            g = self.handle((name, kind), readonly=True)
            self.assertEqual(g.vfs_type("/dev/sda"), "ext4")
            server.stop()
            self.handle((name, kind)).close()

    def test_qemu_only_reads(self):
        """It relies on nobody writing."""
        server = self.nbd_server("disk", "-r")
        self.refused("disk")
        server.stop()
        self.handle("disk")

    def test_through_the_storage_daemon(self):
        """Raw, but not for the appliance's kernel."""
        g = self.handle(launch=False)
        g.add_drive_opts("disk", format="raw", blocksize=4096)
        g.launch()
        self.refused("disk")
        self.assertIn("Failed to get", fails("qemu-io", "-f", "raw", "-c",
                                             "write 0 512", "disk"))

    @staticmethod
    def hold(image, ready):
        try:
            g = new_handle(image)
            os.write(ready, b"x")
            signal.pause()
            g.close()
        finally:
            os._exit(1)

    def test_killed(self):
        """With the program, its locks are gone."""
        adopt_orphans()
        for image in self.images():
            ours, theirs = os.pipe()
            pid = os.fork()
            if pid == 0:
                self.hold(image, theirs)
            os.close(theirs)
            self.assertEqual(os.read(ours, 1), b"x")
            os.close(ours)
            self.refused(image)
            os.kill(pid, signal.SIGKILL)
            reap_all()
            self.handle(image).close()

    def test_nobody_else_is_kept_off(self):
        """A lock of another kind is no business of ours."""
        with open("disk", "rb+") as f:
            os.lockf(f.fileno(), os.F_LOCK, 50)
            self.handle("disk")


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
