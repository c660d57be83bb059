#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Create a disk image with a partition, a file system and a file.

usage: create_disk.py IMAGE
"""

import os
import sys

import guestfs


def create_disk(image):
    with open(image, "xb") as f:
        os.truncate(f.fileno(), 512 << 20)
    with guestfs.GuestFS(python_return_dict=True) as g:
        g.add_drive(image, format="raw")
        g.launch()
        g.part_disk("/dev/sda", "mbr")
        g.mkfs("ext4", "/dev/sda1", label="data")
        g.mount("/dev/sda1", "/")
        g.write("/hello", "Hello, world\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    create_disk(sys.argv[1])
