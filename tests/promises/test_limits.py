# SPDX-License-Identifier: GPL-2.0-or-later
"""Limits of setrlimit (2) that are too low: the error says which, and what it
is; nothing hangs, and with a higher limit the same handle can be launched.
"""

import os
import resource
import signal
import subprocess
import sys
import unittest

import guestfs

from support import MIB

NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
TIMEOUT = 120  # seconds
# The user's other processes count, too: what is started first may fail.
NO_PROCESS = (r"/[^ ]+/guestfs-[a-z-]+: Resource temporarily unavailable; .*"
              r"\(ulimit -u\) is {}")


def launch_limited(backend, name, value):
    """In a process of its own: prints what the error says."""
    g = guestfs.GuestFS()
    g.set_backend(backend)
    g.add_drive_scratch(MIB)
    # What "direct" builds is there from now on.
    g.launch()
    g.shutdown()
    # Python ignores it, other programs die of it.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    limit = getattr(resource, name)
    before = resource.getrlimit(limit)
    # More open files are taken where they can be had.
    for_good = limit == resource.RLIMIT_NOFILE
    resource.setrlimit(limit, (value, value if for_good else before[1]))
    try:
        g.launch()
    except RuntimeError as error:
        print(error)
    if not for_good:
        resource.setrlimit(limit, before)
        g.shutdown()
        g.launch()
    g.close()


class Limits(unittest.TestCase):
    def check(self, backend, name, value, *patterns):
        # Some limits do not hold for root.
        before = [] if os.geteuid() else NOBODY
        result = subprocess.run(
            [*before, sys.executable, "-B", __file__, backend, name,
             str(value)],
            capture_output=True, text=True, timeout=TIMEOUT, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout.strip(),
                         f"^launch: (?:{'|'.join(patterns)})$")

    def test_processes(self):
        for value in 1, 2, 5, 9, 14:
            self.check("uml", "RLIMIT_NPROC", value,
                       "/[^ ]+ needs 16 processes or threads, and [0-9]+ can "
                       r"be started; the limit of all .*\(ulimit -u\) is "
                       f"{value}", NO_PROCESS.format(value))

    def test_open_files(self):
        for value in 5, 9, 12, 16, 22, 30:
            self.check("uml", "RLIMIT_NOFILE", value,
                       "/[^ ]+ needs [0-9]+ open files; the limit of open "
                       rf"files \(ulimit -n\) is {value}",
                       ".*Too many open files; the limit of open files "
                       rf"\(ulimit -n\) is {value}")

    def test_file_size(self):
        self.check("uml", "RLIMIT_FSIZE", 100 * MIB,
                   "/.*linux.uml needs a file of [0-9]+ MiB; the limit of a "
                   r"file's size, in KiB \(ulimit -f\) is 102400")
        self.check("uml", "RLIMIT_FSIZE", MIB,
                   "memory of [0-9]+ bytes for the channel: File too large; "
                   r"the limit of a file's size, in KiB \(ulimit -f\) is 1024")

    def test_scratch_drive(self):
        g = guestfs.GuestFS()
        self.addCleanup(g.close)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_FSIZE, before)
        resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, before[1]))
        with self.assertRaisesRegex(RuntimeError, "a scratch drive of 2097152 "
                                    "bytes: File too large"):
            g.add_drive_scratch(2 * MIB)

    def test_timers(self):
        self.check("uml", "RLIMIT_SIGPENDING", 0,
                   "/.*linux.uml needs a timer; the limit of all pending "
                   r"signals and timers of the user \(ulimit -i\) is 0")

    def test_many_drives(self):
        """Each has a few descriptors, more than 1024 together."""
        g = guestfs.GuestFS()
        self.addCleanup(g.close)
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
        g.set_backend("direct")
        g.add_drive_scratch(MIB)
        for _ in range(254):
            g.add_drive_opts(__file__, readonly=True, format="raw")
        g.launch()
        self.assertEqual(len(g.list_devices()), 255)

    def test_address_space(self):
        self.check("uml", "RLIMIT_AS", 300 * MIB,
                   "/.*linux.uml needs [0-9]+ MiB of address space for a guest "
                   "of [0-9]+ MiB; the limit of a process's memory, in KiB "
                   r"\(ulimit -v\) is 307200")

    def test_qemu(self):
        for name, value, pattern in (
                ("RLIMIT_NPROC", 9, "qemu-system-.* needs 16 processes.*|"
                                    + NO_PROCESS.format(9)),
                ("RLIMIT_NOFILE", 30, "qemu-system-.* needs [0-9]+ open"),
                ("RLIMIT_AS", 1500 * MIB, "qemu-system-.* needs [0-9]+ MiB")):
            self.check("direct", name, value, f".*{pattern}.*")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        launch_limited(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        unittest.main(verbosity=2)
