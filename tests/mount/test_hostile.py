# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest may hold does no harm to the host that mounts it."""

import errno
import os
import unittest

from mounted import MountTest, mount_options, run

MIB = 1 << 20


class Hostile(MountTest):
    def debugfs(self, image, *commands):
        script = self.folder / "debugfs-script"
        script.write_text("\n".join(commands) + "\n", "ascii")
        run("/sbin/debugfs", "-w", "-f", script, image)

    def image(self):
        """Without checksums, so that it can be forged."""
        return self.new_image(16 * MIB, "-O", "^metadata_csum,^dir_index")

    def test_devices_and_setuid(self):
        """Neither works, root or not."""
        image = self.image()
        self.debugfs(image, "mknod null c 1 3", "sif null mode 020666",
                     "write /bin/true program",
                     "sif program mode 0104755")
        mount = self.mount(image)
        self.assertTrue({"nosuid", "nodev"}
                        <= set(mount_options(mount.path)))
        with self.assertRaises(PermissionError):
            os.open(mount.path / "null", os.O_RDONLY)
        mount.unmount()

    def test_names_with_slashes(self):
        image = self.image()
        self.debugfs(image, "mkdir dir", "cd dir",
                     "write /dev/null AAbAAcAA", "write /dev/null normal")
        data = image.read_bytes()
        self.assertEqual(data.count(b"AAbAAcAA"), 1)
        image.write_bytes(data.replace(b"AAbAAcAA", b"../../cc"))
        mount = self.mount(image)
        try:
            names = os.listdir(mount.path / "dir")
        except OSError as error:
            self.assertEqual(error.errno, errno.EIO)
        else:
            self.assertEqual(names, ["normal"])
        os.mkdir(mount.path / "all goes on")
        mount.unmount()

    def test_loops_of_folders(self):
        """A folder that holds one of its ancestors."""
        image = self.image()
        self.debugfs(image, "mkdir a", "mkdir a/b", "link a a/b/loop",
                     "link / a/root")
        mount = self.mount(image)
        for name in "a/b/loop", "a/root":
            try:
                os.listdir(mount.path / name)
            except OSError as error:
                self.assertIn(error.errno, (errno.EIO, errno.ELOOP,
                                            errno.ESTALE))
        self.assertIn("b", os.listdir(mount.path / "a"))
        mount.unmount()

    def test_lying_sizes(self):
        """Of files, links and folders; EIO is fine, other files are as
        before."""
        image = self.image()
        self.debugfs(image, "write /bin/true file", "symlink link target",
                     "mkdir dir", "write /bin/true good",
                     "sif file size 0x7fffffffffff0000",
                     "sif link size 0xfff0", "sif dir size 0xffffffff")
        mount = self.mount(image)
        for action in (lambda: os.readlink(mount.path / "link"),
                       lambda: os.listdir(mount.path / "dir"),
                       lambda: self.read_end(mount.path / "file")):
            try:
                action()
            except OSError:
                pass
        with open("/bin/true", "rb") as f:
            self.assertEqual((mount.path / "good").read_bytes(), f.read())
        mount.unmount()

    @staticmethod
    def read_end(path):
        fd = os.open(path, os.O_RDONLY)
        try:
            return os.pread(fd, 1000, os.fstat(fd).st_size - 500)
        finally:
            os.close(fd)


if __name__ == "__main__":
    unittest.main()
