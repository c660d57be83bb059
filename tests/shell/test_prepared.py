# SPDX-License-Identifier: GPL-2.0-or-later
"""-N: prepared disk images."""

import os

import guestfish
from guestfish import contains, equal, fails, needs, output, run


def test_help():
    text = output("-N", "help")
    for name in ("disk", "part", "fs", "lv", "lvfs", "bootroot",
                 "bootrootlv"):
        contains(text, f"  {name}: ")
    for line in text.splitlines():
        assert len(line) <= 80, line


def test_disk():
    equal(output("-N", "disk", "-N", "x=y.img=disk:20M", "-N", "disk:10M",
                 "list-devices"), "/dev/sda\n/dev/sdb\n/dev/sdc\n")
    equal([os.path.getsize(f) for f in ("test1.img", "x=y.img", "test3.img")],
          [1 << 30, 20 << 20, 10 << 20])


def test_overwrites():
    with open("test1.img", "w", encoding="ascii") as f:
        f.write("old")
    run("-N", "disk:1M", "list-devices")
    with open("test1.img", "rb") as f:
        equal(f.read(), bytes(1 << 20))


def test_not_read_only():
    run("--ro", "-N", "disk:10M", "mkfs", "ext2", "/dev/sda")


def test_errors():
    contains(fails("-N", "fss"), "-N fss: there is no such type")
    contains(fails("-N", ""), "there is no such type")
    contains(fails("-N", "disk:1G:x"), "too many parameters")
    contains(fails("-N", "disk:1Q", "echo"), "size: '1Q' is not a number")
    contains(fails("-N", "/no/x=disk", "echo"), "/no/x: No such file")


def test_part():
    needs("part-disk", "part-get-parttype", "list-partitions")
    equal(output("-N", "part:50M:gpt", "list-partitions", ":",
                 "part-get-parttype", "/dev/sda"), "/dev/sda1\ngpt\n")


def test_fs():
    needs("part-disk", "vfs-type")
    equal(output("-N", "fs", "vfs-type", "/dev/sda1"), "ext2\n")
    equal(output("-N", "fs:ext4:100M", "-m", "/dev/sda1", "touch", "/x", ":",
                 "vfs-type", "/dev/sda1"), "ext4\n")


def test_lv():
    needs("part-disk", "lvcreate-free", "lvs")
    equal(output("-N", "lv:/dev/V/L:100M", "lvs"), "/dev/V/L\n")
    contains(fails("-N", "lv:VG", "lvs"), "not of the form /dev/VG/LV")


def test_lvfs():
    needs("part-disk", "lvcreate-free", "vfs-type")
    equal(output("-N", "lvfs::ext4:100M:gpt", "vfs-type", "/dev/VG/LV"),
          "ext4\n")


def test_bootroot():
    needs("part-init", "part-add", "vfs-type")
    for table in ("mbr", "gpt"):
        equal(output("-N", f"bootroot:ext2:ext4:200M:32M:{table}",
                     "vfs-type", "/dev/sda1", ":", "vfs-type", "/dev/sda2",
                     ":", "blockdev-getsize64", "/dev/sda1"),
              f"ext2\next4\n{32 << 20}\n")


def test_bootrootlv():
    needs("part-init", "part-add", "lvcreate-free", "vfs-type")
    equal(output("-N", "bootrootlv:/dev/V/L::ext4:200M:32M", "vfs-type",
                 "/dev/sda1", ":", "vfs-type", "/dev/V/L"), "ext2\next4\n")


if __name__ == "__main__":
    guestfish.main()
