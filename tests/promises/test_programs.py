# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that were built for the original library, by others and from its
own headers: those of Debian's package guestfs-tools.  The dynamic linker gives
them this library, of the same name.
"""

import contextlib
import csv
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

import guestfs

from support import MIB, TestCase, adopt_orphans, run

BUSYBOX = "/bin/busybox"
TIMEOUT = 120  # seconds

RELEASE = """ID=debian
NAME="Debian GNU/Linux"
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_ID="12"
"""
STATUS = """Package: sl
Status: install ok installed
Architecture: amd64
Version: 5.02-1
Description: Correct you if you type `sl' by mistake

"""

GUEST = None


def make_guest(path):
    """A guest of 64 MiB: its root, and room behind it."""
    g = guestfs.GuestFS(python_return_dict=True)
    g.disk_create(path, "raw", 64 * MIB)
    g.add_drive_opts(path, format="raw")
    g.launch()
    g.part_init("/dev/sda", "mbr")
    g.part_add("/dev/sda", "p", 2048, 65535)
    g.part_add("/dev/sda", "p", 65536, -1)
    g.mkfs("ext4", "/dev/sda1", label="root")
    g.mkfs("ext4", "/dev/sda2", label="data")
    g.mount("/dev/sda1", "/")
    for folder in ("/bin", "/boot", "/dev", "/etc/apt", "/proc", "/root",
                   "/srv", "/sys", "/tmp", "/var/lib/dpkg", "/var/log"):
        g.mkdir_p(folder)
    g.upload(BUSYBOX, "/bin/busybox")
    g.chmod(0o755, "/bin/busybox")
    g.ln_s("busybox", "/bin/sh")
    g.write("/boot/vmlinuz-6.1.0-1-amd64", b"kernel")
    g.write("/boot/initrd.img-6.1.0-1-amd64", b"initrd")
    g.write("/etc/os-release", RELEASE)
    g.write("/etc/debian_version", "12.1\n")
    g.write("/etc/fstab", "LABEL=root / ext4 defaults 0 1\n"
                          "LABEL=data /srv ext4 defaults 0 2\n")
    g.write("/etc/hostname", "alpha\n")
    g.write("/var/lib/dpkg/status", STATUS)
    g.write("/var/log/syslog", "all is well\n")
    g.shutdown()
    g.close()


def setUpModule():
    global GUEST
    if shutil.which("virt-df"):
        folder = tempfile.mkdtemp(prefix="test-programs.")
        unittest.addModuleCleanup(shutil.rmtree, folder)
        GUEST = folder + "/guest.img"
        make_guest(GUEST)


@unittest.skipUnless(shutil.which("virt-df"),
                     "the package guestfs-tools is not there")
class Programs(TestCase):
    def setUp(self):
        super().setUp()
        run("cp", "--sparse=always", GUEST, "guest.img")
        # They look for configuration, and inspection for HOME.
        self.environment = os.environ | {"HOME": str(self.folder),
                                         "LC_ALL": "C.UTF-8"}

    def run_program(self, *command, **options):
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False, env=self.environment,
                              timeout=TIMEOUT, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return done.stdout

    def table(self, *command):
        return list(csv.reader(self.run_program(*command).splitlines()))

    @contextlib.contextmanager
    def mounted(self, image="guest.img", device="/dev/sda1"):
        g = self.handle(image, readonly=True)
        g.mount_ro(device, "/")
        yield g
        g.close()


class Looking(Programs):
    def test_which_library(self):
        text = self.run_program("perl", "-e", (
            'use Sys::Guestfs; my $g = Sys::Guestfs->new ();'
            'my %v = $g->version (); print "$v{major}.$v{minor}\\n";'
            '$g->add_drive_ro ("guest.img"); $g->launch ();'
            'print join (" ", $g->list_filesystems ()), "\\n";'
            '$g->mount_ro ("/dev/sda1", "/");'
            'print $g->cat ("/etc/hostname");'
            'eval { $g->cat ("/none") }; print $@;'
            'print $g->last_errno (), "\\n";'))
        version = self.handle(launch=False).version()
        self.assertEqual(text.splitlines()[:3], [
            f"{version['major']}.{version['minor']}",
            "/dev/sda1 ext4 /dev/sda2 ext4", "alpha"])
        self.assertIn("cat: /none: No such file or directory", text)
        self.assertTrue(text.endswith("\n2\n"), text)

    def test_df(self):
        rows = self.table("virt-df", "--csv", "-a", "guest.img")
        self.assertEqual([row[1] for row in rows[1:]],
                         ["/dev/sda1", "/dev/sda2"])

    def test_filesystems(self):
        rows = self.table("virt-filesystems", "--csv", "--all", "--long",
                          "-a", "guest.img")
        self.assertIn(["/dev/sda2", "filesystem", "ext4", "data"],
                      [row[:4] for row in rows])
        self.assertIn(["/dev/sda", "device", str(64 * MIB)],
                      [[row[0], row[1], row[5]] for row in rows])

    def test_cat_ls_log(self):
        self.assertEqual(self.run_program("virt-cat", "-a", "guest.img",
                                          "/etc/hostname"), "alpha\n")
        self.assertIn("/etc/fstab\n", self.run_program(
            "virt-ls", "-a", "guest.img", "-R", "-l", "--checksum", "/"))
        self.assertEqual(self.run_program("virt-log", "-a", "guest.img"),
                         "all is well\n")

    def test_inspector(self):
        text = self.run_program("virt-inspector", "--no-icon", "-a",
                                "guest.img")
        found = xml.etree.ElementTree.fromstring(text).find("operatingsystem")
        self.assertEqual([found.findtext(name) for name in (
            "distro", "major_version", "package_format", "hostname",
            "applications/application/name")],
            ["debian", "12", "deb", "alpha", "sl"])
        self.assertEqual([m.get("dev") for m in
                          found.findall("mountpoints/mountpoint")],
                         ["/dev/sda1", "/dev/sda2"])

    def test_diff(self):
        shutil.copy("guest.img", "other.img")
        self.run_program("virt-edit", "-a", "other.img", "/etc/hostname",
                         "-e", "s/alpha/beta/")
        text = self.run_program("virt-diff", "-a", "guest.img", "-A",
                                "other.img")
        self.assertIn("/etc/hostname", text)
        self.assertIn("+beta", text)
        self.assertNotIn("fstab", text)

    def test_alignment_scan(self):
        self.assertEqual(self.run_program(
            "virt-alignment-scan", "-a", "guest.img").split(),
            ["/dev/sda1", str(MIB), "1024K", "ok",
             "/dev/sda2", str(32 * MIB), "32768K", "ok"])

    def test_get_kernel(self):
        self.run_program("virt-get-kernel", "-a", "guest.img")
        self.assertEqual(pathlib.Path(
            "vmlinuz-6.1.0-1-amd64").read_bytes(), b"kernel")


class Changing(Programs):
    def test_copy(self):
        os.mkdir("folder")
        pathlib.Path("folder/file").write_bytes(b"\0content")
        self.run_program("virt-copy-in", "-a", "guest.img", "folder", "/srv")
        self.run_program("virt-copy-out", "-a", "guest.img", "/srv/folder",
                         "/etc/fstab", ".")
        self.assertEqual(pathlib.Path("folder/file").read_bytes(),
                         b"\0content")
        self.assertTrue(pathlib.Path("fstab").exists())

    def test_tar(self):
        self.run_program("virt-tar-out", "-a", "guest.img", "/etc", "etc.tar")
        self.run_program("virt-tar-in", "-a", "guest.img", "etc.tar", "/srv")
        self.assertEqual(self.run_program(
            "virt-cat", "-a", "guest.img", "/srv/hostname"), "alpha\n")

    def test_format(self):
        self.run_program("virt-format", "-a", "guest.img", "--lvm=/dev/VG/LV",
                         "--partition=gpt", "--filesystem=ext4", "--label=new")
        rows = self.table("virt-filesystems", "--csv", "--long", "-a",
                          "guest.img")
        self.assertEqual(rows[1][:4], ["/dev/VG/LV", "filesystem", "ext4",
                                       "new"])

    def test_make_fs(self):
        self.run_program("virt-tar-out", "-a", "guest.img", "/etc", "etc.tar")
        self.run_program("virt-make-fs", "--format=qcow2", "--type=ext4",
                         "--partition", "--size=+5M", "--label=made",
                         "etc.tar", "made.qcow2")
        run("qemu-img", "check", "-q", "made.qcow2")
        with self.mounted(("made.qcow2", "qcow2")) as g:
            self.assertEqual(g.vfs_label("/dev/sda1"), "made")
            self.assertEqual(g.read_file("/hostname"), b"alpha\n")

    def test_resize(self):
        self.image("large.img", 96 * MIB)
        self.run_program("virt-resize", "--quiet", "--expand", "/dev/sda2",
                         "guest.img", "large.img")
        with self.mounted("large.img", "/dev/sda2") as g:
            self.assertGreater(g.blockdev_getsize64("/dev/sda2"), 60 * MIB)
            self.assertGreater(g.statvfs("/")["blocks"]
                               * g.statvfs("/")["frsize"], 48 * MIB)

    def test_sparsify(self):
        with self.mounted() as g:
            before = g.checksum("sha256", "/bin/busybox")
        self.run_program("virt-sparsify", "--quiet", "--convert", "qcow2",
                         "--compress", "guest.img", "thin.qcow2")
        run("qemu-img", "check", "-q", "thin.qcow2")
        with self.mounted(("thin.qcow2", "qcow2")) as g:
            self.assertEqual(g.checksum("sha256", "/bin/busybox"), before)
        self.run_program("virt-sparsify", "--quiet", "--in-place",
                         "guest.img")
        with self.mounted() as g:
            self.assertEqual(g.checksum("sha256", "/bin/busybox"), before)

    def test_customize(self):
        pathlib.Path("script").write_text("#!/bin/sh\nread name "
                                          "</etc/hostname\necho $name "
                                          ">/srv/name\n", encoding="ascii")
        self.run_program(
            "virt-customize", "--quiet", "--no-network", "--smp", "1",
            "-a", "guest.img", "--hostname", "gamma", "--mkdir", "/srv/made",
            "--write", "/srv/made/file:text", "--chmod", "0600:/srv/made/file",
            "--append-line", "/etc/fstab:# end", "--delete", "/var/log/*",
            "--copy-in", "script:/root", "--move", "/root/script:/root/job",
            "--run-command", "/bin/sh /root/job")
        with self.mounted() as g:
            self.assertEqual(g.ls("/var/log"), [])
            self.assertTrue(g.read_file("/etc/fstab").endswith(b"# end\n"))
        with self.mounted(device="/dev/sda2") as g:
            self.assertEqual(g.read_file("/made/file"), b"text")
            self.assertEqual(g.lstat("/made/file")["mode"] & 0o777, 0o600)
            self.assertEqual(g.read_file("/name"), b"gamma\n")

    def test_sysprep(self):
        self.run_program("virt-sysprep", "--quiet", "--no-network", "-a",
                         "guest.img", "--operations",
                         "logfiles,net-hostname,tmp-files")
        with self.mounted() as g:
            self.assertFalse(g.exists("/var/log/syslog"))


if __name__ == "__main__":
    adopt_orphans()
    unittest.main()
