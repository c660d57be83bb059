# SPDX-License-Identifier: GPL-2.0-or-later
"""What is copied inside of the appliance is what was there: many sizes and
offsets, large enough to go past the page cache and small, odd and even, on
file systems that can do that and on such that can't.
"""

import hashlib
import random
import unittest

from support import MIB, TestCase, adopt_orphans

DISK = 12 * MIB + 512
SEED = 20230614
# Ext2 has no extents, FAT no holes, btrfs checks what it reads.
FILE_SYSTEMS = ("ext2", "ext4", "xfs", "btrfs", "vfat")
ROOM = 400 * MIB


def content(rng, size):
    """Random, but for pieces of zeroes."""
    parts, done = [], 0
    while done < size:
        n = min(size - done, rng.choice((4096, 100_000, MIB, 3 * MIB)))
        parts.append(bytes(n) if rng.random() < 0.3 else rng.randbytes(n))
        done += n
    return b"".join(parts)


def offset(rng, limit):
    """Mostly one that O_DIRECT can begin at."""
    return rng.choice((0, 0, 4096, MIB, 3 * MIB + 4096, 512, 1,
                       rng.randrange(limit)))


def size_up_to(rng, limit):
    return min(limit, rng.choice((limit, 4 * MIB, 5 * MIB + 17, 7 * MIB,
                                  4096, 1, rng.randrange(limit + 1))))


class Copies(TestCase):
    def setUp(self):
        super().setUp()
        self.rng = random.Random(SEED)
        self.source = content(self.rng, DISK)

    def same(self, g, name, model):
        """Read by another way than the copies: without the calls that are
        tried here."""
        path = self.folder / "back"
        g.download(name, str(path))
        back = path.read_bytes()
        self.assertEqual(len(back), len(model), name)
        self.assertEqual(hashlib.sha256(back).digest(),
                         hashlib.sha256(model).digest(), name)
        checksum = g.checksum_device if name.startswith("/dev") \
            else g.checksum
        self.assertEqual(checksum("sha256", name),
                         hashlib.sha256(model).hexdigest())

    def test_devices(self):
        model = bytearray(content(self.rng, DISK))
        g = self.handle(self.image("source", DISK, (0, self.source)),
                        self.image("target", DISK, (0, bytes(model))))
        for _ in range(20):
            a, b = offset(self.rng, DISK), offset(self.rng, DISK)
            n = size_up_to(self.rng, DISK - max(a, b))
            sparse = self.rng.random() < 0.3
            if sparse:  # what is zero need not be written
                g.zero_device("/dev/sdb")
                model = bytearray(DISK)
            g.copy_device_to_device("/dev/sda", "/dev/sdb", srcoffset=a,
                                    destoffset=b, size=n, sparse=sparse)
            model[b:b + n] = self.source[a:a + n]
            self.same(g, "/dev/sdb", bytes(model))
        g.zero_device("/dev/sdb")
        self.same(g, "/dev/sdb", bytes(DISK))
        self.assertEqual(g.is_zero_device("/dev/sdb"), 1)
        g.dd("/dev/sda", "/dev/sdb")
        self.same(g, "/dev/sdb", self.source)
        self.assertEqual(g.is_zero_device("/dev/sdb"), 0)

    def check_files(self, kind):
        g = self.handle(self.image("source", DISK, (0, self.source)),
                        self.image("disk", ROOM))
        g.mkfs(kind, "/dev/sdb")
        g.mount("/dev/sdb", "/")
        model = b""
        for _ in range(8):
            a = offset(self.rng, DISK)
            n = size_up_to(self.rng, DISK - a)
            append = self.rng.random() < 0.5
            g.copy_device_to_file("/dev/sda", "/a", srcoffset=a, size=n,
                                  append=append, sparse=append)
            piece = self.source[a:a + n]
            model = model + piece if append else piece
            self.same(g, "/a", model)
        g.copy_file_to_file("/a", "/b")
        self.same(g, "/b", model)
        self.assertEqual(g.equal("/a", "/b"), 1)
        if len(model) > 4:
            g.copy_file_to_file("/a", "/b", srcoffset=1, destoffset=3)
            self.same(g, "/b", bytes(3) + model[1:])
        g.dd("/dev/sda", "/c")
        g.copy_size("/c", "/d", 5 * MIB + 1)
        self.same(g, "/d", self.source[:5 * MIB + 1])
        before = g.checksum("sha256", "/c")
        g.zero_free_space("/")
        g.sync()
        self.assertEqual(g.checksum("sha256", "/c"), before)
        g.rm("/d")
        g.write("/new", "there is room again")
        g.umount("/")
        g.mount("/dev/sdb", "/")
        self.same(g, "/c", self.source)


def add_test(kind):
    def test(self):
        self.check_files(kind)
    setattr(Copies, f"test_{kind}", test)


for file_system in FILE_SYSTEMS:
    add_test(file_system)

if __name__ == "__main__":
    adopt_orphans()
    unittest.main()
