# SPDX-License-Identifier: GPL-2.0-or-later
"""How a mount ends: in order, by a signal, and by the death of the appliance.
What was synced is in the image, and nothing hangs.
"""

import errno
import os
import pathlib
import signal
import subprocess
import unittest

from mounted import (GUESTMOUNT, GUESTUNMOUNT, MountTest, has_ended,
                     mount_options, run, wait_until)

MIB = 1 << 20


def children_of(pid):
    """All processes that it has started, and they."""
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    children = [int(word) for word in text.split()]
    return children + [c for child in children for c in children_of(child)]


def kill_appliance(mount):
    """At once, all processes of it.  The library notices."""
    for pid in children_of(mount.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def debugfs_cat(image, name):
    return run("/sbin/debugfs", "-R", f"cat {name}", image)


class End(MountTest):
    def test_synced_then_killed(self):
        """After fsync nothing may be lost, whatever happens."""
        mount = self.mount(self.new_image(64 * MIB))
        with open(mount.path / "synced", "wb", buffering=0) as f:
            f.write(b"on the disk")
            os.fsync(f.fileno())
        os.kill(mount.pid, signal.SIGKILL)
        wait_until(lambda: has_ended(mount.pid), "guestmount has gone")
        mount.abandon()
        # It replays the journal, which alone is allowed to change something.
        result = subprocess.run(["/sbin/e2fsck", "-f", "-p", mount.image],
                                check=False, capture_output=True, text=True)
        self.assertIn(result.returncode, (0, 1), result.stdout)
        self.assertEqual(debugfs_cat(mount.image, "/synced"), "on the disk")

    def test_signals(self):
        """Unmount in order, with what was written."""
        for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
            with self.subTest(signal=number):
                image = self.new_image(64 * MIB, name=f"{number}.img")
                mount = self.mount(image)
                (mount.path / "file").write_text("written", "ascii")
                os.kill(mount.pid, number)
                wait_until(lambda: has_ended(mount.pid), "it has ended")
                self.assertIsNone(mount_options(mount.path))
                self.unmount(mount)
                self.assertEqual(debugfs_cat(image, "/file"), "written")

    def test_appliance_dies(self):
        """Everything fails, nothing hangs, and it can be unmounted."""
        mount = self.mount(self.new_image(64 * MIB))
        (mount.path / "file").write_text("x", "ascii")
        with open(mount.path / "file", "r+b", buffering=0) as f:
            kill_appliance(mount)
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            for action in (lambda: os.mkdir(mount.path / "new"),
                           lambda: os.listdir(mount.path),
                           lambda: os.fsync(f.fileno()),
                           lambda: os.statvfs(mount.path)):
                with self.assertRaises(OSError) as caught:
                    action()
                self.assertIn(caught.exception.errno,
                              (errno.EIO, errno.ENOTCONN))
        self.assertIsNotNone(mount_options(mount.path))
        mount.unmount(status=1)

    def test_appliance_dies_while_it_works(self):
        mount = self.mount(self.new_image(256 * MIB))
        with subprocess.Popen(
                ["dd", "if=/dev/zero", f"of={mount.path}/big", "bs=1M",
                 "count=10000", "oflag=direct"], stderr=subprocess.PIPE,
                text=True) as dd:
            wait_until(lambda: (mount.path / "big").exists()
                       and (mount.path / "big").stat().st_size > MIB,
                       "something was written")
            kill_appliance(mount)
            messages = dd.communicate(timeout=60)[1]
        self.assertNotEqual(dd.returncode, 0)
        self.assertRegex(messages, "Input/output error|not connected")
        mount.unmount(status=1)

    def test_busy(self):
        """An open file keeps the mount; the message says who has it."""
        mount = self.mount(self.new_image(64 * MIB))
        with open(mount.path / "file", "wb", buffering=0) as f:
            result = subprocess.run(
                [GUESTUNMOUNT, "--no-retry", mount.path], check=False,
                capture_output=True, text=True)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("still in use by", result.stderr)
            self.assertIn(f"({os.getpid()})", result.stderr)
            f.write(b"still works")
        self.unmount(mount)
        self.assertEqual(debugfs_cat(mount.image, "/file"), "still works")

    def test_the_image_is_locked(self):
        mount = self.mount(self.new_image(64 * MIB))
        (self.folder / "two").mkdir()
        result = subprocess.run(
            [GUESTMOUNT, "--format=raw", "-a", mount.image, "-m", "/dev/sda",
             self.folder / "two"], check=False, capture_output=True,
            text=True)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("in use by another process", result.stderr)
        self.unmount(mount)


if __name__ == "__main__":
    unittest.main()
