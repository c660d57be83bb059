#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write small files of a Windows registry, for tests of inspection:
system-hive, software-hive.

A hive is a header of 4 KiB ("regf"), and a block ("hbin") with cells: keys
("nk"), lists of keys ("lf"), values ("vk") and data.  Offsets are those of
cells behind the header.
"""

import struct
from pathlib import Path

NONE = 0xffffffff
HEADER = 4096
BLOCK_HEADER = 32
STRING, BINARY, DWORD = 1, 3, 4


class Hive:
    def __init__(self):
        self.cells = b""

    def cell(self, data):
        """Add a cell, whose size is negative as it is in use."""
        size = (len(data) + 4 + 7) & ~7
        offset = BLOCK_HEADER + len(self.cells)
        self.cells += struct.pack("<i", -size) + data.ljust(size - 4, b"\0")
        return offset

    def value(self, name, content):
        if isinstance(content, int):
            kind, data = DWORD, struct.pack("<I", content)
        elif isinstance(content, str):
            kind, data = STRING, (content + "\0").encode("utf-16-le")
        else:
            kind, data = BINARY, content
        if len(data) <= 4:
            size = len(data) | 1 << 31
            place = int.from_bytes(data, "little")
        else:
            size, place = len(data), self.cell(data)
        return self.cell(struct.pack("<2sHIIIHH", b"vk", len(name), size,
                                     place, kind, 1, 0) + name.encode())

    def key(self, name, content, root=False):
        """A key with what is in it: keys are dictionaries."""
        keys = sorted(k for k, v in content.items() if isinstance(v, dict))
        values = [k for k in content if k not in keys]
        offsets = [self.key(k, content[k]) for k in keys]
        value_offsets = [self.value(k, content[k]) for k in values]
        entries = b"".join(struct.pack("<I4s", o, k.encode()[:4])
                           for k, o in zip(keys, offsets))
        key_list = (self.cell(struct.pack("<2sH", b"lf", len(keys)) + entries)
                    if keys else NONE)
        value_list = (self.cell(b"".join(struct.pack("<I", o)
                                         for o in value_offsets))
                      if values else NONE)
        return self.cell(struct.pack(
            "<2sHQIIIIIIIIIIIIIIIHH", b"nk", 0x2c if root else 0x20, 0, 0, 0,
            len(keys), 0, key_list, NONE, len(values), value_list, NONE, NONE,
            64, 0, 64, 256, 0, len(name), 0) + name.encode())

    def file(self, content):
        root = self.key("root", content, root=True)
        size = (BLOCK_HEADER + len(self.cells) + 4095) & ~4095
        free = size - BLOCK_HEADER - len(self.cells)
        block = struct.pack("<4sIIQQI", b"hbin", 0, size, 0, 0, 0)
        block += self.cells
        if free:
            block += struct.pack("<i", free).ljust(free, b"\0")
        header = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, 0, 1, 3, 0, 1,
                             root, size, 1).ljust(508, b"\0")
        checksum = 0
        for word, in struct.iter_unpack("<I", header):
            checksum ^= word
        return (header + struct.pack("<I", checksum)).ljust(HEADER,
                                                            b"\0") + block


def guid_bytes(text):
    a, b, c, d, e = (bytes.fromhex(part) for part in text.split("-"))
    return a[::-1] + b[::-1] + c[::-1] + d + e


HIVES = {
    "system-hive": {
        "Select": {"Current": 2, "Default": 2},
        "MountedDevices": {
            # The partition that begins at 1 MiB of a disk with an MBR.
            "\\DosDevices\\C:": struct.pack("<IQ", 0x1234abcd, 1 << 20),
            "\\DosDevices\\d:": b"DMIO:ID:" + guid_bytes(
                "01234567-89ab-cdef-0123-456789abcdef"),
            "\\DosDevices\\E:": struct.pack("<IQ", 0x1234abcd, 12345),
            "\\DosDevices\\F:": b"\\??\\USBSTOR",
            "\\??\\Volume": struct.pack("<IQ", 0x1234abcd, 1 << 20),
        },
        "ControlSet001": {"Services": {"Tcpip": {"Parameters": {
            "Hostname": "OLD"}}}},
        "ControlSet002": {"Services": {"Tcpip": {"Parameters": {
            "Hostname": "WINDOWS-PC"}}}},
    },
    "software-hive": {"Microsoft": {
        "Windows NT": {"CurrentVersion": {
            "ProductName": "Windows Server 2022 Datacenter",
            "InstallationType": "Server", "CurrentVersion": "6.3",
            "CurrentBuildNumber": "20348", "CurrentMajorVersionNumber": 10,
            "CurrentMinorVersionNumber": 0}},
        "Windows": {"CurrentVersion": {"Group Policy": {"History": {}}}},
    }},
}


if __name__ == "__main__":
    for name, content in HIVES.items():
        path = Path(__file__).parent / name
        path.write_bytes(Hive().file(content))
