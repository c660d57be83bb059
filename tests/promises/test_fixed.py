# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixed appliances: ours, which our library and the original's start, and
the original's, which ours starts. What is broken is named.
"""

import glob
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import guestfs

from support import MIB, TestCase, adopt_orphans, run
from test_direct import Log

SUPERMIN = "/usr/bin/supermin"
GUESTFISH = "/usr/bin/guestfish"
MEMSIZE = 512  # MiB
BOOT = 240     # seconds that a cold boot may take on a busy machine

FOLDER = None  # of all appliances here


def setUpModule():
    global FOLDER
    FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="test-fixed."))
    run(os.environ["MAKE_FIXED_APPLIANCE"], FOLDER / "ours",
        env=os.environ | {"TMPDIR": str(FOLDER)})


def tearDownModule():
    shutil.rmtree(FOLDER)


def original_folder():
    """Where the original library has what its appliance is made of, or
    None."""
    found = glob.glob("/usr/lib/*/guestfs/supermin.d")
    return found[0] if found else None


class FixedTestCase(TestCase):
    def machine(self, folder, *labels, launch=True):
        """A handle with scratch disks of 8 MiB each, and its log."""
        g = guestfs.GuestFS(python_return_dict=True)
        self.addCleanup(g.close)
        log = Log(g)
        g.set_backend("direct")
        g.set_cachedir(str(FOLDER))
        g.set_memsize(MEMSIZE)
        g.set_path(str(folder))
        for label in labels or ("only",):
            g.add_drive_scratch(8 * MIB, label=label)
        if launch:
            g.launch()
        return g, log

    def fails(self, folder):
        g, _ = self.machine(folder, launch=False)
        with self.assertRaises(RuntimeError) as caught:
            g.launch()
        self.assertTrue(g.is_config())
        return str(caught.exception)

    def copy(self):
        folder = self.folder / "copy"
        shutil.copytree(FOLDER / "ours", folder, copy_function=os.link)
        return folder

    def check_calls(self, g):
        """Of every kind: with files in both directions, and errors."""
        g.mkfs("ext2", "/dev/sda")
        g.mount("/dev/sda", "/")
        g.touch("/empty")
        self.assertEqual(g.ls("/"), ["empty", "lost+found"])
        data = os.urandom(3 * MIB + 1)
        pathlib.Path("data").write_bytes(data)
        g.upload("data", "/data")
        g.download("/data", "back")
        self.assertEqual(pathlib.Path("back").read_bytes(), data)
        self.assertEqual(g.checksum("sha256", "/data"),
                         hashlib.sha256(data).hexdigest())
        with self.assertRaisesRegex(RuntimeError, "No such file"):
            g.mkdir("/missing/folder")
        with self.assertRaises(RuntimeError):
            g.mount("/dev/sdz", "/")
        self.assertEqual(g.ls("/"), ["data", "empty", "lost+found"])


class Ours(FixedTestCase):
    def test_calls(self):
        g, log = self.machine(FOLDER / "ours", "one", "two")
        self.assertIn(f"the fixed appliance in {FOLDER}/ours", log.text)
        self.assertEqual(g.list_devices(), ["/dev/sda", "/dev/sdb"])
        self.assertEqual(g.list_disk_labels(),
                         {"one": "/dev/sda", "two": "/dev/sdb"})
        self.check_calls(g)
        _, log = self.machine(FOLDER / "ours")
        self.assertNotIn("booting", log.text)  # it has a template

    def test_copied_and_read_only(self):
        folder = self.folder / "copy"
        shutil.copytree(FOLDER / "ours", folder)
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)
        self.addCleanup(folder.chmod, 0o755)
        g, log = self.machine(f"/nowhere:{folder}")
        self.assertIn(f"the fixed appliance in {folder}", log.text)
        self.assertEqual(g.list_devices(), ["/dev/sda"])

    def test_missing(self):
        for name in "kernel", "initrd", "root":
            folder = self.copy()
            (folder / name).unlink()
            self.assertIn(f"{folder}/{name}: this file is missing",
                          self.fails(folder))
            shutil.rmtree(folder)

    def test_something_else(self):
        for name, why in (("kernel", "this is no kernel"),
                          ("root", "this is neither a root that")):
            folder = self.copy()
            (folder / name).unlink()
            (folder / name).write_bytes(b"something else")
            self.assertIn(f"{folder}/{name}: {why}", self.fails(folder))
            shutil.rmtree(folder)

    def test_no_file(self):
        """Nobody waits for somebody who writes to a FIFO."""
        for name in "kernel", "initrd", "root":
            folder = self.copy()
            (folder / name).unlink()
            os.mkfifo(folder / name)
            self.assertIn(f"{folder}/{name}: this part of an appliance must "
                          "be a regular file", self.fails(folder))
            shutil.rmtree(folder)

    def test_unreadable(self):
        if os.geteuid() == 0:
            self.skipTest("root can read everything")
        folder = self.folder / "copy"
        shutil.copytree(FOLDER / "ours", folder)
        (folder / "root").chmod(0)
        self.assertIn(f"{folder}/root: Permission denied",
                      self.fails(folder))

    def test_broken_initrd(self):
        """It boots, but not far: which appliance it was is said."""
        folder = self.copy()
        (folder / "initrd").unlink()
        (folder / "initrd").write_bytes(b"\0" * 512)
        message = self.fails(folder)
        self.assertIn(f"the fixed appliance in {folder}: the appliance has "
                      "died", message)
        self.assertIn("Kernel panic", message)


@unittest.skipUnless(original_folder() and os.path.exists(SUPERMIN)
                     and os.path.exists(GUESTFISH),
                     "the original is not installed (Debian's packages "
                     "libguestfs0, supermin, guestfish)")
class Original(FixedTestCase):
    """The original's programs, in an environment without ours."""

    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}

    def test_its_library_starts_ours(self):
        for name, size in ("a", 16 * MIB), ("b", 8 * MIB):
            self.image(name, size)
        result = subprocess.run(
            [GUESTFISH, "--",
             "add", "a", "format:raw", "label:first", ":",
             "add", "b", "format:raw", "label:second", ":", "run", ":",
             "list-devices", ":", "blockdev-getsize64", "/dev/sda", ":",
             "list-disk-labels", ":", "part-disk", "/dev/sda", "mbr", ":",
             "mkfs", "ext4", "/dev/sda1", ":", "mount", "/dev/sda1", "/", ":",
             "write", "/new", "hello", ":", "cat", "/new", ":",
             "-cat", "/missing", ":", "checksum", "md5", "/new"],
            env=self.environment | {
                "LIBGUESTFS_PATH": f"{FOLDER}/ours",
                "LIBGUESTFS_BACKEND": "direct",
                "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg",
                "TMPDIR": str(self.folder)},
            capture_output=True, text=True, timeout=BOOT, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout.split("\n"), [
            "/dev/sda", "/dev/sdb", str(16 * MIB), "first: /dev/sda",
            "second: /dev/sdb", "hello",
            hashlib.md5(b"hello").hexdigest(), ""])
        self.assertIn("/missing: No such file or directory", result.stderr)

    def test_our_library_starts_its(self):
        folder = self.folder / "theirs"
        result = subprocess.run(
            [SUPERMIN, "--build", "--copy-kernel", "-f", "ext2",
             "--host-cpu", os.uname().machine, original_folder(),
             "-o", folder],
            env=self.environment | {"TMPDIR": str(self.folder)},
            capture_output=True, text=True, timeout=BOOT, check=False)
        if result.returncode != 0:
            self.skipTest(f"no appliance of the original's can be made here: "
                          f"{result.stderr.strip()}")
        before = os.stat(folder / "root").st_mtime_ns
        g, _ = self.machine(folder, launch=False)
        g.set_network(True)
        with self.assertRaisesRegex(RuntimeError, "by DHCP"):
            g.launch()
        g, log = self.machine(folder, "first", "second")
        self.assertIn("this appliance is of the original's kind", log.text)
        self.assertIn("major", g.version())
        self.assertEqual(g.list_devices(), ["/dev/sda", "/dev/sdb"])
        self.assertTrue(re.search(r"root=UUID=[0-9a-f-]{36} ",
                                  g.debug("sh", ["cat /proc/cmdline"])))
        self.check_calls(g)
        g.shutdown()
        self.assertEqual(os.stat(folder / "root").st_mtime_ns, before)


if __name__ == "__main__":
    adopt_orphans()
    unittest.main()
