# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder have in common: handles, images, and the
processes that a handle has started.
"""

import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import guestfs

MIB = 1 << 20
TIMEOUT = 20  # seconds, until what must happen has happened

_libc = ctypes.CDLL(None, use_errno=True)
_SYS_KCMP = 312  # on x86-64, <asm/unistd_64.h>
_KCMP_VM = 1
_PR_SET_CHILD_SUBREAPER = 36


def new_handle(*images, readonly=False, launch=True):
    """A handle with these images: names, or pairs of name and format."""
    g = guestfs.GuestFS(python_return_dict=True)
    for image in images:
        name, kind = ((image, "raw") if isinstance(image, (str, pathlib.Path))
                      else image)
        g.add_drive_opts(str(name), readonly=readonly,
                         **({"format": kind} if kind else {}))
    if launch:
        g.launch()
    return g


class TestCase(unittest.TestCase):
    """Each test has a folder, in which it is."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-promises."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)

    def handle(self, *images, **options):
        g = new_handle(*images, **options)
        self.addCleanup(g.close)
        return g

    def image(self, name, size, *parts):
        """A raw image of that size; parts are pairs of offset and bytes."""
        path = self.folder / name
        with open(path, "wb") as f:
            f.truncate(size)
            for offset, data in parts:
                f.seek(offset)
                f.write(data)
        return path


def run(*command, **options):
    """Its stdout.  It must succeed."""
    result = subprocess.run([str(c) for c in command], check=False,
                            capture_output=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{command}: {result.stderr.decode()}")
    return result.stdout


def mkfs(fstype, path, *options):
    """A filesystem in an image, by the host's own program."""
    return run(f"/sbin/mkfs.{fstype}", *options, path)


def descendants(pid):
    """Process ids of all that it has started, the dead ones too.

    Each thread has its own, until it has ended for good, which may be a
    moment after it was joined."""
    children = []
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(word) for word in path.read_text("ascii").split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    children = list(dict.fromkeys(children))
    return children + [d for child in children for d in descendants(child)]


def adopt_orphans():
    """What loses its parent becomes our child: nothing can hide from
    descendants () any more."""
    if _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")


def reap_all():
    """Wait until all of our descendants have ended."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            pid = os.waitpid(-1, os.WNOHANG)[0]
        except ChildProcessError:
            return
        if pid == 0 and time.monotonic() > deadline:
            left = [(p, command_of(p)) for p in descendants(os.getpid())]
            raise AssertionError(f"still there: {left}")
        if pid == 0:
            time.sleep(0.005)


def command_of(pid):
    path = pathlib.Path(f"/proc/{pid}/cmdline")
    return path.read_bytes().replace(b"\0", b" ")[:80]


def _same_memory(a, b):
    order = _libc.syscall(_SYS_KCMP, a, b, _KCMP_VM, 0, 0)
    if order < 0:
        raise OSError(ctypes.get_errno(), f"kcmp of {a} and {b}")
    return order == 0


def _proportional_set_size(pid):
    """In KiB; 0 of one that has ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(
            encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(re.search(r"^Pss: +(\d+)", text, re.M)[1])


def memory_of(pids):
    """What they take together, their proportional set size, in KiB.

    User Mode Linux has threads that look like processes: what shares one
    address space is counted once."""
    counted, total = [], 0
    for pid in pids:
        size = _proportional_set_size(pid)
        if size == 0 or any(_same_memory(pid, other) for other in counted):
            continue
        counted.append(pid)
        total += size
    return total
