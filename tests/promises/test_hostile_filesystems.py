# SPDX-License-Identifier: GPL-2.0-or-later
"""Superblocks that lie.  Filesystems are made by the host's programs, and
single fields are changed, with checksums made right again where there are.
"""

import os
import unittest

from hostile import HostileTestCase, patch
from support import MIB, mkfs, run

# ext4: the kernel's Documentation/filesystems/ext4/super.rst; at 1024.
EXT4_SUPERBLOCK = 1024
EXT4 = {
    "honest": [],
    "no inodes": [(0x0, "<I", 0)],
    "2^32-1 inodes": [(0x0, "<I", 0xffffffff)],
    "2^32-1 blocks": [(0x4, "<I", 0xffffffff)],
    "no blocks": [(0x4, "<I", 0)],
    "first block at 2^32-1": [(0x14, "<I", 0xffffffff)],
    "blocks of 2^41 bytes": [(0x18, "<I", 31)],
    "blocks of 2^2^32 bytes": [(0x18, "<I", 0xffffffff)],
    "clusters of 2^41 bytes": [(0x1c, "<I", 31)],
    "no blocks in a group": [(0x20, "<I", 0)],
    "2^32-1 blocks in a group": [(0x20, "<I", 0xffffffff)],
    "no inodes in a group": [(0x28, "<I", 0)],
    "2^32-1 inodes in a group": [(0x28, "<I", 0xffffffff)],
    "revision 2^32-1": [(0x4c, "<I", 0xffffffff)],
    "inodes of 0 bytes": [(0x58, "<H", 0)],
    "inodes of 65535 bytes": [(0x58, "<H", 0xffff)],
    "all compatible features": [(0x5c, "<I", 0xffffffff)],
    "all incompatible features": [(0x60, "<I", 0xffffffff)],
    "label without end": [(0x78, "16s", b"A" * 16)],
    "journal in inode 2^32-1": [(0xe0, "<I", 0xffffffff)],
    "journal in the root": [(0xe0, "<I", 2)],
    "orphans from the root on": [(0xe8, "<I", 2)],
    "group descriptors of 1 byte": [(0xfe, "<H", 1)],
    "group descriptors of 65535 bytes": [(0xfe, "<H", 0xffff)],
    "flexible groups of 2^255": [(0x174, "B", 255)],
}

# FAT: its boot sector, Microsoft's "FAT: General Overview of On-Disk Format".
VFAT = {
    "honest": [],
    "sectors of 0 bytes": [(11, "<H", 0)],
    "sectors of 1 byte": [(11, "<H", 1)],
    "sectors of 65535 bytes": [(11, "<H", 0xffff)],
    "clusters of 0 sectors": [(13, "B", 0)],
    "clusters of 3 sectors": [(13, "B", 3)],
    "65535 reserved sectors": [(14, "<H", 0xffff)],
    "no FATs": [(16, "B", 0)],
    "255 FATs": [(16, "B", 255)],
    "65535 entries in the root": [(17, "<H", 0xffff)],
    "no sectors": [(19, "<H", 0), (32, "<I", 0)],
    "2^32-1 sectors": [(19, "<H", 0), (32, "<I", 0xffffffff)],
    "FATs of 65535 sectors": [(22, "<H", 0xffff)],
}

# btrfs: fs/btrfs/ctree.h, struct btrfs_super_block; at 64 KiB.  Its first
# 32 bytes are a CRC-32C of what follows.
BTRFS_SUPERBLOCK = 0x10000
BTRFS_SIZE = 4096
BTRFS = {
    "honest": [],
    "tree root at 2^64-1": [(0x50, "<Q", (1 << 64) - 1)],
    "tree root at 0": [(0x50, "<Q", 0)],
    "chunk root at 2^64-1": [(0x58, "<Q", (1 << 64) - 1)],
    "chunk root is the tree root": [(0x58, "<Q", 0x1500000)],
    "2^64-1 bytes": [(0x70, "<Q", (1 << 64) - 1)],
    "no devices": [(0x88, "<Q", 0)],
    "2^64-1 devices": [(0x88, "<Q", (1 << 64) - 1)],
    "sectors of 0 bytes": [(0x90, "<I", 0)],
    "sectors of 2^31 bytes": [(0x90, "<I", 1 << 31)],
    "nodes of 0 bytes": [(0x94, "<I", 0)],
    "nodes of 2^31 bytes": [(0x94, "<I", 1 << 31)],
    "2^32-1 bytes of chunks": [(0xa0, "<I", 0xffffffff)],
    "no chunks": [(0xa0, "<I", 0)],
    "all features": [(0xbc, "<Q", (1 << 64) - 1)],
    "unknown checksums": [(0xc4, "<H", 0xffff)],
    "roots of level 255": [(0xc6, "B", 255)],
}

# XFS: fs/xfs/libxfs/xfs_format.h, struct xfs_dsb, big-endian; checksum
# (CRC-32C, little-endian) at 224.
XFS = {
    "honest": [],
    "blocks of 0 bytes": [(4, ">I", 0)],
    "blocks of 2^31 bytes": [(4, ">I", 1 << 31)],
    "2^64-1 blocks": [(8, ">Q", (1 << 64) - 1)],
    "log at 2^63": [(48, ">Q", 1 << 63)],
    "root inode 2^64-1": [(56, ">Q", (1 << 64) - 1)],
    "groups of 0 blocks": [(84, ">I", 0)],
    "groups of 2^32-1 blocks": [(84, ">I", 0xffffffff)],
    "2^32-1 groups": [(88, ">I", 0xffffffff)],
    "no groups": [(88, ">I", 0)],
    "log of 2^32-1 blocks": [(96, ">I", 0xffffffff)],
    "version 65535": [(100, ">H", 0xffff)],
    "sectors of 0 bytes": [(102, ">H", 0)],
    "inodes of 65535 bytes": [(104, ">H", 0xffff)],
    "shift of blocks 255": [(120, "B", 255)],
    "shift of groups 255": [(124, "B", 255)],
    "directories of 2^255 blocks": [(192, "B", 255)],
}


