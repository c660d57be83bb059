# SPDX-License-Identifier: GPL-2.0-or-later
"""An idle handle takes less than 100 MB of memory: all of the appliance's
processes, by their proportional set sizes.
"""

import os
import unittest

from support import (MIB, TestCase, command_of, descendants, memory_of,
                     mkfs, run)

LIMIT = 100_000_000


class Memory(TestCase):
    def assert_small(self, when):
        pids = descendants(os.getpid())
        self.assertTrue(pids)
        size = memory_of(pids) * 1024
        self.assertGreater(size, MIB, "that can't be all")
        self.assertLess(size, LIMIT,
                        (when, [(command_of(p), memory_of([p]))
                                for p in pids]))

    def check(self, *images):
        g = self.handle(*images)
        self.assert_small("after the launch")
        g.mount("/dev/sda", "/")
        g.touch("/file")
        self.assert_small("after a mount")

    def make_filesystem(self):
        path = self.image("disk", 4096 * MIB)
        mkfs("ext4", path, "-q")
        return path

    def test_raw(self):
        self.check(self.make_filesystem())

    def test_qcow2(self):
        run("qemu-img", "convert", "-O", "qcow2", self.make_filesystem(),
            "disk.qcow2")
        self.check(("disk.qcow2", "qcow2"))

    # What a call has used goes back: it is not kept for the next one.
    def test_after_work(self):
        g = self.handle(self.make_filesystem())
        g.mount("/dev/sda", "/")
        g.fill(0x41, 64 * MIB, "/large")
        g.checksum("sha256", "/large")
        g.rm("/large")
        g.drop_caches(3)
        before = memory_of(descendants(os.getpid()))
        g.fill(0x41, 64 * MIB, "/large")
        g.checksum("sha256", "/large")
        g.rm("/large")
        g.drop_caches(3)
        after = memory_of(descendants(os.getpid()))
        self.assertLess(after - before, 16 * 1024)


if __name__ == "__main__":
    unittest.main()
