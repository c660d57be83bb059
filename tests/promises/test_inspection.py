# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests that inspection must understand, or survive."""

import pathlib
import random
import shutil
import unittest

from support import MIB, TestCase, mkfs, run

DATA = pathlib.Path(__file__).parents[1] / "data"


def make_system(g, device, fstab="", files=None):
    """A system's root on a device that has a file system."""
    g.mount(device, "/")
    g.mkdir_p("/etc")
    g.mkdir_p("/bin")
    g.write("/etc/os-release", "ID=debian\nVERSION_ID=12\n")
    g.write("/etc/fstab", fstab)
    for name, text in (files or {}).items():
        g.mkdir_p(name.rpartition("/")[0] or "/")
        g.write(name, text)
    g.umount("/")


class Inspection(TestCase):
    def disks(self, count, size=32 * MIB):
        return self.handle(*(self.image(f"disk{i}", size)
                             for i in range(count)))

    def test_arrays(self):
        """By mdadm.conf, and by the names that the arrays have."""
        if not shutil.which("mdadm"):
            self.skipTest("no mdadm")
        g = self.disks(3)
        g.md_create("named", ["/dev/sda", "/dev/sdb"])
        array, = g.list_md_devices()
        uuid = g.md_detail(array)["uuid"]
        g.mkfs("ext4", array)
        g.mkfs("ext4", "/dev/sdc")
        other = "00000000:00000000:00000000:00000000"
        make_system(g, "/dev/sdc", fstab="/dev/md7 /seven ext4\n"
                    "/dev/md8 /eight ext4\n/dev/md/named /named ext4\n"
                    "/dev/md/other /other ext4\n",
                    files={"/etc/mdadm/mdadm.conf":
                           f"# ARRAY /dev/md8 UUID={uuid}\n"
                           "DEVICE partitions\n"
                           f"array  /dev/md7 metadata=1.2 uuid={uuid}\n"
                           f"ARRAY /dev/md8 UUID={other}\n"})
        self.assertEqual(g.inspect_os(), ["/dev/sdc"])
        self.assertEqual(g.inspect_get_mountpoints("/dev/sdc"), {
            "/": "/dev/sdc", "/seven": array, "/named": array})

    def test_btrfs_on_two_devices(self):
        """In a new appliance, which has not seen both being made."""
        images = [self.image(f"disk{i}", 200 * MIB) for i in range(2)]
        g = self.handle(*images)
        g.mkfs_btrfs(["/dev/sda", "/dev/sdb"])
        make_system(g, "/dev/sda")
        g.shutdown()
        g = self.handle(*images)
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        g.close()
        g = self.handle(*images)
        g.mount("/dev/sdb", "/")
        self.assertEqual(g.ls("/"), ["bin", "etc"])

    def test_many_snapshots(self):
        """More than anybody boots; the first ones count."""
        if not shutil.which("btrfs"):
            self.skipTest("no btrfs-progs")
        g = self.disks(1, 300 * MIB)
        if g.get_backend() == "direct":
            self.skipTest("QEMU's appliance has no program that makes them")
        g.mkfs("btrfs", "/dev/sda")
        make_system(g, "/dev/sda")
        g.mount("/dev/sda", "/")
        g.debug("sh", ["for i in $(seq 300); do btrfs subvolume snapshot "
                       "/sysroot /sysroot/s$i >/dev/null; done"])
        g.umount("/")
        roots = g.inspect_os()
        self.assertEqual(len(roots), len(set(roots)))
        self.assertEqual(roots[0], "/dev/sda")
        self.assertEqual(g.inspect_get_distro(roots[-1]), "debian")
        self.assertGreater(len(roots), 100)
        self.assertLess(len(roots), 300)

    def test_encrypted(self):
        """Opened under another name than the guest's."""
        g = self.disks(3)
        if not g.feature_available(["luks"]):
            self.skipTest("no LUKS")
        uuids = []
        for device, name in ("/dev/sda", "one"), ("/dev/sdb", "two"):
            g.luks_format(device, "key", 0)
            uuids.append(g.luks_uuid(device))
            g.cryptsetup_open(device, "key", name)
            g.mkfs("ext4", "/dev/mapper/" + name)
        g.mkfs("ext4", "/dev/sdc")
        make_system(g, "/dev/sdc", fstab=f"/dev/mapper/luks-{uuids[0]} /a ext4"
                    "\n/dev/mapper/sdb_crypt /b ext4\n"
                    "/dev/mapper/one /c ext4\n/dev/mapper/sda_crypt /d ext4\n"
                    f"/dev/mapper/luks-{uuids[0][:-1]} /e ext4\n",
                    files={"/etc/crypttab":
                           f"# sda_crypt UUID={uuids[0]}\n"
                           f"sdb_crypt UUID={uuids[1]} none luks,discard\n"})
        self.assertEqual(g.inspect_os(), ["/dev/sdc"])
        self.assertEqual(g.inspect_get_mountpoints("/dev/sdc"), {
            "/": "/dev/sdc", "/a": "/dev/mapper/one", "/b": "/dev/mapper/two",
            "/c": "/dev/mapper/one"})

    def make_rpm_database(self):
        """With two packages; the file."""
        for name in "hello", "goodbye":
            spec = self.folder / (name + ".spec")
            spec.write_text(f"Name: {name}\nEpoch: 2\nVersion: 1.5\n"
                            "Release: 3\nSummary: A word\nLicense: X\n"
                            "URL: http://example.com/\nVendor: Somebody\n"
                            "BuildArch: noarch\n%description\nSays\n"
                            f"{name}.\n%files\n", encoding="ascii")
            run("rpmbuild", "--define", f"_topdir {self.folder}", "-bb", spec)
        run("rpm", "--dbpath", self.folder / "db", "--justdb", "--nodeps",
            "-i", *(self.folder / "RPMS/noarch").iterdir())
        return self.folder / "db/rpmdb.sqlite"

    def test_rpm(self):
        """Also when the guest is mounted read-only; nothing is written."""
        if not shutil.which("rpmbuild"):
            self.skipTest("no rpmbuild")
        database = self.make_rpm_database()
        g = self.disks(1)
        g.mkfs("ext4", "/dev/sda")
        make_system(g, "/dev/sda",
                    files={"/etc/os-release": "ID=fedora\nVERSION_ID=39\n"})
        g.mount("/dev/sda", "/")
        g.mkdir_p("/usr/lib/sysimage/rpm")
        g.mkdir_p("/var/lib")
        g.ln_s("../../usr/lib/sysimage/rpm", "/var/lib/rpm")
        g.upload(str(database), "/var/lib/rpm/rpmdb.sqlite")
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        for mount in g.mount_ro, g.mount:
            mount("/dev/sda", "/")
            apps = g.inspect_list_applications2("/dev/sda")
            self.assertEqual(g.ls("/var/lib/rpm"), ["rpmdb.sqlite"])
            g.umount("/")
            self.assertEqual(sorted(app["app2_name"] for app in apps),
                             ["goodbye", "hello"])
            expected = {"epoch": 2, "version": "1.5", "release": "3",
                        "arch": "noarch", "summary": "A word",
                        "publisher": "Somebody", "url": "http://example.com/"}
            for app in apps:
                self.assertEqual(expected, {key: app["app2_" + key]
                                            for key in expected})
                self.assertEqual(app["app2_source_package"],
                                 app["app2_name"])
                self.assertEqual(app["app2_description"],
                                 f"Says\n{app['app2_name']}.")

    def test_bad_rpm_databases(self):
        if not shutil.which("rpmbuild"):
            self.skipTest("no rpmbuild")
        good = self.make_rpm_database().read_bytes()
        g = self.disks(1)
        g.mkfs("ext4", "/dev/sda")
        make_system(g, "/dev/sda", files={"/etc/os-release": "ID=rhel\n"})
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        g.mount("/dev/sda", "/")
        g.mkdir_p("/var/lib/rpm")
        rng = random.Random(4)
        for _ in range(5):
            bad = bytearray(good)
            for _ in range(200):
                bad[rng.randrange(100, len(bad))] = rng.randrange(256)
            g.write("/var/lib/rpm/rpmdb.sqlite", bytes(bad))
            try:
                g.inspect_list_applications2("/dev/sda")
            except RuntimeError as e:
                self.assertRegex(str(e), "may be damaged|too large")
            g.ping_daemon()

    def test_windows(self):
        """On NTFS, where upper and lower case are different for us."""
        image = self.image("disk", 64 * MIB)
        g = self.handle(image, launch=False)
        g.launch()
        if not g.feature_available(["ntfs3g"]):
            self.skipTest("no ntfs-3g")
        g.mkfs("ntfs", "/dev/sda")
        g.mount("/dev/sda", "/")
        g.mkdir_p("/WINDOWS/system32/config")
        g.touch("/WINDOWS/system32/config/SOFTWARE")
        g.umount("/")
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        self.assertEqual(g.mounts(), [])
        self.assertEqual(g.inspect_get_type("/dev/sda"), "windows")
        self.assertEqual(g.inspect_get_windows_systemroot("/dev/sda"),
                         "/WINDOWS")
        self.assertEqual(g.inspect_get_windows_software_hive("/dev/sda"),
                         "/WINDOWS/system32/config/SOFTWARE")
        # Nothing holds it.
        g.mount("/dev/sda", "/")
        g.rm_rf("/WINDOWS")
        g.umount("/")
        self.assertEqual(g.inspect_os(), [])

    def test_ufs(self):
        """Its driver must be told which version it is.  (What makefs makes
        of the second one has the superblock where the driver does not look.)
        """
        if not shutil.which("makefs"):
            self.skipTest("no makefs")
        root = self.folder / "root"
        (root / "etc").mkdir(parents=True)
        (root / "bin").mkdir()
        (root / "etc/fstab").write_text("/dev/ada0 / ufs rw 1 1\n",
                                        encoding="ascii")
        (root / "bin/freebsd-version").write_text(
            'USERLAND_VERSION="14.0-RELEASE"\n', encoding="ascii")
        run("makefs", "-t", "ffs", "-o", "version=1", "-s", "32m", "ufs",
            root)
        g = self.handle("ufs")
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        self.assertEqual(g.inspect_get_product_name("/dev/sda"),
                         "FreeBSD 14.0-RELEASE")
        g.mount("/dev/sda", "/")
        self.assertEqual(g.ls("/"), ["bin", "etc"])

    def test_drive_letters(self):
        """By the disk's signature and the offset, or the partition's GUID."""
        g = self.disks(2)
        g.part_init("/dev/sda", "mbr")
        g.part_add("/dev/sda", "p", 2048, 40000)
        g.part_add("/dev/sda", "p", 40001, 50000)
        g.pwrite_device("/dev/sda", b"\xcd\xab\x34\x12", 440)
        g.blockdev_rereadpt("/dev/sda")
        g.part_disk("/dev/sdb", "gpt")
        g.part_set_gpt_guid("/dev/sdb", 1,
                            "01234567-89AB-CDEF-0123-456789ABCDEF")
        g.mkfs("vfat", "/dev/sda1")
        g.mount("/dev/sda1", "/")
        g.mkdir_p("/Windows/System32/config")
        g.upload(str(DATA / "system-hive"), "/Windows/System32/config/SYSTEM")
        self.assertEqual(g.inspect_os(), ["/dev/sda1"])
        self.assertEqual(g.inspect_get_drive_mappings("/dev/sda1"),
                         {"C": "/dev/sda1", "D": "/dev/sdb1"})

    def test_bad_hives(self):
        """Whatever is wrong with one, the appliance lives."""
        g = self.disks(1)
        g.mkfs("ext4", "/dev/sda")
        good = (DATA / "system-hive").read_bytes()
        rng = random.Random(4)
        for _ in range(20):
            bad = bytearray(good)
            for _ in range(30):
                # Behind the header, whose checksum would be wrong at once.
                bad[rng.randrange(4096, len(bad) - 2000)] = rng.randrange(256)
            g.mount("/dev/sda", "/")
            g.mkdir_p("/Windows/System32/config")
            g.write("/Windows/System32/config/SYSTEM", bytes(bad))
            self.assertEqual(g.inspect_os(), ["/dev/sda"])
            g.inspect_get_drive_mappings("/dev/sda")
            g.inspect_get_hostname("/dev/sda")

    def test_huge_fstab(self):
        """Far more than anybody has; what counts is at its beginning."""
        g = self.disks(2)
        g.mkfs("ext4", "/dev/sda")
        g.mkfs("ext4", "/dev/sdb")
        make_system(g, "/dev/sda", fstab="/dev/vdb /first ext4\n" + "".join(
            f"/dev/mapper/luks-{i} /m{i} ext4\n/dev/md{i} /n{i} ext4\n"
            for i in range(50000)))
        g.mount("/dev/sda", "/")
        # Each entry asks for these, too.
        g.fill_pattern("x UUID=1\n", 2 * MIB, "/etc/crypttab")
        g.fill_pattern("ARRAY /dev/md0\n", 2 * MIB, "/etc/mdadm.conf")
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        self.assertEqual(g.inspect_get_mountpoints("/dev/sda"),
                         {"/": "/dev/sda", "/first": "/dev/sdb"})

    def test_many_mountpoints(self):
        g = self.disks(1)
        g.mkfs("ext4", "/dev/sda")
        make_system(g, "/dev/sda", fstab="".join(
            f"/dev/vda /{'a' * 3000}{i} ext4\n" for i in range(2000)))
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        self.assertEqual(g.inspect_get_filesystems("/dev/sda"), ["/dev/sda"])
        self.assertGreater(len(g.inspect_get_mountpoints("/dev/sda")), 50)

    def test_binary_garbage(self):
        g = self.disks(1)
        g.mkfs("ext4", "/dev/sda")
        make_system(g, "/dev/sda")
        g.mount("/dev/sda", "/")
        garbage = bytes(range(256)) * 1000
        for name in ("/etc/os-release", "/etc/fstab", "/etc/hostname",
                     "/etc/debian_version", "/etc/lsb-release",
                     "/etc/redhat-release", "/etc/crypttab", "/bin/ls"):
            g.write(name, garbage)
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        self.assertEqual(g.inspect_get_mountpoints("/dev/sda"),
                         {"/": "/dev/sda"})
        self.assertEqual(g.inspect_get_arch("/dev/sda"), "unknown")

    def test_nothing_is_written(self):
        """A journal that is not replayed stays as it was."""
        image = self.image("disk", 32 * MIB)
        mkfs("ext4", image, "-q")
        g = self.handle(image)
        make_system(g, "/dev/sda")
        g.mount("/dev/sda", "/")
        g.touch("/new")
        g.sync()
        copy = self.folder / "copy"
        copy.write_bytes(image.read_bytes())
        self.assertIn(b"needs_recovery", run("/sbin/dumpe2fs", "-h", copy))
        before = copy.read_bytes()
        g = self.handle(copy)
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        g.sync()
        self.assertTrue(before == copy.read_bytes())

    def test_two_systems(self):
        g = self.disks(3)
        for device in "/dev/sda", "/dev/sdb", "/dev/sdc":
            g.mkfs("ext4", device)
        make_system(g, "/dev/sda", fstab="/dev/sdc /home ext4")
        make_system(g, "/dev/sdb", fstab="/dev/sdc /srv ext4")
        self.assertEqual(g.inspect_os(), ["/dev/sda", "/dev/sdb"])
        self.assertEqual(g.inspect_get_mountpoints("/dev/sda"),
                         {"/": "/dev/sda", "/home": "/dev/sdc"})
        self.assertEqual(g.inspect_get_mountpoints("/dev/sdb"),
                         {"/": "/dev/sdb", "/srv": "/dev/sdc"})


if __name__ == "__main__":
    unittest.main()
