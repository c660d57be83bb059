# SPDX-License-Identifier: GPL-2.0-or-later
"""Random reads and writes of a file of a mounted guest have the same results
as those of a file of the host: in the manner of fsx.
"""

import mmap
import os
import random
import unittest

import libc
from mounted import MountTest

MIB = 1 << 20
SIZE_MAX = 3 * MIB
OPERATIONS = 1500
PAGE = mmap.PAGESIZE


class Pair:
    """Two files that are to be the same: a guest's and a host's."""

    def __init__(self, paths, generator):
        self.paths = paths
        self.random = generator
        self.files = [open(path, "w+b", buffering=0) for path in paths]
        self.log = []

    def close(self):
        for f in self.files:
            f.close()

    def fds(self):
        return [f.fileno() for f in self.files]

    def size(self):
        return os.fstat(self.files[1].fileno()).st_size

    def data(self, length):
        return self.random.randbytes(length)

    def place(self, limit):
        """Offset and length, mostly small, within limit."""
        length = self.random.choice([1, 100, PAGE, 70000, 300000])
        length = self.random.randint(1, length)
        offset = self.random.randint(0, max(0, limit - length))
        if self.random.random() < 0.3:
            offset -= offset % PAGE
        return offset, min(length, limit - offset)

    def equal(self, results):
        if results[0] != results[1]:
            raise AssertionError("the two differ; what was done: "
                                 + "; ".join(self.log[-30:]))

    # Each does one thing to both.

    def do_write(self):
        offset, length = self.place(SIZE_MAX)
        data = self.data(length)
        self.log.append(f"pwrite {offset} {length}")
        self.equal([os.pwrite(fd, data, offset) for fd in self.fds()])

    def do_append(self):
        if self.size() > SIZE_MAX - 5000:
            return
        data = self.data(self.random.randint(1, 5000))
        self.log.append(f"append {len(data)}")
        for path in self.paths:
            with open(path, "ab", buffering=0) as f:
                f.write(data)

    def do_read(self):
        offset, length = self.place(SIZE_MAX)
        self.log.append(f"pread {offset} {length}")
        self.equal([os.pread(fd, length, offset) for fd in self.fds()])

    def do_forgetful_read(self):
        """The pages of the host's cache go first."""
        for fd in self.fds():
            os.fsync(fd)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        self.log.append("fsync, forget")
        self.do_read()

    def do_truncate(self):
        size = self.random.randint(0, SIZE_MAX)
        self.log.append(f"truncate {size}")
        for fd in self.fds():
            os.ftruncate(fd, size)

    def do_map_write(self):
        if self.size() == 0:
            return
        offset, length = self.place(self.size())
        data = self.data(length)
        self.log.append(f"mapped write {offset} {length}")
        for fd in self.fds():
            with mmap.mmap(fd, self.size()) as m:
                m[offset:offset + length] = data

    def do_map_read(self):
        if self.size() == 0:
            return
        offset, length = self.place(self.size())
        self.log.append(f"mapped read {offset} {length}")
        results = []
        for fd in self.fds():
            with mmap.mmap(fd, self.size(), prot=mmap.PROT_READ) as m:
                results.append(m[offset:offset + length])
        self.equal(results)

    def do_fallocate(self):
        offset, length = self.place(SIZE_MAX)
        mode = self.random.choice([0, libc.KEEP_SIZE, libc.ZERO_RANGE,
                                   libc.PUNCH_HOLE | libc.KEEP_SIZE])
        self.log.append(f"fallocate {mode} {offset} {length}")
        for fd in self.fds():
            libc.fallocate(fd, mode, offset, length)

    def do_copy(self):
        offset, length = self.place(self.size() or 1)
        target = self.random.randint(0, SIZE_MAX - length)
        if abs(target - offset) < length or self.size() == 0:
            return
        self.log.append(f"copy_file_range {offset} {length} {target}")
        for fd in self.fds():
            done = 0
            while done < length:
                done += os.copy_file_range(fd, fd, length - done,
                                           offset + done, target + done)

    def do_stat(self):
        self.log.append("fstat")
        self.equal([os.fstat(fd).st_size for fd in self.fds()])

    def do_reopen(self):
        self.log.append("reopen")
        self.close()
        self.files = [open(path, "r+b", buffering=0) for path in self.paths]

    def step(self):
        names = [name for name in dir(self) if name.startswith("do_")]
        getattr(self, self.random.choice(names))()

    def compare(self):
        self.log.append("compare all")
        contents = []
        for path in self.paths:
            with open(path, "rb") as f:
                contents.append(f.read())
        self.equal(contents)


class RandomIo(MountTest):
    def check(self, *options):
        image = self.new_image(64 * MIB)
        mount = self.mount(image, *options)
        pairs = []
        for seed in range(3):
            paths = [mount.path / f"file{seed}", self.folder / f"file{seed}"]
            pair = Pair(paths, random.Random(seed))
            pairs.append(pair)
            for _ in range(OPERATIONS):
                pair.step()
            pair.compare()
            pair.close()
        self.unmount(mount)
        mount = self.mount(image, "--ro")
        for pair in pairs:
            pair.compare()
        self.unmount(mount)

    def test_as_usual(self):
        self.check()


if __name__ == "__main__":
    unittest.main()
