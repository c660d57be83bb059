# SPDX-License-Identifier: GPL-2.0-or-later
"""A real guest: Debian, unpacked from the tarball that mmdebstrap made
(scripts/debian-tarball), compared with that tarball, and its programs run.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

from support import MIB, mkfs, new_handle

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/debian-tarball"
# No package has it, so that there is one extended attribute at least.
MARKED = "/etc/debian_version"
XATTR = "SCHILY.xattr."


def find_tarball():
    path = subprocess.run([SCRIPT], check=True, capture_output=True,
                          text=True).stdout.rstrip("\n")
    if not os.access(path, os.R_OK) or os.path.getsize(path) == 0:
        raise unittest.SkipTest(f"no {path}: {SCRIPT} --download makes it")
    return path


def facts(member):
    """What must be the same before and after."""
    return (member.type, member.mode, member.uid, member.gid,
            member.size if member.isreg() else 0,
            int(member.mtime), member.linkname.removeprefix("./"),
            (member.devmajor, member.devminor) if member.isdev() else None)


def xattrs(member):
    return {k: v for k, v in member.pax_headers.items()
            if k.startswith(XATTR)}


def name_of(member):
    return os.path.normpath("/" + member.name)


class Guest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tarball = find_tarball()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-guest."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        image = cls.folder / "disk"
        with open(image, "wb") as f:
            f.truncate(1024 * MIB)
        mkfs("ext4", image, "-q")
        cls.g = new_handle(image)
        cls.addClassCleanup(cls.g.close)
        cls.g.mount("/dev/sda", "/")
        cls.g.tar_in(cls.tarball, "/", xattrs=True, acls=True)
        cls.g.setxattr("user.mark", b"ours", 4, MARKED)

    def test_a_release(self):
        text = self.g.cat("/etc/os-release")
        self.assertIn("ID=debian\n", text)
        self.assertIn('VERSION_ID="12"\n', text)

    def test_commands(self):
        packages = self.g.command_lines(["dpkg", "-l"])
        installed = [line.split()[1] for line in packages
                     if line.startswith("ii ")]
        self.assertIn("dpkg", installed)
        self.assertGreater(len(installed), 50)
        self.assertEqual(self.g.command(["perl", "-e", "print 6 * 7"]), "42")
        self.assertEqual(self.g.sh("echo a b | tr a-z A-Z; id -un"),
                         "A B\nroot\n")
        self.assertEqual(self.g.sh_lines("printf 'one\\ntwo\\n'"),
                         ["one", "two"])
        with self.assertRaisesRegex(RuntimeError, "no such thing"):
            self.g.sh("echo no such thing >&2; exit 3")
        with self.assertRaisesRegex(RuntimeError, "nonsense"):
            self.g.command(["/usr/bin/nonsense"])

    def test_surroundings_of_commands(self):
        g = self.g
        self.assertEqual(g.sh("echo x > /dev/null; cat /proc/self/comm"),
                         "cat\n")
        g.sh("echo written > /root/file; sync")
        self.assertEqual(g.cat("/root/file"), "written\n")
        g.sh("sleep 1000 > /dev/null 2>&1 &")
        # Nothing that they had is left.
        self.assertEqual(g.ls("/proc"), [])
        self.assertEqual(g.mounts(), ["/dev/sda"])
        self.assertNotIn("sleep", g.sh("cat /proc/[0-9]*/comm"))

    def test_checksums(self):
        """Of all files, as the tarball has them."""
        out = self.folder / "sums"
        self.g.checksums_out("sha256", "/usr", str(out))
        ours = {}
        for line in out.read_text(encoding="utf-8").splitlines():
            checksum, name = line.split(maxsplit=1)
            ours["/usr/" + name.removeprefix("./")] = checksum
        theirs = {}
        with tarfile.open(self.tarball) as tar:
            for member in tar:
                name = name_of(member)
                if not member.isreg() or not name.startswith("/usr/"):
                    continue
                with tar.extractfile(member) as f:
                    theirs[name] = hashlib.sha256(f.read()).hexdigest()
        # Hard links are files, too.
        self.assertEqual(theirs, {k: v for k, v in ours.items()
                                  if k in theirs})
        self.assertGreater(len(theirs), 1000)

    def test_file(self):
        self.assertIn("ELF 64-bit", self.g.file("/usr/bin/dpkg"))
        self.assertIn("symbolic link", self.g.file("/usr/bin/awk"))

    def test_tar_out(self):
        """What went in comes out: names, modes, owners, times, links,
        extended attributes."""
        out = self.folder / "out.tar"
        for folder in "/etc", "/var":
            self.g.tar_out(folder, str(out), xattrs=True, acls=True)
            self.compare(folder, out)

    def compare(self, folder, out):
        with tarfile.open(self.tarball) as tar:
            before = {name_of(m).removeprefix(folder): m for m in tar
                      if name_of(m).startswith(folder + "/")}
        with tarfile.open(out) as tar:
            after = {name_of(m): m for m in tar if name_of(m) != "/"}
        self.assertEqual(sorted(before), sorted(after))
        for name, member in before.items():
            self.assertEqual(facts(member), facts(after[name]), name)
            marked = ({XATTR + "user.mark": "ours"}
                      if folder + name == MARKED else {})
            self.assertEqual(xattrs(member) | marked, xattrs(after[name]),
                             name)

    def test_z_inspection(self):
        """The last one: it unmounts."""
        g = self.g
        g.write("/etc/hostname", "guest\n")
        g.write("/etc/fstab", "UUID=" + g.vfs_uuid("/dev/sda")
                + " / ext4 defaults 0 1\n/dev/vdb1 /missing ext4 nofail\n")
        version = g.cat("/etc/debian_version").strip()
        installed = [line.split("\t") for line in g.command_lines(
            ["dpkg-query", "-W", "-f",
             "${db:Status-Status}\t${Package}\t${Version}\n"])]
        self.assertEqual(g.inspect_os(), ["/dev/sda"])
        self.assertEqual(g.mounts(), [])
        self.assertEqual(g.inspect_get_roots(), ["/dev/sda"])
        found = {key: getattr(g, "inspect_get_" + key)("/dev/sda")
                 for key in ("type", "distro", "arch", "hostname", "osinfo",
                             "package_format", "package_management",
                             "mountpoints", "filesystems")}
        self.assertEqual(found, {
            "type": "linux", "distro": "debian", "arch": "x86_64",
            "hostname": "guest", "osinfo": "debian12",
            "package_format": "deb", "package_management": "apt",
            "mountpoints": {"/": "/dev/sda"}, "filesystems": ["/dev/sda"]})
        self.assertEqual(version, "%d.%d" % (
            g.inspect_get_major_version("/dev/sda"),
            g.inspect_get_minor_version("/dev/sda")))
        self.assertRegex(g.inspect_get_product_name("/dev/sda"),
                         r"^Debian GNU/Linux 12 \(")
        g.mount_ro("/dev/sda", "/")
        self.assertEqual(
            sorted(name + " " + version for status, name, version in installed
                   if status == "installed"),
            sorted(full_name(app) for app
                   in g.inspect_list_applications2("/dev/sda")))


def full_name(app):
    """As dpkg writes it."""
    epoch = f"{app['app2_epoch']}:" if app["app2_epoch"] else ""
    release = f"-{app['app2_release']}" if app["app2_release"] else ""
    return f"{app['app2_name']} {epoch}{app['app2_version']}{release}"


if __name__ == "__main__":
    unittest.main()
