# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads: they go on while a call runs, and may share a handle."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
import unittest

import guestfs


def in_threads(count, work):
    errors = []

    def run(i):
        try:
            work(i)
        except BaseException as e:
            errors.append(e)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]


class Threads(unittest.TestCase):
    def setUp(self):
        self.g = guestfs.GuestFS()
        self.g.add_drive_scratch(100 << 30)
        self.g.launch()
        self.addCleanup(self.g.close)

    def test_others_go_on(self):
        ticks = 0
        done = threading.Event()

        def download():
            with self.assertRaises(RuntimeError):
                self.g.download("/dev/sda", "/dev/null")
            done.set()

        thread = threading.Thread(target=download)
        thread.start()
        for i in range(20):
            time.sleep(0.01)
            ticks += 1
        self.assertFalse(done.is_set())
        with self.assertRaisesRegex(RuntimeError, "close: a call is running"):
            self.g.close()
        self.g.user_cancel()
        thread.join()
        self.assertEqual(ticks, 20)
        self.g.ping_daemon()

    def test_cancel(self):
        timer = threading.Timer(0.1, self.g.user_cancel)
        timer.start()
        with self.assertRaises(RuntimeError) as raised:
            self.g.download("/dev/sda", "/dev/null")
        timer.join()
        self.assertEqual(raised.exception.errno, errno.EINTR)
        self.g.ping_daemon()

    def test_share(self):
        g = guestfs.GuestFS()
        g.add_drive_scratch(50 << 20)
        g.launch()
        g.mkfs("ext4", "/dev/sda")
        g.mount("/dev/sda", "/")

        def work(i):
            for n in range(20):
                g.touch(f"/file{i}")
                try:
                    g.cat(f"/missing{i}")
                except RuntimeError as e:
                    self.assertIn(f"/missing{i}:", str(e))
                    self.assertEqual(e.errno, errno.ENOENT)
                else:
                    self.fail("it did not fail")

        in_threads(8, work)
        g.close()

    def test_events_in_threads(self):
        """Callbacks need the GIL, and handles a lock: no deadlock."""
        seen = []
        self.g.set_event_callback(lambda *args: seen.append(args),
                                  guestfs.EVENT_ENTER)

        def work(i):
            for n in range(200):
                self.g.get_smp()
                handle = self.g.set_event_callback(lambda *args: None,
                                                   guestfs.EVENT_ENTER)
                self.g.delete_event_callback(handle)

        in_threads(4, work)
        self.assertEqual(len(seen), 800)

    def test_parallel(self):
        def work(i):
            with guestfs.GuestFS() as g:
                g.add_drive_scratch(10 << 20)
                g.launch()
                self.assertEqual(g.list_devices(), ["/dev/sda"])

        in_threads(4, work)

    def test_killed(self):
        pid = self.g.get_pid()
        timer = threading.Timer(0.1, os.kill, (pid, signal.SIGKILL))
        timer.start()
        with self.assertRaisesRegex(RuntimeError, "the appliance has died"):
            self.g.download("/dev/sda", "/dev/null")
        timer.join()
        self.assertTrue(self.g.is_config())
        self.g.launch()


class WithoutAppliance(unittest.TestCase):
    """What is quick, over and over, with threads that take turns often."""

    def setUp(self):
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-6)

    def test_callbacks_come_and_go(self):
        """Event handles are used again: each must mean its own callback."""
        g = guestfs.GuestFS()

        def work(i):
            for n in range(10000):
                handle = g.set_event_callback(lambda *args: None,
                                              guestfs.EVENT_ENTER)
                g.delete_event_callback(handle)
                if n % 100 == 0:
                    g.get_smp()

        in_threads(8, work)
        g.close()

    def test_close(self):
        """All threads close, and call what the others may have closed."""
        handles = [guestfs.GuestFS() for i in range(200)]
        closed = []
        for g in handles:
            g.set_event_callback(lambda *args: closed.append(args),
                                 guestfs.EVENT_CLOSE)

        def work(i):
            for g in handles:
                try:
                    g.set_smp(i + 1)
                    g.close()
                except guestfs.ClosedHandle:
                    pass
                except RuntimeError as e:
                    self.assertIn("close: a call is running", str(e))

        in_threads(4, work)
        for g in handles:
            g.close()
        self.assertEqual(len(closed), 200)


class Exit(unittest.TestCase):
    """Python exits while daemon threads are in calls."""

    def test_during_call(self):
        program = """if True:
            import guestfs, os, threading
            g = guestfs.GuestFS()
            g.add_drive_scratch(1 << 20)
            g.launch()
            begun = threading.Event()
            g.set_event_callback(lambda *args: begun.set(),
                                 guestfs.EVENT_ENTER)
            read, write = os.pipe()
            threading.Thread(target=g.upload, daemon=True,
                             args=(f"/proc/self/fd/{read}",
                                   "/dev/sda")).start()
            begun.wait()
            """
        self.run_quietly(program)

    def test_during_callbacks(self):
        program = """if True:
            import guestfs, threading
            g = guestfs.GuestFS()
            seen = []
            g.set_event_callback(lambda *args: seen.append(args),
                                 guestfs.EVENT_ENTER)
            def work():
                while True:
                    g.get_smp()
            for i in range(4):
                threading.Thread(target=work, daemon=True).start()
            while len(seen) < 1000:
                pass
            """
        for i in range(5):
            self.run_quietly(program)

    def test_event_without_interpreter(self):
        """The call ends, and is traced, when Python has gone: what it
        waits for is closed by exit(3), which then waits for a second.
        """
        self.run_quietly("""if True:
            import ctypes, guestfs, os, threading
            g = guestfs.GuestFS()
            g.add_drive_scratch(1 << 20)
            g.launch()
            begun = threading.Event()
            g.set_event_callback(lambda *args: begun.set(),
                                 guestfs.EVENT_TRACE)
            g.set_trace(True)
            read, write = os.pipe()
            os.dup2(write, 1)
            os.close(write)
            threading.Thread(target=g.upload, daemon=True,
                             args=(f"/proc/self/fd/{read}",
                                   "/dev/sda")).start()
            begun.wait()
            libc = ctypes.CDLL(None)
            libc.on_exit(libc.sleep, None)
            libc.on_exit(libc.close, None)
            raise SystemExit(1)
            """, status=1)

    def run_quietly(self, program, status=0):
        r = subprocess.run([sys.executable, "-B", "-c", program],
                           capture_output=True, text=True, timeout=60)
        self.assertEqual((r.returncode, r.stdout, r.stderr), (status, "", ""))


if __name__ == "__main__":
    unittest.main()
