# SPDX-License-Identifier: GPL-2.0-or-later
"""Too little room: it is found in time, and the error names the folder, what
was to be put there, and how to choose another; nothing ends in a SIGBUS.

The tests run in namespaces of their own, where small tmpfs are mounted.
"""

import os
import pathlib
import subprocess
import sys
import unittest

from support import MIB, TestCase, mkfs, run

TOO_MUCH = 1 << 30  # MiB


def mount_tmpfs(where, options):
    pathlib.Path(where).mkdir(exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", options, "none", where)


def use_as_tmpdir(test, options):
    where = pathlib.Path("small").absolute()
    mount_tmpfs(where, options)
    test.addCleanup(run, "umount", "--lazy", where)
    os.environ["TMPDIR"] = str(where)
    return where


def work(g):
    """Let the guest touch much of its memory."""
    g.mount("/dev/sda", "/")
    g.fill(0x41, 150 * MIB, "/large")
    return g.checksum("md5", "/large")


class Room(TestCase):
    """Only inside of the namespaces: see main."""

    def assert_fails(self, call, *words):
        with self.assertRaises(RuntimeError) as caught:
            call()
        for word in words:
            self.assertIn(word, str(caught.exception))

    def filesystem(self):
        path = self.image("disk", 300 * MIB)
        mkfs("ext4", path, "-q")
        return path

    # The guest's memory is not in the /dev/shm that everybody shares, which
    # containers have 64 MB of.
    def test_small_shared_memory(self):
        mount_tmpfs("/dev/shm", "size=64k")
        work(self.handle(self.filesystem()))

    def test_small_tmpdir(self):
        use_as_tmpdir(self, "size=64k")
        work(self.handle(self.filesystem()))

    def test_full_tmpdir(self):
        where = use_as_tmpdir(self, "size=64k,nr_inodes=1")
        self.image("raw", MIB)
        run("qemu-img", "convert", "-O", "qcow2", "raw", "qcow2")
        g = self.handle(launch=False)
        self.assert_fails(lambda: g.add_drive_scratch(12345), str(where),
                          "12345 bytes", "No space left",
                          "TMPDIR or set_tmpdir")
        g.set_tmpdir("/tmp")
        g.add_drive_scratch(12345)
        # Nothing else needs room there.
        g.set_tmpdir(str(where))
        g.add_drive_opts("qcow2", format="qcow2")
        g.launch()
        self.assertEqual(g.list_devices(), ["/dev/sda", "/dev/sdb"])

    # As much as fits: a scratch drive takes room where it is written.
    def test_scratch_drive_outgrows_its_folder(self):
        use_as_tmpdir(self, "size=10m")
        g = self.handle(launch=False)
        g.add_drive_scratch(100 * MIB)
        g.launch()
        with self.assertRaises(RuntimeError):
            g.upload("/dev/zero", "/dev/sda")
            g.sync()
        g.ping_daemon()

    def test_more_memory_than_there_is(self):
        g = self.handle(launch=False)
        g.set_memsize(TOO_MUCH)
        self.assert_fails(g.launch, f"{TOO_MUCH} MiB", "this machine",
                          "LIBGUESTFS_MEMSIZE or set_memsize")
        g.set_memsize(256)
        g.launch()


def main():
    """Every test gets namespaces of its own."""
    if len(sys.argv) > 1:
        return unittest.main()
    tests = unittest.defaultTestLoader.getTestCaseNames(Room)
    failed = [test for test in tests if subprocess.run(
        ["unshare", "-Urm", sys.executable, "-B", __file__, f"Room.{test}"],
        check=False).returncode != 0]
    return f"failed: {failed}" if failed else 0


if __name__ == "__main__":
    sys.exit(main())
