# SPDX-License-Identifier: GPL-2.0-or-later
"""Partition tables that lie: GPT, and MBR with its chains of extended
partitions.
"""

import struct
import unittest
import uuid
import zlib

from hostile import SECTOR, HostileTestCase, patch
from support import MIB

SIZE = 10 * MIB
SECTORS = SIZE // SECTOR
LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4").bytes_le
NAME = "ordinary".encode("utf-16-le")

# Fields of a GPT header, and of its entries: UEFI 2.10, 5.3.2 and 5.3.3.
HEADER = "<8sIIIIQQQQ16sQIII"
ENTRY = "<16s16sQQQ72s"
HEADER_SIZE, MY_LBA, OTHER_LBA, FIRST, LAST, ENTRIES, COUNT, ENTRY_SIZE = (
    12, 24, 32, 40, 48, 72, 80, 84)
ENTRY_FIRST, ENTRY_LAST, ENTRY_FLAGS, ENTRY_NAME = 32, 40, 48, 56


def mbr(*parts):
    """Partitions are (type, start, size), in sectors."""
    sector = bytearray(SECTOR)
    for i, (kind, start, size) in enumerate(parts):
        struct.pack_into("<BxxxBxxxII", sector, 446 + 16 * i, 0, kind,
                         start, size)
    sector[510:] = b"\x55\xaa"
    return bytes(sector)


def gpt(header_changes=(), entry_changes=(), entries=1):
    """The parts of an image with a GPT whose checksums are right."""
    entry = patch(struct.pack(ENTRY, LINUX, uuid.uuid4().bytes, 2048,
                              SECTORS - 2048, 0, NAME), *entry_changes)
    table = (entry * entries).ljust(128 * 128, b"\0")
    parts = [(0, mbr((0xee, 1, SECTORS - 1)))]
    for mine, other, where in ((1, SECTORS - 1, 2),
                               (SECTORS - 1, 1, SECTORS - 33)):
        header = struct.pack(HEADER, b"EFI PART", 0x10000, 92, 0, 0, mine,
                             other, 34, SECTORS - 34, uuid.uuid4().bytes,
                             where, 128, 128, zlib.crc32(table))
        header = patch(header, *header_changes)
        size = struct.unpack_from("<I", header, HEADER_SIZE)[0]
        checksum = zlib.crc32(header.ljust(SECTOR, b"\0")[:min(size,
                                                              SECTOR)])
        parts += [(mine * SECTOR, patch(header, (16, "<I", checksum))),
                  (where * SECTOR, table)]
    return parts


GPT = {
    "honest": gpt(),
    "no entries": gpt([(COUNT, "<I", 0)]),
    "2^32-1 entries": gpt([(COUNT, "<I", 0xffffffff)]),
    "2^25 entries": gpt([(COUNT, "<I", 1 << 25)]),
    "entries of 0 bytes": gpt([(ENTRY_SIZE, "<I", 0)]),
    "entries of 1 byte": gpt([(ENTRY_SIZE, "<I", 1)]),
    "entries of 2^31 bytes": gpt([(ENTRY_SIZE, "<I", 1 << 31)]),
    "2^32 bytes of entries": gpt([(COUNT, "<I", 1 << 16),
                                  (ENTRY_SIZE, "<I", 1 << 16)]),
    "entries past the end": gpt([(ENTRIES, "<Q", SECTORS * 2)]),
    "entries at 2^64-1": gpt([(ENTRIES, "<Q", (1 << 64) - 1)]),
    "entries in the header": gpt([(ENTRIES, "<Q", 1)]),
    "header of 0 bytes": gpt([(HEADER_SIZE, "<I", 0)]),
    "header of 2^32-1 bytes": gpt([(HEADER_SIZE, "<I", 0xffffffff)]),
    "the other header is this one": gpt([(OTHER_LBA, "<Q", 1)]),
    "usable from end to begin": gpt([(FIRST, "<Q", SECTORS),
                                     (LAST, "<Q", 1)]),
    "usable up to 2^64-1": gpt([(LAST, "<Q", (1 << 64) - 1)]),
    "partition that ends before it begins": gpt((), [
        (ENTRY_FIRST, "<Q", 5000), (ENTRY_LAST, "<Q", 4000)]),
    "partition past the end": gpt((), [(ENTRY_LAST, "<Q", SECTORS * 9)]),
    "partition up to 2^64-1": gpt((), [(ENTRY_FIRST, "<Q", 0),
                                       (ENTRY_LAST, "<Q", (1 << 64) - 1)]),
    "partition at 2^63": gpt((), [(ENTRY_FIRST, "<Q", 1 << 63),
                                  (ENTRY_LAST, "<Q", (1 << 63) + 9)]),
    "128 partitions at one place": gpt(entries=128),
    "all flags": gpt((), [(ENTRY_FLAGS, "<Q", (1 << 64) - 1)]),
    "name without end": gpt((), [(ENTRY_NAME, "72s", b"\x41\x00" * 36)]),
    "name of half surrogates": gpt((), [(ENTRY_NAME, "72s",
                                         b"\x00\xd8" * 36)]),
    "name with newlines": gpt((), [(ENTRY_NAME, "72s", b"\x0a\x00" * 36)]),
}

