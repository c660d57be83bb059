# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder have in common: an image with a file system
that guestmount has mounted.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

GUESTMOUNT = os.environ["GUESTMOUNT"]
GUESTUNMOUNT = os.environ["GUESTUNMOUNT"]
# What an ordinary user makes is shown as that user's, as elsewhere.
AS_OWNER = [] if os.geteuid() == 0 else ["-o", "idmap=user"]
TIMEOUT = 60  # seconds, until what must happen has happened


def run(*command, **options):
    """Its stdout.  It must succeed."""
    result = subprocess.run([str(c) for c in command], check=False,
                            capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{command} exits with {result.returncode}: "
                             f"{result.stdout}{result.stderr}")
    return result.stdout


def why_no_fuse():
    """The reason why nothing can be mounted here, or None."""
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC))
    except OSError as error:
        return str(error)
    return None


def wait_until(condition, what):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"in vain: waited until {what}")
        time.sleep(0.01)


def has_ended(pid):
    """A process is no more, or is dead and waits for its parent only."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return text.rpartition(")")[2].split()[0] in "ZX"


def mount_options(path):
    """Of what is mounted there, or None: that may be dead, so it is not
    asked."""
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        rows = [line.split() for line in f]
    options = [row[5].split(",") for row in rows if row[4] == str(path)]
    return options[-1] if options else None


class Mount:
    """An image, mounted on the folder `path`."""

    def __init__(self, folder, image, *options):
        self.image = image
        self.path = folder / "mnt"
        self.path.mkdir(exist_ok=True)
        self.pid_file = folder / "guestmount.pid"
        run(GUESTMOUNT, "--format=raw", "-a", image, "-m", "/dev/sda",
            "--pid-file", self.pid_file, *options, self.path)
        self.pid = int(self.pid_file.read_text("ascii"))

    def unmount(self, status=0):
        """1: what was written is lost."""
        if mount_options(self.path):
            done = subprocess.run([GUESTUNMOUNT, self.path], check=False,
                                  timeout=TIMEOUT)
            assert done.returncode == status, done
        wait_until(lambda: has_ended(self.pid), "guestmount has ended")

    def abandon(self):
        """After a test that has failed: leave nothing behind."""
        if mount_options(self.path):
            fusermount = shutil.which("fusermount3") or "umount"
            subprocess.run([fusermount, "-u", "-z", self.path], check=False)
        if not has_ended(self.pid):
            os.kill(self.pid, signal.SIGKILL)


class MountTest(unittest.TestCase):
    """Each test has a folder of its own, and an image if it wants one."""

    def setUp(self):
        reason = why_no_fuse()
        if reason:
            self.skipTest(f"nothing can be mounted here: {reason}")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-mount.",
                                                    dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.folder)

    def new_image(self, size, *mkfs_options, name="disk.img"):
        image = self.folder / name
        with open(image, "xb") as f:
            f.truncate(size)
        run("/sbin/mkfs.ext4", "-q", "-F", *mkfs_options, image)
        return image

    def mount(self, image, *options):
        mount = Mount(self.folder, image, *options)
        self.addCleanup(mount.abandon)
        return mount

    def unmount(self, mount):
        """And have e2fsck judge what was written."""
        mount.unmount()
        run("/sbin/e2fsck", "-f", "-n", mount.image)
