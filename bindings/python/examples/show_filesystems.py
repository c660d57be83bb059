#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Show the file systems of disk images, and what is in their top folders.

usage: show_filesystems.py IMAGE...
"""

import sys

import guestfs


def show(images):
    with guestfs.GuestFS(python_return_dict=True) as g:
        for image in images:
            g.add_drive(image, readonly=True)
        g.launch()
        for device, type in g.list_filesystems().items():
            print(f"{device}: {type}")
            try:
                g.mount_ro(device, "/")
            except RuntimeError as e:
                print(f"  {e}")
                continue
            for name in g.ls("/"):
                print(f"  {name}")
            g.umount_all()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    show(sys.argv[1:])
