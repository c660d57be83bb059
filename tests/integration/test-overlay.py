#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""guestfs-overlay.so, loaded into a Python instead of a kernel: its os.open,
os.pread and os.pwrite are the same calls of the C library.

    test-overlay.py guestfs-overlay.so
"""

import errno
import os
import random
import resource
import subprocess
import sys
import tempfile

from confined import Tap

SECTOR = 512
SECTORS = 1000
SIZE = SECTORS * SECTOR
UNTOUCHED = 950  # from here on, random requests don't write


def fails(call, *args):
    try:
        call(*args)
    except OSError as e:
        return e.errno
    return 0


def like_a_disk(tap, image, fd):
    """Random requests, compared with what a disk would do."""
    disk = bytearray(os.pread(image, SIZE, 0))
    rng = random.Random(1)
    for _ in range(3000):
        sector = rng.randrange(SECTORS)
        count = rng.randrange(1, min(64, SECTORS - sector) + 1)
        at, size = sector * SECTOR, count * SECTOR
        if rng.random() < 0.3 and sector + count <= UNTOUCHED:
            data = rng.randbytes(size)
            if os.pwrite(fd, data, at) != size:
                return tap.ok(False, f"wrote less at {at}")
            disk[at:at + size] = data
        elif os.pread(fd, size, at) != disk[at:at + size]:
            return tap.ok(False, f"read something else at {at}, {size}")
    tap.ok(os.pread(fd, SIZE, 0) == disk, "reads what it has written")
    tap.ok(os.pread(fd, 1000, 300) == disk[300:1300], "reads within sectors")
    tap.ok(os.pread(fd, 2 * SIZE, SIZE - 100) == disk[-100:],
           "reads up to the end")
    tap.ok(os.pread(fd, 10, 2 * SIZE) == b"", "reads nothing behind the end")


def refusals(tap, fd):
    sector = bytes(SECTOR)
    for what, data, at in (("behind the end", sector, SIZE),
                           ("far behind the end", sector, 1 << 62),
                           ("over the end", sector * 2, SIZE - SECTOR),
                           ("half a sector", sector[:100], 0),
                           ("between sectors", sector, 100)):
        tap.ok(fails(os.pwrite, fd, data, at) == errno.EINVAL,
               f"does not write {what}")


def full_disk(tap, fd):
    """What could not be written is still the image's."""
    at = UNTOUCHED * SECTOR
    before = os.pread(fd, 10 * SECTOR, at)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at + 700, -1))
    tap.ok(os.pwrite(fd, b"n" * 4 * SECTOR, at) == SECTOR,
           "a full disk takes whole sectors")
    tap.ok(fails(os.pwrite, fd, b"n" * SECTOR, at + SECTOR) == errno.ENOSPC,
           "a full disk takes no part of a sector")
    tap.ok(fails(os.pwrite, fd, b"n" * SECTOR, at + 9 * SECTOR)
           == errno.EFBIG, "a full disk takes nothing")
    tap.ok(os.pread(fd, 10 * SECTOR, at) == b"n" * SECTOR + before[SECTOR:],
           "a full disk still reads")


def inside(image, overlay):
    tap = Tap()
    path = f"/proc/self/fd/{image}"
    fd = os.open(path, os.O_RDWR)
    like_a_disk(tap, image, fd)
    other = os.open(path, os.O_RDONLY)
    tap.ok(os.pread(other, SIZE, 0) == os.pread(fd, SIZE, 0),
           "another descriptor reads the same")
    refusals(tap, fd)
    os.fsync(fd)
    os.close(other)
    plain = os.open("/dev/zero", os.O_RDONLY)
    tap.ok(plain == other and os.pread(plain, 5, 0) == bytes(5),
           "a number that is used again is another file")
    full_disk(tap, fd)
    return tap.end()


def main():
    with tempfile.TemporaryFile() as image, \
            tempfile.TemporaryFile() as overlay:
        content = random.Random(2).randbytes(SIZE)
        image.write(content)
        image.flush()
        read_only = os.open(f"/proc/self/fd/{image.fileno()}", os.O_RDONLY)
        fds = (read_only, overlay.fileno())
        env = {**os.environ, "LD_PRELOAD": os.path.abspath(sys.argv[1]),
               "GUESTFS_OVERLAYS": "%d:%d" % fds}
        r = subprocess.run([sys.executable, "-B", __file__, *map(str, fds)],
                           env=env, pass_fds=fds).returncode
        image.seek(0)
        if image.read() != content:
            sys.exit("the image has changed")
        return r


sys.exit(inside(*map(int, sys.argv[1:])) if len(sys.argv) == 3 else main())
