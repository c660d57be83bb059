# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of guestmount and guestunmount have in common: a disk, and
mounts of it.  Their programs are started with the folder of what was built.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
TIMEOUT = 60  # seconds

# As in the tests of guestfish(1).
DISK = r"""sparse disk.img 50M
run
part-disk /dev/sda mbr
mkfs ext4 /dev/sda1
mount /dev/sda1 /
mkdir /etc
write /etc/hostname "alpha\n"
mkdir-p /home/ann
mkdir-p /home/bob
"""
MOUNT = ["-a", "disk.img", "-m", "/dev/sda1"]


def program(name):
    return BUILD / ("shell" if name == "guestfish" else "tools") / name


def run(name, *args, status=0, **options):
    """Run one of the programs; what it printed."""
    done = subprocess.run([program(name), *args], capture_output=True,
                          text=True, check=False, timeout=TIMEOUT,
                          stdin=options.pop("stdin", subprocess.DEVNULL),
                          **options)
    assert done.returncode == status, (name, args, done)
    return done.stdout + done.stderr


def guestfish(script):
    done = subprocess.run([program("guestfish")], input=script, check=True,
                          capture_output=True, text=True, timeout=TIMEOUT)
    return done.stdout


def fresh_disk():
    subprocess.run(["cp", "--sparse=always", TEMPLATE, "disk.img"],
                   check=True)


def is_planned(*calls):
    return any("not implemented yet" in run("guestfish", "help", call)
               for call in calls)


def why_not():
    """What keeps this host from mounting anything; None if it can."""
    if is_planned("mount-local"):
        return "mount-local is not implemented yet"
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "/dev/fuse can't be opened"
    if not shutil.which("fusermount3"):
        return "there is no fusermount3"
    return None


def state(pid):
    """One letter of proc(5); Z is a process that nobody has asked about."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    return text.rpartition(")")[2].split()[0]


def has_ended(pid):
    return state(pid) in (None, "Z", "X")


def is_mounted(folder):
    """Without asking who serves it."""
    text = pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    return f" {os.path.realpath('.')}/{folder} " in text


def wait_until(condition):
    end = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


class Folder(unittest.TestCase):
    """Each test has a folder of its own, which it works in, and a disk."""

    def setUp(self):
        self.before = os.getcwd()
        self.addCleanup(os.chdir, self.before)
        self.folder = tempfile.TemporaryDirectory(prefix="guestmount.")
        self.addCleanup(self.folder.cleanup)
        os.chdir(self.folder.name)
        os.environ["HOME"] = self.folder.name
        fresh_disk()
        os.mkdir("mnt")

    def fails(self, part, *args, name="guestmount", status=1, **options):
        self.assertIn(part, run(name, *args, status=status, **options))


class Mounting(Folder):
    def setUp(self):
        if REASON:
            self.skipTest(REASON)
        super().setUp()
        # Whatever a failed test leaves.
        self.addCleanup(subprocess.run, ["fusermount3", "-u", "-z", "-q",
                                         "--", os.getcwd() + "/mnt"],
                        check=False, stderr=subprocess.DEVNULL)

    @contextlib.contextmanager
    def mounted(self, *options, disk=MOUNT):
        """In the background: the number of the process."""
        run("guestmount", *disk, "--pid-file=pid", *options, "mnt")
        pid = int(pathlib.Path("pid").read_text(encoding="ascii"))
        yield pid
        if is_mounted("mnt"):
            run("guestunmount", "mnt")

    @contextlib.contextmanager
    def foreground(self, *options, status=0):
        """The process, which must end by itself, and what it prints."""
        theirs, ours = os.pipe()
        with subprocess.Popen([program("guestmount"), "--no-fork",
                               f"--fd={ours}", *MOUNT, *options, "mnt"],
                              pass_fds=[ours], stderr=subprocess.PIPE,
                              text=True) as process:
            os.close(ours)
            self.assertEqual(os.read(theirs, 10), b"1")
            os.close(theirs)
            process.errors = None
            yield process
            process.errors = process.communicate(timeout=TIMEOUT)[1]
            self.assertEqual(process.returncode, status, process.errors)

    def cat(self, path):
        return guestfish(f"add-ro disk.img\nrun\nmount-ro /dev/sda1 /\n"
                         f"cat {path}\n")

    def hostname(self):
        return pathlib.Path("mnt/etc/hostname")


def main():
    global REASON, TEMPLATE  # pylint: disable=global-statement
    for name in ("LIBGUESTFS_TRACE", "LIBGUESTFS_DEBUG", "XDG_CONFIG_HOME",
                 "XDG_CONFIG_DIRS"):
        os.environ.pop(name, None)
    os.environ["LC_ALL"] = "C.UTF-8"
    REASON = why_not()
    if REASON:
        print(f"tests of mounts are skipped: {REASON}")
    with tempfile.TemporaryDirectory(prefix="guestmount.") as folder:
        before = os.getcwd()
        os.chdir(folder)
        guestfish(DISK)
        os.chdir(before)
        TEMPLATE = pathlib.Path(folder) / "disk.img"
        unittest.main()
