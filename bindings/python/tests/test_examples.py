# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples do what they say."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import guestfs

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NEEDED = ["part_disk", "mkfs", "write", "list_filesystems", "mount_ro", "ls",
          "umount_all", "upload"]


class Examples(unittest.TestCase):
    def setUp(self):
        missing = [name for name in NEEDED if "not implemented yet"
                   in getattr(guestfs.GuestFS, name).__doc__]
        if missing:
            self.skipTest("not implemented yet: " + ", ".join(missing))
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def run_example(self, name, *args):
        return subprocess.run([sys.executable, "-B", EXAMPLES / name, *args],
                              capture_output=True, text=True, timeout=60,
                              cwd=self.dir.name)

    def test_usage(self):
        for name in sorted(os.listdir(EXAMPLES)):
            r = self.run_example(name)
            self.assertEqual(r.returncode, 1)
            self.assertIn("usage: " + name, r.stderr)

    def test_work(self):
        r = self.run_example("create_disk.py", "disk.img")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        r = self.run_example("upload_with_progress.py", "disk.img",
                             "/dev/sda1", __file__, "/uploaded")
        self.assertEqual(r.returncode, 0, r.stderr)
        r = self.run_example("show_filesystems.py", "disk.img")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertEqual(r.stdout, "/dev/sda1: ext4\n  hello\n  lost+found\n"
                                   "  uploaded\n")


if __name__ == "__main__":
    unittest.main()
