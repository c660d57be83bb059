# SPDX-License-Identifier: GPL-2.0-or-later
"""Large folders and large files in a mounted guest."""

import hashlib
import os
import tarfile
import unittest

import guestfs

from mounted import MountTest, run

MIB = 1 << 20
GIB = 1 << 30
ENTRIES = 100_000


class Large(MountTest):
    def image_with_entries(self):
        """As many empty files, made without a mount."""
        image = self.new_image(512 * MIB, "-N", str(2 * ENTRIES))
        archive = self.folder / "entries.tar"
        with tarfile.open(archive, "w") as tar:
            for i in range(ENTRIES):
                tar.addfile(tarfile.TarInfo(f"many/{i}"))
        with guestfs.GuestFS(python_return_dict=True) as g:
            g.add_drive_opts(str(image), format="raw")
            g.launch()
            g.mount("/dev/sda", "/")
            g.tar_in(str(archive), "/")
        return image

    def test_large_folder(self):
        mount = self.mount(self.image_with_entries())
        many = mount.path / "many"
        names = {str(i) for i in range(ENTRIES)}
        self.assertEqual(set(os.listdir(many)), names)
        self.assertEqual(run("find", many, "-type", "f", "-size", "0")
                         .count("\n"), ENTRIES)
        for i in range(ENTRIES, ENTRIES + 1000):
            os.mknod(many / str(i))
            os.unlink(many / str(i - ENTRIES))
        names = {str(i) for i in range(1000, ENTRIES + 1000)}
        self.assertEqual(set(os.listdir(many)), names)
        self.assertEqual(os.stat(many / "50000").st_size, 0)
        self.unmount(mount)

    def test_large_file(self):
        """More than 4 GiB: sparse but for what is written at its ends, at
        the borders of 2 and 4 GiB, and in between."""
        mount = self.mount(self.new_image(512 * MIB))
        name = mount.path / "large"
        places = [0, GIB + 5, 2 * GIB - 500, 4 * GIB - 70000, 5 * GIB - 3]
        with open(name, "w+b", buffering=0) as f:
            for place in places:
                os.pwrite(f.fileno(), self.content(place), place)
        self.unmount(mount)
        mount = self.mount(mount.image, "--ro")
        with open(name, "rb", buffering=0) as f:
            for place in places:
                data = os.pread(f.fileno(), 140000, place)
                self.assertEqual(data, self.content(place))
            self.assertEqual(os.fstat(f.fileno()).st_size,
                             places[-1] + 140000)
            self.assertEqual(os.lseek(f.fileno(), 2 * GIB + MIB,
                                      os.SEEK_DATA) // MIB, 4095)
        self.unmount(mount)

    @staticmethod
    def content(place):
        return hashlib.shake_128(str(place).encode()).digest(140000)


if __name__ == "__main__":
    unittest.main()
