# SPDX-License-Identifier: GPL-2.0-or-later
"""Images that others have made, from Debian's packages and by mtools (1):
what we read from them is what the host's own programs read.
"""

import hashlib
import json
import os
import unittest

from support import TestCase, run

GRUB = "/usr/lib/grub-rescue/grub-rescue-cdrom.iso"
FLOPPY = "/usr/lib/grub-rescue/grub-rescue-floppy.img"
IPXE = "/usr/lib/ipxe/ipxe.iso"
MEMTEST = "/usr/lib/memtest86+/memtest86+x64.iso"
IMAGES = [GRUB, FLOPPY, IPXE, MEMTEST]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Foreign(TestCase):
    def each(self):
        for path in IMAGES:
            if not os.path.exists(path):
                self.skipTest(f"no {path}: make deps lists its package")
            with self.subTest(path):
                g = self.handle(path, readonly=True)
                yield path, g
                g.close()

    def test_iso(self):
        for number, (path, g) in enumerate(self.each()):
            theirs = self.folder / f"unpacked{number}"
            theirs.mkdir()
            run("bsdtar", "-C", theirs, "-xf", path)
            g.mount_ro("/dev/sda", "/")
            names = {str(p.relative_to(theirs)) for p in theirs.rglob("*")}
            self.assertEqual(set(g.find("/")), names)
            files = [name for name in names if (theirs / name).is_file()]
            self.assertGreater(len(files), 1)
            run("chmod", "-R", "u+w", theirs)
            for name in files:
                data = (theirs / name).read_bytes()
                self.assertEqual(g.filesize("/" + name), len(data), name)
                self.assertEqual(g.checksum("sha256", "/" + name),
                                 sha256(data), name)

    def test_what_it_is(self):
        for path, g in self.each():
            description = run("file", "--brief", path).decode()
            self.assertIn("ISO 9660", description)
            self.assertEqual(g.vfs_type("/dev/sda"), "iso9660")
            label = g.vfs_label("/dev/sda")
            self.assertIn(f"'{label}'", description)
            self.assertEqual(g.blockdev_getsize64("/dev/sda"),
                             os.path.getsize(path))

    def test_partitions(self):
        """They are ISO images and disks with partitions at the same time."""
        for path, g in self.each():
            table = json.loads(run("/sbin/sfdisk", "--json", path))
            table = table["partitiontable"]
            self.assertEqual(g.part_get_parttype("/dev/sda"),
                             {"dos": "msdos"}.get(table["label"],
                                                  table["label"]))
            ours = [(p["part_start"] // 512, p["part_size"] // 512)
                    for p in g.part_list("/dev/sda")]
            theirs = [(p["start"], p["size"]) for p in table["partitions"]]
            self.assertEqual(ours, theirs)
            names = [f"/dev/sda{i + 1}" for i in range(len(ours))]
            self.assertEqual(g.list_partitions(), names)
            for i, part in enumerate(table["partitions"], 1):
                self.assertEqual(g.part_get_mbr_id("/dev/sda", i),
                                 int(part["type"], 16))

    def test_filesystems(self):
        for path, g in self.each():
            found = g.list_filesystems()
            for part in g.list_partitions():
                start = next(p["part_start"] for p in g.part_list("/dev/sda")
                             if part == f"/dev/sda{p['part_num']}")
                theirs = run("sh", "-c", "/sbin/blkid -p -o value -s TYPE "
                             '-O "$1" "$2" || true', "sh", start, path)
                self.assertEqual(found[part],
                                 theirs.decode().strip() or "unknown")

    def compare_fat(self, g, device, image):
        """With what mtools finds in a FAT filesystem."""
        g.mount_ro(device, "/")
        listing = run("mdir", "-/", "-b", "-a", "-i", image).decode()
        theirs = {name.removeprefix("::/").rstrip("/").lower(): name
                  for name in listing.splitlines() if name}
        ours = {name.lower(): name for name in g.find("/")}
        self.assertEqual(set(ours), set(theirs))
        for key, name in ours.items():
            if g.is_file("/" + name):
                data = run("mtype", "-i", image, theirs[key])
                self.assertEqual(g.checksum("sha256", "/" + name),
                                 sha256(data), name)
        g.umount_all()

    def test_efi_partition(self):
        g = self.handle(MEMTEST, readonly=True)
        start = g.part_list("/dev/sda")[1]["part_start"]
        self.compare_fat(g, "/dev/sda2", f"{MEMTEST}@@{start}")

    def test_floppy(self):
        """As mtools make them, with each size of the FAT."""
        for size, bits in (("-f1440", 12), ("-T40000", 16), ("-T80000", 32)):
            image = self.folder / f"fat{bits}"
            run("mformat", "-C", "-v", f"FAT{bits}", "-i", image, size,
                *(["-F"] if bits == 32 else []), "::")
            run("mmd", "-i", image, "::/folder", "::/folder/below")
            for name in "A", "a rather long name.text", "\u00e9t\u00e9":
                path = self.folder / "file"
                path.write_bytes(name.encode() * 1000)
                run("mcopy", "-i", image, path, f"::/folder/{name}")
            g = self.handle(image, readonly=True)
            # Some have a partition that begins where the disk does.
            (device, kind), = g.list_filesystems().items()
            self.assertEqual(kind, "vfat")
            self.assertEqual(g.vfs_label(device), f"FAT{bits}")
            self.compare_fat(g, device, image)
            g.close()

    def test_other_formats(self):
        """The same image in every format that qemu-img writes, with the
        format given and not."""
        formats = ["qcow2", "vmdk", "vdi", "vpc", "vhdx", "qed"]
        drives = []
        for kind in formats:
            run("qemu-img", "convert", "-f", "raw", "-O", kind, IPXE, kind)
            drives += [(kind, kind), (kind, None)]
        g = self.handle(*drives, readonly=True)
        content = run("bsdtar", "-xOf", IPXE, "ipxe.krn")
        for drive, device in zip(drives, g.list_devices(), strict=True):
            g.mount_ro(device, "/")
            self.assertEqual(g.checksum("sha256", "/ipxe.krn"),
                             sha256(content), drive)
            g.umount("/")


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    unittest.main()
