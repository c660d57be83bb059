# SPDX-License-Identifier: GPL-2.0-or-later
"""How a mount ends: by guestunmount, signals, or the death of one of those who
have to do with it.

usage: test_guestunmount.py FOLDER-WITH-BUILT-PROGRAMS [TEST...]
"""

import contextlib
import os
import pathlib
import select
import signal
import socket
import subprocess
import time
import unittest

from mounting import (MOUNT, TIMEOUT, Mounting, has_ended, is_mounted, main,
                      program, run, state, wait_until)

# A /dev of our own, in which somebody listens to the log.
OWN_DEV = """mkdir dev && mount -t tmpfs none dev && mkdir dev/shm &&
touch dev/log && mount --bind log dev/log && ln -s /proc/self/fd dev/fd &&
for name in fuse full null random shm tty urandom zero; do
    [ -e dev/$name ] || touch dev/$name
    mount --bind /dev/$name dev/$name || exit
done
mount --rbind dev /dev && exec "$@"
"""


class Ending(Mounting):
    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.mounted() as pid:
                self.hostname().write_text(f"{number}\n", encoding="ascii")
                os.kill(pid, number)
                wait_until(lambda: has_ended(pid))
                self.assertFalse(os.path.exists("pid"))
                self.assertFalse(is_mounted("mnt"))
            self.assertEqual(self.cat("/etc/hostname"), f"{number}\n\n")

    def test_signal_in_the_foreground(self):
        with self.foreground() as process:
            process.send_signal(signal.SIGTERM)
        self.assertEqual(process.errors, "")

    def test_signal_while_in_use(self):
        with self.foreground() as process:
            fd = os.open("mnt/etc/hostname", os.O_WRONLY)
            os.write(fd, b"delta\n")
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: process.poll() is not None)
            self.assertFalse(is_mounted("mnt"))
            with self.assertRaises(OSError):
                os.write(fd, b"more")
                os.fsync(fd)
            with contextlib.suppress(OSError):
                os.close(fd)
        self.assertIn("taken away", process.errors)
        self.assertEqual(self.cat("/etc/hostname"), "delta\n\n")

    def test_caller_that_is_killed(self):
        """Nobody learns of the mount, so there must not be one."""
        os.mkfifo("pid")  # it waits until this is read
        with subprocess.Popen([program("guestmount"), *MOUNT,
                               "--pid-file=pid", "mnt"]) as process:
            wait_until(lambda: is_mounted("mnt"))
            process.kill()
            process.wait(TIMEOUT)
            pid = int(pathlib.Path("pid").read_text(encoding="ascii"))
        wait_until(lambda: has_ended(pid))
        self.assertFalse(is_mounted("mnt"))

    def test_server_that_is_killed(self):
        with self.mounted() as pid:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: has_ended(pid))
            self.assertRaises(OSError, os.listdir, "mnt")
            self.fails("mnt: there is a mount whose server has died; "
                       "'guestunmount mnt' removes it", *MOUNT, "mnt")
            run("guestunmount", "mnt")
        self.assertEqual(os.listdir("mnt"), [])

    def kill_children(self, pid):
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
        numbers = children.read_text(encoding="ascii").split()
        self.assertTrue(numbers)
        for number in numbers:
            os.kill(int(number), signal.SIGKILL)

    def test_appliance_that_nobody_misses(self):
        with self.foreground(status=1) as process:
            self.kill_children(process.pid)
            self.fails("guestmount failed: the appliance has died", "mnt",
                       name="guestunmount")
        self.assertIn("guestmount: the appliance has died", process.errors)

    def test_appliance_that_is_killed(self):
        with self.foreground(status=1) as process:
            self.kill_children(process.pid)
            with self.assertRaises(OSError):
                while True:
                    os.stat(f"mnt/{time.monotonic()}")
                    self.fail("it is there")
            self.assertTrue(os.path.exists(f"/proc/{process.pid}"))
            self.assertRegex(run("guestunmount", "mnt", status=1),
                             "it is unmounted, but guestmount failed: "
                             ".*appliance")
        self.assertRegex(process.errors, "guestmount: .*appliance")

    @unittest.skipIf(os.getuid() != 0, "only root can have a /dev of its own")
    def test_log(self):
        """What goes wrong in the background is not lost."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind("log")
            log.settimeout(TIMEOUT)
            subprocess.run(["unshare", "-m", "/bin/sh", "-c", OWN_DEV, "sh",
                            program("guestmount"), *MOUNT, "--pid-file=pid",
                            "mnt"], check=True, timeout=TIMEOUT)
            pid = pathlib.Path("pid").read_text(encoding="ascii").strip()
            self.kill_children(pid)
            done = subprocess.run(
                ["nsenter", "-m", "-t", pid, "-w" + os.getcwd(),
                 program("guestunmount"), "mnt"], check=False)
            self.assertEqual(done.returncode, 1)
            self.assertTrue(has_ended(pid))
            text = log.recv(10000).decode()
        self.assertRegex(text, rf"guestmount\[{pid}\]: .*appliance")

    def test_in_use(self):
        with self.mounted(), open("mnt/etc/hostname", encoding="ascii"):
            for option in ("--no-retry", "--retry=0"):
                text = run("guestunmount", option, "mnt", status=2)
                self.assertRegex(text, rf"mnt is still in use by .*"
                                       rf"\({os.getpid()}\)")
                self.assertEqual(run("guestunmount", "-q", option, "mnt",
                                     status=2), "")

    def test_in_use_by_us(self):
        """It is no obstacle itself to what it is to unmount."""
        run("guestmount", *MOUNT, "mnt")
        command = f"cd mnt && exec {program('guestunmount')} --no-retry ."
        subprocess.run(["/bin/sh", "-c", command], check=True)
        self.assertFalse(is_mounted("mnt"))

    def test_retry(self):
        for option in ("--retry", "--retry=3"):
            with self.mounted():
                with open("mnt/etc/hostname", encoding="ascii"):
                    unmounting = subprocess.Popen(
                        [program("guestunmount"), "-v", option, "mnt"],
                        stderr=subprocess.PIPE, text=True)
                    self.assertIn("again in 1 s",
                                  unmounting.stderr.readline())
                text = unmounting.communicate(timeout=TIMEOUT)[1]
                self.assertEqual(unmounting.returncode, 0)
                self.assertRegex(text, "guestmount has ended")

    def test_server_that_is_killed_at_the_end(self):
        with self.mounted() as pid:
            process = subprocess.Popen([program("guestunmount"), "mnt"],
                                       stderr=subprocess.PIPE, text=True)
            wait_until(lambda: not is_mounted("mnt"))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            text = process.communicate(timeout=TIMEOUT)[1]
            # It may have been faster than we are.
            if process.returncode != 0:
                self.assertEqual(process.returncode, 1)
                self.assertIn("guestmount has died", text)

    def test_unmounting_waits(self):
        """The process is stopped, so it can't have written anything."""
        with self.mounted() as pid:
            process = subprocess.Popen([program("guestunmount"), "-v",
                                        "mnt"], stderr=subprocess.PIPE)
            wait_until(lambda: not is_mounted("mnt"))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            wait_until(lambda: state(pid) in ("T", "Z", None))
            if state(pid) == "T":
                self.assertFalse(select.select([process.stderr], [], [],
                                               0.3)[0])
                self.assertIsNone(process.poll())
                os.kill(pid, signal.SIGCONT)
            self.assertEqual(process.wait(TIMEOUT), 0)
            process.stderr.close()
            self.assertTrue(has_ended(pid))

    def test_pipe_of_a_program(self):
        theirs, ours = os.pipe()
        with self.mounted():
            process = subprocess.Popen([program("guestunmount"),
                                        f"--fd={theirs}", "mnt"],
                                       pass_fds=[theirs])
            os.close(theirs)
            os.write(ours, b"what is written means nothing")
            self.assertIsNone(process.poll())
            self.assertEqual(sorted(os.listdir("mnt/home")), ["ann", "bob"])
            os.close(ours)
            self.assertEqual(process.wait(TIMEOUT), 0)
            self.assertFalse(is_mounted("mnt"))


if __name__ == "__main__":
    main()
