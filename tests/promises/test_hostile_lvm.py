# SPDX-License-Identifier: GPL-2.0-or-later
"""LVM metadata that lies.  A volume group is made through the library; its
text is changed, and the checksums are made right again.
"""

import os
import struct
import unittest

from hostile import HostileTestCase, patch
from support import MIB, run

SIZE = 20 * MIB

# LVM2, lib/format_text/layout.h: the label in sector 1, then the header of
# the metadata area at 4096, which says where in the area the text is.
LABEL, LABEL_SIZE = 512, 512
AREA, AREA_HEADER_SIZE = 4096, 512
TEXT_OFFSET, TEXT_SIZE, TEXT_CHECKSUM = AREA + 40, AREA + 48, AREA + 56


def checksum(data):
    """CRC-32 as LVM starts it, and without the last inversion."""
    crc = 0xf597a6cf
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xedb88320 if crc & 1 else 0)
    return crc


def nested(depth):
    return b"deep " + b"{ a " * depth + b"}" * depth + b"\n"


# What in the text is replaced by what.
CHANGES = {
    "honest": (b"", b""),
    "extents of 0 sectors": (b"extent_size = 8192", b"extent_size = 0"),
    "extents of 2^63 sectors": (b"extent_size = 8192",
                                b"extent_size = 9223372036854775808"),
    "extents of -1 sectors": (b"extent_size = 8192", b"extent_size = -1"),
    "2^32-1 extents": (b"extent_count = 2\n", b"extent_count = 4294967295\n"),
    "-1 extents": (b"extent_count = 2\n", b"extent_count = -1\n"),
    "2^32-1 segments": (b"segment_count = 1", b"segment_count = 4294967295"),
    "no segments": (b"segment_count = 1", b"segment_count = 0"),
    "segment at 2^32-1": (b"start_extent = 0", b"start_extent = 4294967295"),
    "no stripes": (b"stripe_count = 1", b"stripe_count = 0"),
    "2^31 stripes": (b"stripe_count = 1", b"stripe_count = 2147483648"),
    "a stripe past the end": (b'"pv0", 0', b'"pv0", 4294967295'),
    "a stripe on itself": (b'"pv0", 0', b'"hostile", 0'),
    "a stripe on nothing": (b'"pv0", 0', b'"pv9", 0'),
    "unknown segments": (b'type = "striped"', b'type = "../../../x"'),
    "thin pool that is itself": (
        b'type = "striped"', b'type = "thin"\nthin_pool = "hostile"\n'
        b"transaction_id = 0\ndevice_id = 1"),
    "snapshot of itself": (
        b'type = "striped"', b'type = "snapshot"\nchunk_size = 8\n'
        b'origin = "hostile"\ncow_store = "hostile"'),
    "name that leads up": (b"hostile {", b'"../../../etc/x" {'),
    "name with a command": (b"hostile {", b'"$(touch x)`touch y`;" {'),
    "name of 1000 bytes": (b"hostile {", b"h" * 1000 + b" {"),
    "string without end": (b'"lvm2"', b'"lvm2'),
    "list without end": (b'"pv0", 0', b'"pv0", 0, ' + b"1, " * 1000),
    "array of NULs": (b'"pv0"', b'"p\0\0"'),
    "UUID of 1 byte": (b"creation_time", b'id = "x"\ncreation_time'),
    "1000 sections in each other": (b"logical_volumes {",
                                    nested(1000) + b"logical_volumes {"),
    "10000 sections in each other": (b"logical_volumes {",
                                     nested(10000) + b"logical_volumes {"),
    "another version": (b'format = "lvm2"', b'format = "lvm9"'),
    "an enormous number": (b"seqno = 2", b"seqno = " + b"9" * 1000),
}

