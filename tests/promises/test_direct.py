# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines of QEMU's: they start from a template, are alike in nothing that
matters, and whatever is wrong with the cache or the host, they boot or say
why not.
"""

import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import guestfs

from support import (MIB, TIMEOUT, TestCase, adopt_orphans, memory_of,
                     reap_all)

MEMSIZE = 256  # MiB, of all machines here
CACHE = None   # with a template, for tests that leave it as it is


def setUpModule():
    global CACHE
    CACHE = tempfile.mkdtemp(prefix="test-direct-cache.")


def tearDownModule():
    shutil.rmtree(CACHE)


class Log:
    """What a handle says that it does."""

    def __init__(self, g):
        self.text = ""
        g.set_verbose(True)
        g.set_event_callback(self.add, guestfs.EVENT_LIBRARY
                             | guestfs.EVENT_APPLIANCE)

    def add(self, event, handle, buffer, array):
        self.text += buffer if isinstance(buffer, str) else buffer.decode()


class DirectTestCase(TestCase):
    def machine(self, *disks, cache=None, launch=True, prepare=None):
        """A handle, and its log.  disks: sizes of scratch disks, or names."""
        g = guestfs.GuestFS(python_return_dict=True)
        self.addCleanup(g.close)
        log = Log(g)
        g.set_backend("direct")
        g.set_cachedir(str(cache or CACHE))
        g.set_memsize(MEMSIZE)
        for disk in disks or (MIB,):
            if isinstance(disk, int):
                g.add_drive_scratch(disk)
            else:
                g.add_drive_opts(str(disk), format="raw")
        if prepare:
            prepare(g)
        if launch:
            g.launch()
        return g, log

    def fails(self, *disks, **options):
        """Launching must fail: the message."""
        g, _ = self.machine(*disks, launch=False, **options)
        with self.assertRaises(RuntimeError) as caught:
            g.launch()
        self.assertTrue(g.is_config())
        return str(caught.exception)

    @staticmethod
    def templates(cache):
        return sorted(pathlib.Path(cache).glob(".guestfs-*/template-*"))


class Copies(DirectTestCase):
    """All from one template."""

    def test_template(self):
        self.machine()
        _, log = self.machine()
        self.assertNotIn("booting", log.text)
        folder = self.templates(CACHE)[0].parent
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)

    def test_settings_make_another(self):
        stale = self.templates(CACHE)[0].parent / ".template-killed"
        stale.mkdir()  # left by somebody who was killed
        (stale / "memory").write_bytes(b"")
        _, log = self.machine(prepare=lambda g: g.set_append("one=1"))
        self.assertIn("booting a template", log.text)
        g, log = self.machine(prepare=lambda g: g.set_append("one=1"))
        self.assertNotIn("booting", log.text)
        self.assertIn("one=1", g.debug("sh", ["cat /proc/cmdline"]))
        self.assertFalse(stale.exists())

    def test_without_template(self):
        g, log = self.machine(prepare=lambda g: g.set_backend_setting(
            "no_template", "1"))
        g.ping_daemon()
        self.assertNotIn("template", log.text.replace("no_template", ""))

    def test_no_two_are_alike(self):
        self.machine()  # there is a template now
        before = time.time()
        seen = []
        for _ in range(3):
            g, _ = self.machine()
            seen.append({name: g.debug("sh", [command]) for name, command in (
                ("random numbers", "cat /proc/sys/kernel/random/uuid"),
                ("addresses", "cat /proc/1/maps"))})
            g.mkfs("ext2", "/dev/sda")
            g.mount("/dev/sda", "/")
            g.touch("/now")
            self.assertGreaterEqual(g.stat("/now")["mtime"], int(before))
            self.assertLessEqual(g.stat("/now")["mtime"], time.time() + 1)
        for name in seen[0]:
            self.assertEqual(len({s[name] for s in seen}), 3, name)

    def test_disks_are_in_order(self):
        sizes = [(i + 1) * MIB for i in range(8)]
        g, _ = self.machine(*sizes)
        self.assertEqual(g.list_devices(),
                         [f"/dev/sd{c}" for c in "abcdefgh"])
        self.assertEqual([g.blockdev_getsize64(d) for d in g.list_devices()],
                         sizes)

    def test_partitions_are_there_at_once(self):
        path = self.image("disk", 20 * MIB)
        g, _ = self.machine(path)
        g.part_disk("/dev/sda", "gpt")
        g.close()
        for _ in range(3):
            g, _ = self.machine(MIB, path)
            self.assertEqual(g.list_partitions(), ["/dev/sdb1"])
            g.close()

    def test_most_disks(self):
        g, _ = self.machine(*[MIB + 512 * i for i in range(255)])
        devices = g.list_devices()
        self.assertEqual(len(devices), 255)
        self.assertEqual([g.blockdev_getsize64(d) for d in devices],
                         [MIB + 512 * i for i in range(255)])

    def test_memory_is_shared(self):
        handles, threads = [], []
        self.machine()[0].close()  # there is a template now
        for _ in range(4):
            g, _ = self.machine(launch=False)
            handles.append(g)
            threads.append(threading.Thread(target=g.launch))
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        # In KiB: much less than what each of them would take alone.
        self.assertLess(memory_of(g.get_pid() for g in handles),
                        4 * 80 * 1024)

    def test_what_was_synced_is_there(self):
        path = self.image("disk", 4 * MIB)
        g, _ = self.machine(path)
        g.pwrite_device("/dev/sda", b"hello", 4096)
        g.sync()
        os.kill(g.get_pid(), signal.SIGKILL)
        with self.assertRaisesRegex(RuntimeError, "has died"):
            g.ping_daemon()
        with open(path, "rb") as f:
            f.seek(4096)
            self.assertEqual(f.read(5), b"hello")
        g.launch()  # the handle is as good as new
        self.assertEqual(g.pread_device("/dev/sda", 5, 4096), b"hello")

    def test_read_only_drive_can_be_written(self):
        path = self.image("disk", 4 * MIB)
        before = hashlib.sha256(path.read_bytes()).digest()
        g, _ = self.machine(
            launch=False, prepare=lambda g: g.add_drive_ro(str(path)))
        g.launch()
        g.mkfs("ext2", "/dev/sdb")
        g.mount("/dev/sdb", "/")
        g.write("/new", b"new")
        self.assertEqual(g.read_file("/new"), b"new")
        g.close()
        self.assertEqual(hashlib.sha256(path.read_bytes()).digest(), before)


# Says what the library does, line by line.
PROGRAM = """
import guestfs, os, sys
def say(word):
    os.write(1, word.encode() + b"\\n")