EXTENDED = 5


def chain(count, last):
    """Extended partitions, each with one that is 1 sector long."""
    def at(i):
        return (2048 + i * 2) * SECTOR

    parts = [(0, mbr((EXTENDED, 2048, SECTORS - 2048)))]
    for i in range(count):
        follower = last if i == count - 1 else (EXTENDED, (i + 1) * 2, 2)
        parts.append((at(i), mbr((0x83, 1, 1), follower)))
    return parts


MBR = {
    "honest": [(0, mbr((0x83, 2048, 4096)))],
    "extended partition that is its own": [(0, mbr((EXTENDED, 0, SECTORS)))],
    "chain that leads to itself": chain(1, (EXTENDED, 0, 2)),
    "chain in a circle": chain(3, (EXTENDED, 2, 2)),
    "chain of 1000": chain(1000, (0, 0, 0)),
    "chain that leads out": chain(1, (EXTENDED, 0x7fffffff, 2)),
    "chain to 2^32-1": chain(1, (EXTENDED, 0xffffffff, 0xffffffff)),
    "four extended partitions": [(0, mbr(*[(EXTENDED, 2048, 100)] * 4)),
                                 *chain(2, (0, 0, 0))[1:]],
    "partition past the end": [(0, mbr((0x83, 2048, 0xffffffff)))],
    "partition at 2^32-1": [(0, mbr((0x83, 0xffffffff, 1)))],
    "partitions at one place": [(0, mbr(*[(0x83, 1, SECTORS)] * 4))],
    "GPT's MBR alone": [(0, mbr((0xee, 1, 0xffffffff)))],
}


class Partitions(HostileTestCase):
    def images(self, cases):
        return {name: self.image(f"disk{i}", SIZE, *parts)
                for i, (name, parts) in enumerate(cases.items())}

    def look(self, g, device):
        return self.each(
            g, device,
            partitions=lambda g, d: [p for p in g.list_partitions()
                                     if p.rstrip("0123456789") == d],
            list=lambda g, d: g.part_list(d),
            kind=lambda g, d: g.part_get_parttype(d),
            mbr_id=lambda g, d: g.part_get_mbr_id(d, 1),
            mbr_part=lambda g, d: g.part_get_mbr_part_type(d, 5),
            name=lambda g, d: g.part_get_name(d, 1),
            guid=lambda g, d: g.part_get_gpt_guid(d, 1),
            flags=lambda g, d: g.part_get_gpt_attributes(d, 1),
            blkid=lambda g, d: g.blkid(d),
            read=lambda g, d: g.pread_device(d + "1", 16, 0))

    def check_ranges(self, results):
        """No partition is told of that is not on the disk."""
        for name, result in results.items():
            parts = result.get("list", [])
            if isinstance(parts, RuntimeError):
                continue
            for part in parts:
                with self.subTest(name):
                    self.assertGreater(part["part_size"], 0)
                    self.assertEqual(part["part_end"] + 1,
                                     part["part_start"] + part["part_size"])

    def check(self, cases):
        results = self.attack(self.images(cases), self.look)
        self.assertEqual(self.deaths, [])
        self.check_ranges(results)
        self.assertEqual(len(results["honest"]["list"]), 1)
        self.assertEqual(len(results["honest"]["partitions"]), 1)
        return results

    def test_gpt(self):
        results = self.check(GPT)
        self.assertEqual(results["honest"]["name"], "ordinary")
        for name in ("partition that ends before it begins",
                     "partition up to 2^64-1", "partition at 2^63"):
            self.assertIn("damaged", str(results[name]["list"]), name)
        self.assertEqual(results["name without end"]["name"], "A" * 36)

    def test_mbr(self):
        results = self.check(MBR)
        self.assertLessEqual(
            max(len(r["partitions"]) for r in results.values()), 256)

    def reads(self, logical):
        """How often the disk is read to list that many partitions' content.
        """
        image = self.image("chained", SIZE, *chain(logical, (0, 0, 0)))
        g = self.handle(image, readonly=True)

        def count():
            files = "/sys/block/ubda/stat /sys/block/sda/stat"
            text = g.debug("sh", [f"cat {files} 2>/dev/null; true"])
            return int(text.split()[0])
        before = count()
        self.assertEqual(len(g.list_filesystems()), logical)
        after = count()
        g.close()
        return after - before

    # Not four times as often for twice the partitions: the chain is not
    # followed for each of them.
    def test_long_chain(self):
        self.assertLess(self.reads(200), 3 * self.reads(100))

    # Tables that are written go where they should, whatever was there.
    def test_overwritten(self):
        images = self.images(GPT | {f"MBR {k}": v for k, v in MBR.items()})
        g = self.handle(*images.values())
        for device in g.list_devices():
            g.part_disk(device, "gpt")
            self.assertEqual(len(g.part_list(device)), 1)
            g.part_init(device, "mbr")
            self.assertEqual(g.part_list(device), [])
            g.wipefs(device)


if __name__ == "__main__":
    unittest.main()
