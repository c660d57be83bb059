# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing stays behind: no process, file, descriptor or memory, however a
handle ends, or the program that has it.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import guestfs

from support import (MIB, TIMEOUT, TestCase, adopt_orphans, command_of,
                     descendants, reap_all, run)

HANDLES = 50

# Programs that are killed.  They say on stdout how far they have come.
PREAMBLE = """
import guestfs, os, sys
def say(word):
    os.write(1, word.encode() + b"\\n")
g = guestfs.GuestFS()
g.set_recovery_proc(%r)
g.add_drive_opts("qcow2", format="qcow2")
g.add_drive_scratch(100 << 30)
"""
LAUNCH = """
def progress(event, handle, buffer, array):
    say(f"at {array[2]}")
g.set_event_callback(progress, guestfs.EVENT_PROGRESS)
say("launching")
g.launch()
say("launched")
sys.stdin.read()
"""
TRANSFER = """
g.launch()
g.pwrite_device("/dev/sdb", b"begun", 0)
say("transferring")
g.%s
"""


def listing(*folders):
    """All names in these folders, and what is in the folders of our own."""
    return {path for folder in folders
            for path in [*pathlib.Path(folder).iterdir(),
                         *pathlib.Path(folder).glob("*guestfs*/*")]}


def is_ours(path):
    """Not if another program has just removed it."""
    try:
        return path.lstat().st_uid == os.getuid()
    except FileNotFoundError:
        return False


class Leftovers(TestCase):
    def setUp(self):
        super().setUp()
        self.image("raw", 10 * MIB)
        run("qemu-img", "convert", "-O", "qcow2", "raw", "qcow2")
        self.dirs = [self.folder / name for name in ("tmp", "cache", "run")]
        for path in self.dirs:
            path.mkdir()
        self.environment = dict(
            os.environ, TMPDIR=str(self.dirs[0]),
            LIBGUESTFS_CACHEDIR=str(self.dirs[1]),
            XDG_RUNTIME_DIR=str(self.dirs[2]))
        # What is known of KVM is found out once.
        run(sys.executable, "-c", "import guestfs; g = guestfs.GuestFS(); "
            "g.add_drive_scratch(512); g.launch()", env=self.environment)

    def assert_no_files(self):
        """But what is known of KVM, which is kept on purpose."""
        cache = self.dirs[1] / f".guestfs-{os.getuid()}"
        self.assertLessEqual(listing(*self.dirs),
                             {cache, cache / "kvm", cache / "kvm.new"})

    # However it ends, after this only files could be left.
    def kill_program(self, program, word, delay=0.0):
        """Run it; when it says the word, wait and kill it."""
        with subprocess.Popen([sys.executable, "-c", program],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env=self.environment, text=True) as victim:
            for line in victim.stdout:
                if line == word + "\n":
                    break
            else:
                self.fail(f"the program did not say {word}")
            time.sleep(delay)
            victim.kill()
            self.assertEqual(victim.wait(TIMEOUT), -signal.SIGKILL)
        reap_all()
        self.assert_no_files()

    def test_killed_while_launching(self):
        # What has been started at which moment differs from run to run:
        # the delays are only there to meet many of them.
        for recovery_proc in True, False:
            for delay in 0, 0.005, 0.01, 0.02, 0.03, 0.045, 0.06:
                self.kill_program(PREAMBLE % recovery_proc + LAUNCH,
                                  "launching", delay)
        for word in "at 3", "at 6", "launched":
            self.kill_program(PREAMBLE % True + LAUNCH, word)

    def test_killed_while_transferring(self):
        for call in ('upload("/dev/zero", "/dev/sdb")',
                     'download("/dev/sdb", "/dev/null")',
                     'upload("/dev/stdin", "/dev/sda")',
                     'checksum_device("sha512", "/dev/sdb")'):
            for delay in 0, 0.05:
                self.kill_program(PREAMBLE % True + TRANSFER % call,
                                  "transferring", delay)

    def test_program_ends_without_close(self):
        for end in "", "os._exit(0)", "os.abort()", "raise SystemExit(1)":
            subprocess.run([sys.executable, "-c",
                            PREAMBLE % True + "g.launch()\n" + end],
                           env=self.environment, check=False,
                           stderr=subprocess.DEVNULL, timeout=TIMEOUT)
            reap_all()
            self.assert_no_files()

    def test_terminated_by_a_terminal(self):
        """Control-C goes to the program's whole process group."""
        program = PREAMBLE % True + LAUNCH
        with subprocess.Popen([sys.executable, "-c", program],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True,
                              env=self.environment,
                              start_new_session=True) as victim:
            while victim.stdout.readline() != "launched\n":
                pass
            os.killpg(victim.pid, signal.SIGINT)
            victim.wait(TIMEOUT)
        reap_all()
        self.assert_no_files()


class Handle(TestCase):
    """In this process."""

    def setUp(self):
        super().setUp()
        # Imported modules and the like are no leaks.
        self.one_life()
        self.before = self.inventory()

    def inventory(self):
        return (sorted(os.listdir("/proc/self/fd")),
                len(os.listdir("/proc/self/task")),
                descendants(os.getpid()),
                listing("/tmp", "/var/tmp", "/dev/shm"))

    def assert_as_before(self):
        fds, threads, processes, files = self.inventory()
        self.assertEqual(fds, self.before[0])
        self.assertEqual(threads, self.before[1])
        self.assertEqual([command_of(p) for p in processes], [])
        mine = [f for f in files - self.before[3]
                if "guestfs" in f.name and is_ours(f)]
        self.assertEqual(mine, [])

    def one_life(self, kill=False):
        g = guestfs.GuestFS()
        g.add_drive_scratch(MIB)
        g.launch()
        if kill:
            os.kill(g.get_pid(), signal.SIGKILL)
            with self.assertRaisesRegex(RuntimeError, "has died"):
                g.ping_daemon()
        g.close()

    @staticmethod
    def data_size():
        """Of this process, in KiB."""
        text = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
        return int(text.split("VmData:")[1].split()[0])

    def test_many_handles(self):
        for _ in range(HANDLES // 10):
            self.one_life()
        size = self.data_size()
        for _ in range(HANDLES):
            self.one_life()
        self.assert_as_before()
        self.assertLess(self.data_size() - size, 1024)

    def test_many_at_the_same_time(self):
        handles = [guestfs.GuestFS() for _ in range(HANDLES)]
        for g in handles:
            g.add_drive_scratch(MIB)
        for g in handles[::5]:
            g.launch()
        for g in handles:
            g.close()
        self.assert_as_before()

    def test_killed_appliance(self):
        for _ in range(5):
            self.one_life(kill=True)
        self.assert_as_before()

    def test_launch_that_fails(self):
        for prepare in (
                lambda g: g.set_append("init=/nothing"),
                lambda g: g.set_hv("/bin/false"),
                lambda g: g.add_drive_opts("/etc/passwd", format="qcow2",
                                           readonly=True)):
            g = guestfs.GuestFS()
            prepare(g)
            with self.assertRaises(RuntimeError):
                g.launch()
            g.close()
        self.assert_as_before()


if __name__ == "__main__":
    adopt_orphans()
    unittest.main()