g = guestfs.GuestFS()
g.set_backend("direct")
g.set_memsize({memsize})
g.set_cachedir({cache!r})
g.set_verbose(True)
g.set_event_callback(lambda event, handle, buffer, array: say(buffer),
                     guestfs.EVENT_LIBRARY)
g.add_drive_scratch(100 << 30)
say("launching")
g.launch()
say("launched")
{rest}
sys.stdin.read()
"""


class Killed(DirectTestCase):
    """Nothing outlives the program."""

    def start(self, cache=None, rest=""):
        program = PROGRAM.format(memsize=MEMSIZE, cache=str(cache or CACHE),
                                 rest=rest)
        victim = subprocess.Popen([sys.executable, "-c", program],
                                  stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(victim.stdout.close)
        self.addCleanup(victim.stdin.close)
        self.addCleanup(victim.kill)
        return victim

    def wait_for(self, victim, word):
        """All that it says before."""
        before = []
        for line in victim.stdout:
            if word in line:
                return before
            before.append(line)
        self.fail(f"it did not say {word}: {before}")

    def kill(self, word, delay=0.0, **options):
        # The delays are only there to meet several moments.
        victim = self.start(**options)
        self.wait_for(victim, word)
        time.sleep(delay)
        victim.kill()
        self.assertEqual(victim.wait(TIMEOUT), -signal.SIGKILL)
        reap_all()

    @staticmethod
    def files(cache):
        return sorted(pathlib.Path(cache).rglob("*"))

    def test_while_launching(self):
        self.machine()[0].close()  # there is a template now
        before = self.files(CACHE)
        for delay in 0, 0.05, 0.2:
            self.kill("launching", delay)
        self.kill("launched")
        self.assertEqual(self.files(CACHE), before)

    def test_while_transferring(self):
        self.machine()[0].close()
        before = self.files(CACHE)
        for call in ('upload("/dev/zero", "/dev/sda")',
                     'download("/dev/sda", "/dev/null")'):
            self.kill("transferring", 0.1,
                      rest=f'say("transferring")\ng.{call}')
        self.assertEqual(self.files(CACHE), before)

    def test_while_a_template_is_made(self):
        """What is unfinished is not used, and the next maker removes it."""
        cache = self.folder / "cache"
        cache.mkdir()
        for delay in 0, 0.3:
            self.kill("booting a template", delay, cache=cache)
        for path in self.templates(cache):  # a quick one
            shutil.rmtree(path)
        _, log = self.machine(cache=cache)
        self.assertIn("booting a template", log.text)
        self.assertNotIn("without a template", log.text)
        self.assertEqual(len(self.templates(cache)), 1)
        self.assertEqual(list(cache.glob(".guestfs-*/.template-*")), [])

    def test_two_makers(self):
        """One makes the template, the other waits for it."""
        cache = self.folder / "cache"
        cache.mkdir()
        both = [self.start(cache), self.start(cache)]
        said = "".join(line for victim in both
                       for line in self.wait_for(victim, "launched"))
        self.assertEqual(said.count("booting a template"), 1)
        self.assertNotIn("without a template", said)
        self.assertEqual(len(self.templates(cache)), 1)
        for victim in both:
            victim.kill()
            victim.wait(TIMEOUT)
        reap_all()

    def test_handles_leave_nothing_open(self):
        self.machine()[0].close()
        before = sorted(os.listdir("/proc/self/fd"))
        for kill in [False] * 5 + [True]:
            g, _ = self.machine()
            if kill:
                os.kill(g.get_pid(), signal.SIGKILL)
                with self.assertRaisesRegex(RuntimeError, "has died"):
                    g.ping_daemon()
            g.close()
        self.assertEqual(sorted(os.listdir("/proc/self/fd")), before)
        reap_all()

    def test_programs_do_not_get_the_channel(self):
        g, _ = self.machine()
        self.assertNotIn("vport", g.debug("sh", ["ls -l /proc/self/fd"]))


class Trouble(DirectTestCase):
    def template(self):
        """That of a machine with the usual settings."""
        self.machine()[0].close()
        usual = [path for path in self.templates(CACHE)
                 if re.search(r"\n-smp\n1\n", (path / "key").read_text())
                 and "one=1" not in (path / "key").read_text()]
        self.assertEqual(len(usual), 1)
        return usual[0]

    def test_damaged(self):
        def cut(name, size):
            return lambda template: os.truncate(template / name, size)

        for damage in (cut("state", 1000), cut("memory", 4096),
                       lambda template: (template / "memory").unlink()):
            template = self.template()
            damage(template)
            g, log = self.machine()
            g.ping_daemon()
            self.assertIn(f"{template} is damaged, and removed", log.text)
            self.assertIn("booting a template", log.text)
            self.assertFalse(template.exists())

    def test_lying_state(self):
        """As large as it was, but QEMU can't read it."""
        template = self.template()
        state = template / "state"
        state.write_bytes(b"\0" * state.stat().st_size)
        g, log = self.machine()
        g.ping_daemon()
        self.assertIn("booting, without a template", log.text)
        self.assertFalse(template.exists())

    def test_no_more_than_four(self):
        """What settings need no more is not kept for ever."""
        template = self.template()
        for i in range(5):
            copy = pathlib.Path(f"{template}{i}")
            copy.mkdir()
            for name in "memory", "state", "key":
                (copy / name).write_bytes(b"other key\n")
        self.machine(prepare=lambda g: g.set_smp(2))
        self.assertLessEqual(len(self.templates(CACHE)), 4)

    def test_somebody_elses_cache(self):
        cache = self.folder / "cache"
        cache.mkdir()
        folder = cache / f".guestfs-{os.geteuid()}"
        folder.mkdir()
        folder.chmod(0o777)
        self.assertIn("nobody else may write to it",
                      self.fails(cache=cache))
        folder.rmdir()
        folder.symlink_to("/tmp")
        self.assertIn("Not a directory", self.fails(cache=cache))

    def test_no_qemu(self):
        self.assertIn(
            "/usr/bin/no-such-qemu: No such file",
            self.fails(prepare=lambda g: g.set_hv("/usr/bin/no-such-qemu")))

    def test_bad_parameter(self):
        message = self.fails(prepare=lambda g: g.config("-no-such", None))
        self.assertIn("-no-such: invalid option", message)

    def test_too_many_options_of_the_kernel(self):
        self.assertIn(
            "of which set_append or LIBGUESTFS_APPEND has added 3000; it takes "
            "2047",
            self.fails(prepare=lambda g: g.set_append("a=" + 2998 * "0")))

    def test_kernel_that_panics(self):
        message = self.fails(
            prepare=lambda g: g.set_append("rdinit=/nothing"))
        self.assertIn("the appliance has died", message)
        self.assertIn("Kernel panic", message)

    def test_no_kernel(self):
        kernel = self.folder / "kernel"
        cache = self.folder
        kernel.write_bytes(b"no kernel")
        os.environ["LIBGUESTFS_KERNEL"] = str(kernel)
        self.addCleanup(os.environ.pop, "LIBGUESTFS_KERNEL")
        self.assertIn(str(kernel), self.fails(cache=cache))
        kernel.chmod(0)
        if os.geteuid() != 0:
            self.assertIn(f"the kernel {kernel} can't be read",
                          self.fails(cache=cache))

    def test_full_disk(self):
        """Room for the appliance, but not for a template."""
        program = f"""
import guestfs
g = guestfs.GuestFS()
g.set_backend("direct")
g.set_memsize({MEMSIZE})
g.set_cachedir("cache")
g.set_verbose(True)
g.add_drive_scratch(1 << 20)
g.launch()
g.ping_daemon()
"""
        (self.folder / "cache").mkdir()
        result = subprocess.run(
            ["unshare", "-Urm", "sh", "-c",
             "mount -t tmpfs -o size=400m none cache && exec \"$@\"", "sh",
             sys.executable, "-c", program],
            capture_output=True, text=True, check=False)
        if "unshare failed" in result.stderr:
            self.skipTest("no user namespaces")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, "without a template: .*MiB are free")


if __name__ == "__main__":
    adopt_orphans()
    unittest.main()