def crc32c(data):
    table = crc32c.table
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xff]
    return crc ^ 0xffffffff


def _crc32c_entry(crc):
    for _ in range(8):
        crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc


crc32c.table = [_crc32c_entry(i) for i in range(256)]


class Filesystems(HostileTestCase):
    def images(self, cases, size, offset, length, fix, *make):
        """A filesystem, and copies of it with changes at the offset."""
        honest = self.image("honest", size)
        mkfs(*make[:1], honest, *make[1:])
        with open(honest, "rb") as f:
            f.seek(offset)
            superblock = f.read(length)
        result = {}
        for i, (name, changes) in enumerate(cases.items()):
            result[name] = self.folder / f"disk{i}"
            run("cp", "--sparse=always", honest, result[name])
            with open(result[name], "r+b") as f:
                f.seek(offset)
                f.write(fix(patch(superblock, *changes)))
        return result

    def look(self, g, device):
        return self.each(
            g, device,
            kind=lambda g, d: g.vfs_type(d),
            label=lambda g, d: g.vfs_label(d),
            blkid=lambda g, d: g.blkid(d),
            mount=lambda g, d: g.mount_ro(d, "/"),
            find=lambda g, d: g.find("/"),
            statvfs=lambda g, d: g.statvfs("/"),
            umount=lambda g, d: g.umount_all())

    def check(self, kind, images):
        results = self.attack(images, self.look)
        honest = results["honest"]
        self.assertEqual(honest["kind"], kind)
        self.assertIsNone(honest["mount"])
        self.assertIsInstance(honest["find"], list)
        # The host's kernel has seen none of it.
        with open("/proc/mounts", encoding="ascii") as f:
            self.assertNotIn(str(self.folder), f.read())
        return results

    def test_ext4(self):
        # Without checksums, or nearly every lie would be found at once.
        images = self.images(EXT4, 20 * MIB, EXT4_SUPERBLOCK, 1024,
                             lambda data: data, "ext4", "-q", "-O",
                             "^metadata_csum")
        results = self.check("ext4", images)
        self.assertEqual(results["label without end"]["label"], "A" * 16)
        refused = [name for name, result in results.items()
                   if isinstance(result["mount"], RuntimeError)]
        self.assertGreater(len(refused), 10)

    def test_ext4_programs(self):
        """tune2fs and e2fsck read superblocks, too; e2fsck changes them."""
        images = self.images(EXT4, 20 * MIB, EXT4_SUPERBLOCK, 1024,
                             lambda data: data, "ext4", "-q", "-O",
                             "^metadata_csum")
        g = self.handle(*images.values())
        for name, device in zip(images, g.list_devices(), strict=True):
            with self.subTest(name):
                self.each(g, device,
                          list=lambda g, d: g.tune2fs_l(d),
                          uuid=lambda g, d: g.get_e2uuid(d),
                          check=lambda g, d: g.e2fsck(d, forceall=True),
                          resize=lambda g, d: g.resize2fs(d))
                self.assert_usable(g, name)

    def test_vfat(self):
        self.check("vfat", self.images(
            VFAT, 20 * MIB, 0, 512, lambda data: data, "vfat"))

    def test_btrfs(self):
        def fix(data):
            return crc32c(data[32:]).to_bytes(4, "little") + data[4:]

        self.check("btrfs", self.images(
            BTRFS, 120 * MIB, BTRFS_SUPERBLOCK, BTRFS_SIZE, fix, "btrfs",
            "-q"))

    def test_xfs(self):
        def fix(data):
            zeroed = patch(data, (224, "<I", 0))
            return patch(data, (224, "<I", crc32c(zeroed)))

        self.check("xfs", self.images(
            XFS, 300 * MIB, 0, 512, fix, "xfs", "-q"))

    def test_directories(self):
        """Entries of ext4 that lead out of the disk, round in circles, or
        have names that no path can have."""
        image = self.image("disk", 20 * MIB)
        os.makedirs("tree/folder")
        for name in "escape", "slash", "circle", "nothing":
            with open(f"tree/folder/{name}", "wb") as f:
                f.write(b"content")
        mkfs("ext4", image, "-q", "-O", "^metadata_csum,^has_journal", "-d",
             "tree")
        data = image.read_bytes()
        for old, new in ((b"escape", b"../../"), (b"slash", b"a/../"),
                         (b"circle", b"......"),
                         (b"nothing", b"\0\0\0\0\0\0\0")):
            self.assertEqual(data.count(old), 1)
            data = data.replace(old, new)
        image.write_bytes(data)
        results = self.attack({"names": image}, lambda g, d: (
            g.mount_ro(d, "/"), self.each(
                g, d,
                find=lambda g, d: g.find("/"),
                ls=lambda g, d: g.ls("/folder"),
                readdir=lambda g, d: g.readdir("/folder"),
                copy=lambda g, d: g.copy_out("/folder", str(self.folder)),
                tar=lambda g, d: g.tar_out("/folder", "out.tar")))[1])
        self.assertTrue(results["names"])
        # Nothing was unpacked beside the folder.
        self.assertEqual({p.name for p in self.folder.iterdir()}
                         - {"folder", "out.tar"}, {"disk", "tree"})


if __name__ == "__main__":
    unittest.main()