# What in the headers is changed.
HEADERS = {
    "text at 2^64-1": [(TEXT_OFFSET, "<Q", (1 << 64) - 1)],
    "text past the area": [(TEXT_OFFSET, "<Q", 1 << 40)],
    "text of 2^64-1 bytes": [(TEXT_SIZE, "<Q", (1 << 64) - 1)],
    "text of 2^31 bytes": [(TEXT_SIZE, "<Q", 1 << 31)],
    "text of 0 bytes": [(TEXT_SIZE, "<Q", 0)],
    "area at 2^64-1": [(AREA + 24, "<Q", (1 << 64) - 1)],
    "area of 2^64-1 bytes": [(AREA + 32, "<Q", (1 << 64) - 1)],
    "label in sector 2^64-1": [(LABEL + 8, "<Q", (1 << 64) - 1)],
    "label's content at 2^32-1": [(LABEL + 20, "<I", 0xffffffff)],
    "volume of 2^64-1 bytes": [(LABEL + 64, "<Q", (1 << 64) - 1)],
    "data at 2^64-1": [(LABEL + 72, "<Q", (1 << 64) - 1)],
    "areas without end": [(LABEL + 72 + i * 8, "<Q", 4096)
                          for i in range(40)],
}


class LVM(HostileTestCase):
    def setUp(self):
        super().setUp()
        self.honest = self.image("honest", SIZE)
        g = self.handle(self.honest)
        g.pvcreate("/dev/sda")
        g.vgcreate("group", ["/dev/sda"])
        g.lvcreate("hostile", "group", 8)
        g.close()
        self.data = self.honest.read_bytes()[:MIB]
        self.where, self.size = struct.unpack_from("<QQ", self.data,
                                                   TEXT_OFFSET)
        self.text = self.data[AREA + self.where:][:self.size]

    def write(self, name, data):
        """Checksums of the label and of the area's header included."""
        data = patch(data,
                     (LABEL + 16, "<I", checksum(
                         data[LABEL + 20:LABEL + LABEL_SIZE])),
                     (AREA, "<I", checksum(
                         data[AREA + 4:AREA + AREA_HEADER_SIZE])))
        run("cp", "--sparse=always", self.honest, name)
        with open(name, "r+b") as f:
            f.write(data)
        return name

    def with_text(self, name, old, new):
        self.assertIn(old, self.text, name)
        text = self.text.replace(old, new)
        data = bytearray(self.data)
        start = AREA + self.where
        data[start:start + len(text)] = text
        return self.write(name, patch(
            data[:MIB], (TEXT_SIZE, "<Q", len(text)),
            (TEXT_CHECKSUM, "<I", checksum(text))))

    def look(self, g, device):
        return self.each(
            g, device,
            pvs=lambda g, d: g.pvs(),
            vgs=lambda g, d: g.vgs(),
            lvs=lambda g, d: g.lvs(),
            full=lambda g, d: g.lvs_full(),
            scan=lambda g, d: g.lvm_scan(True),
            activate=lambda g, d: g.vg_activate_all(True),
            filesystems=lambda g, d: g.list_filesystems(),
            read=lambda g, d: g.pread_device("/dev/group/hostile", 16, 0))

    def one_by_one(self, images):
        """All are the same volume group, so each gets its own handle."""
        results = {}
        for name, image in images.items():
            results |= self.attack({name: image}, self.look)
        return results

    def test_text(self):
        os.chdir(self.folder)
        results = self.one_by_one(
            {name: self.with_text(f"disk{i}", old, new)
             for i, (name, (old, new)) in enumerate(CHANGES.items())})
        honest = results["honest"]
        self.assertEqual(honest["lvs"], ["/dev/group/hostile"])
        self.assertEqual(honest["filesystems"],
                         {"/dev/group/hostile": "unknown"})
        self.assertEqual(honest["read"], bytes(16))
        self.assertFalse({"x", "y"} & set(os.listdir()))

    def test_headers(self):
        results = self.one_by_one(
            {name: self.write(f"disk{i}", patch(self.data, *changes))
             for i, (name, changes) in enumerate(HEADERS.items())})
        self.assertEqual(set(results), set(HEADERS))

    def test_twins(self):
        """One physical volume twice, as when a disk was copied."""
        run("cp", self.honest, "twin")
        self.attack({"one": self.honest, "two": "twin"}, self.look)


if __name__ == "__main__":
    unittest.main()
