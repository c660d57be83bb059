# SPDX-License-Identifier: GPL-2.0-or-later
"""A mounted guest keeps the promises of a file system.  A folder of the host
is checked in the same way, which checks the checks.
"""

import errno
import os
import pathlib
import shutil
import stat
import tempfile
import unittest

from mounted import AS_OWNER, MountTest
from posix_checks import NAME_MAX, PosixChecks, write

MIB = 1 << 20


class OnHost(PosixChecks, unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="test-mount.",
                                                 dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.dir)


class OnGuest(PosixChecks, MountTest):
    """One mount for each check."""

    def setUp(self):
        super().setUp()
        self.mounted = self.mount(self.new_image(256 * MIB, "-b", "4096"),
                                  *AS_OWNER)
        self.dir = self.mounted.path / "checked"
        os.mkdir(self.dir)

    def tearDown(self):
        self.unmount(self.mounted)

    def test_statfs(self):
        before = os.statvfs(self.dir)
        self.assertEqual(before.f_namemax, NAME_MAX)
        with open(self.dir / "file", "wb", buffering=0) as f:
            f.write(b"x" * (4 << 20))
            os.fsync(f.fileno())
            after = os.statvfs(self.dir)
        self.assertGreaterEqual(before.f_bfree - after.f_bfree,
                                (4 << 20) // before.f_frsize)
        self.assertEqual(before.f_ffree - after.f_ffree, 1)


    def test_owners(self):
        """The guest's, whoever is asking: by numbers."""
        write(self.dir / "file")
        os.symlink("none", self.dir / "link")
        for uid, gid in [(0, 0), (1234, 5678), (2 ** 32 - 2, 2 ** 32 - 2)]:
            os.chown(self.dir / "file", uid, gid)
            os.chown(self.dir / "link", uid, gid, follow_symlinks=False)
            for name in "file", "link":
                s = os.lstat(self.dir / name)
                self.assertEqual((s.st_uid, s.st_gid), (uid, gid))
        os.chown(self.dir / "file", -1, 7)
        self.assertEqual(os.stat(self.dir / "file").st_gid, 7)

    def owners_of_new_files(self):
        write(self.dir / "file")
        os.mkdir(self.dir / "dir")
        os.symlink("x", self.dir / "link")
        owners = {os.lstat(self.dir / name)[4:6]
                  for name in ("file", "dir", "link")}
        for name in "file", "link":
            os.unlink(self.dir / name)
        os.rmdir(self.dir / "dir")
        return owners

    def test_owners_of_new_files(self):
        me = (os.geteuid(), os.getegid())
        self.assertEqual(self.owners_of_new_files(), {me})
        self.mounted.unmount()
        mount = self.mount(self.mounted.image)
        self.assertEqual(self.owners_of_new_files(), {(0, 0)})
        self.unmount(mount)

    def test_group_of_a_setgid_folder(self):
        os.chown(self.dir, 0, 4321)
        os.chmod(self.dir, 0o2777)
        write(self.dir / "file")
        os.mkdir(self.dir / "sub")
        self.assertEqual(os.stat(self.dir / "file").st_gid, 4321)
        self.assertEqual(os.stat(self.dir / "sub").st_gid, 4321)
        self.assertTrue(os.stat(self.dir / "sub").st_mode & stat.S_ISGID)

    def test_full(self):
        """It is said when the guest's disk is full; then all goes on."""
        with self.assertRaises(OSError) as caught:
            with open(self.dir / "big", "wb", buffering=0) as f:
                for _ in range(300):
                    f.write(b"x" * MIB)
                os.fsync(f.fileno())
        self.assertEqual(caught.exception.errno, errno.ENOSPC)
        os.unlink(self.dir / "big")
        write(self.dir / "small", b"fits")
        self.assertEqual((self.dir / "small").read_bytes(), b"fits")


if __name__ == "__main__":
    unittest.main()
