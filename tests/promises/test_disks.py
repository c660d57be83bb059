# SPDX-License-Identifier: GPL-2.0-or-later
"""Many disks in one handle, many handles at the same time, one image in
several handles.
"""

import hashlib
import os
import threading
import unittest

from support import MIB, TestCase, mkfs, new_handle, run

MAX_DISKS = 40
HANDLES = 8


def name_of(number):
    """/dev/sda is 0, /dev/sdz 25, /dev/sdaa 26."""
    letters = chr(ord("a") + number % 26)
    while number >= 26:
        number = number // 26 - 1
        letters = chr(ord("a") + number % 26) + letters
    return "/dev/sd" + letters


def content_of(number):
    return f"this is disk {number}".encode().ljust(512, b".")


class Disks(TestCase):
    def make(self, count, is_qcow2):
        """Images that tell their numbers; each has a size of its own."""
        images = []
        for i in range(count):
            path = self.image(f"disk{i}", MIB + i * 4096, (0, content_of(i)))
            kind = "raw"
            if is_qcow2(i):
                kind = "qcow2"
                run("qemu-img", "convert", "-f", "raw", "-O", kind, path,
                    f"{path}.qcow2")
                path = f"{path}.qcow2"
            images.append((path, kind))
        return images

    def check(self, count, is_qcow2=lambda i: False):
        names = [name_of(i) for i in range(count)]
        images = self.make(count, is_qcow2)
        g = self.handle(*images)
        self.assertEqual(g.list_devices(), names)
        for i, name in enumerate(names):
            self.assertEqual(g.pread_device(name, 512, 0), content_of(i))
            self.assertEqual(g.blockdev_getsize64(name), MIB + i * 4096)
            self.assertEqual(g.device_index(name), i)
            g.pwrite_device(name, f"changed {i}".encode(), 4096)
        g.close()
        for i, (path, kind) in enumerate(images):
            if kind == "qcow2":
                run("qemu-img", "convert", "-f", kind, "-O", "raw", path,
                    f"back{i}")
                path = f"back{i}"
            with open(path, "rb") as f:
                f.seek(4096)
                self.assertEqual(f.read(20).rstrip(b"\0"),
                                 f"changed {i}".encode())

    def test_names(self):
        self.assertEqual([name_of(i) for i in (0, 25, 26, 27, 39)],
                         ["/dev/sda", "/dev/sdz", "/dev/sdaa", "/dev/sdab",
                          "/dev/sdan"])

    def test_one(self):
        self.check(1)
        self.check(1, lambda i: True)

    def test_two(self):
        self.check(2)
        self.check(2, lambda i: i == 0)

    def test_26(self):
        self.check(26)

    def test_27_mixed(self):
        self.check(27, lambda i: i % 3 == 0)

    def test_40(self):
        self.check(MAX_DISKS)

    def test_40_mixed(self):
        self.check(MAX_DISKS, lambda i: i % 2 == 1)

    def test_41(self):
        g = self.handle(launch=False)
        g.set_backend("uml")
        for _ in range(MAX_DISKS + 1):
            g.add_drive_scratch(MIB)
        with self.assertRaisesRegex(RuntimeError, "41 drives .* have 40"):
            g.launch()

    # The last ones are as good as the first.
    def test_filesystems_on_the_last(self):
        images = self.make(MAX_DISKS - 1, lambda i: False)
        last = self.image("last", 20 * MIB)
        mkfs("ext4", last, "-q", "-L", "the-last")
        g = self.handle(*images, last)
        self.assertEqual(g.list_filesystems()["/dev/sdan"], "ext4")
        self.assertEqual(g.findfs_label("the-last"), "/dev/sdan")
        g.mount("/dev/sdan", "/")
        g.write("/file", b"content")
        self.assertEqual(g.mounts(), ["/dev/sdan"])
        with self.assertRaisesRegex(RuntimeError, "/dev/sdam"):
            g.mount("/dev/sdam", "/")


class Handles(TestCase):
    def test_at_the_same_time(self):
        """Each thread has a handle, and its disk gets its data alone."""
        errors = []
        ready = threading.Barrier(HANDLES)

        def work(i):
            try:
                path = self.image(f"disk{i}", 64 * MIB)
                mkfs("ext4", path, "-q", "-L", f"disk{i}")
                g = new_handle(path)
                ready.wait()
                self.fill(g, i)
                g.close()
            except BaseException as e:  # pylint: disable=broad-except
                ready.abort()
                errors.append(e)

        threads = [threading.Thread(target=work, args=(i,))
                   for i in range(HANDLES)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(errors, [])
        for i in range(HANDLES):
            run("/sbin/e2fsck", "-fn", f"disk{i}")

    def fill(self, g, i):
        data = bytes([i]) * (5 * MIB)
        self.assertEqual(g.vfs_label("/dev/sda"), f"disk{i}")
        g.mount("/dev/sda", "/")
        g.write("/data", data)
        for n in range(20):
            g.mkdir(f"/{i}-{n}")
        self.assertEqual(g.checksum("sha256", "/data"),
                         hashlib.sha256(data).hexdigest())
        self.assertEqual([name for name in g.ls("/") if "-" in name],
                         sorted(f"{i}-{n}" for n in range(20)))

    def test_image_becomes_something_else(self):
        for kind, message in ((os.mkfifo, "neither a file nor a block device"),
                              (os.mkdir, "Is a directory")):
            path = self.image("disk", MIB)
            g = self.handle(path, readonly=True, launch=False)
            path.unlink()
            kind("disk")
            with self.assertRaisesRegex(RuntimeError, message):
                g.launch()
            (os.rmdir if path.is_dir() else os.unlink)("disk")

    def test_same_image_read_only(self):
        path = self.image("disk", 20 * MIB)
        mkfs("ext4", path, "-q", "-L", "shared")
        g = self.handle(path)
        g.mount("/dev/sda", "/")
        g.write("/file", b"content")
        g.close()
        before = path.read_bytes()
        one = self.handle(path, readonly=True)
        two = self.handle(path, readonly=True)
        for g in one, two:
            g.mount_ro("/dev/sda", "/")
        for g in one, two, one:
            self.assertEqual(g.cat("/file"), "content")
            with self.assertRaisesRegex(RuntimeError, "[Rr]ead-only"):
                g.touch("/new")
        one.close()
        self.assertEqual(two.cat("/file"), "content")
        two.close()
        self.assertEqual(path.read_bytes(), before)

    def test_same_qcow2_read_only(self):
        self.image("raw", MIB, (0, content_of(1)))
        run("qemu-img", "convert", "-O", "qcow2", "raw", "disk")
        handles = [self.handle(("disk", "qcow2"), readonly=True)
                   for _ in range(2)]
        for g in handles:
            self.assertEqual(g.pread_device("/dev/sda", 512, 0),
                             content_of(1))


if __name__ == "__main__":
    unittest.main()
