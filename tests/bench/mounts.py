# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast a mounted guest is: guestmount beside fuse2fs on the same image,
and beside Debian's guestmount.

Each measurement has a mount of its own, so that nothing is in a cache; the
page cache of the host holds the image in all cases.
"""

import contextlib
import os
import statistics
import subprocess
import time
from pathlib import Path

MIB = 1 << 20
BULK = 512 * MIB
DEBIAN = "/usr/bin/guestmount"
DEBIAN_BULK = 64 * MIB
DEBIAN_RUNS = 3
GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com",
       "-c", "safe.directory=*"]


def run(*argv, **options):
    subprocess.run([str(a) for a in argv], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   **options)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Mounts:
    """The three programs, and what is done in their mounts."""

    def __init__(self, folder, tree, debian_env):
        self.folder = Path(folder)
        self.point = self.folder / "fuse"
        self.image = self.folder / "fuse.img"
        self.debian_env = debian_env
        self.prepare(tree)

    def prepare(self, tree):
        """One image with a large file, a tree and a repository of it."""
        self.point.mkdir()
        top = self.folder / "fuse-content"
        top.mkdir()
        run("cp", "-a", tree, top / "tree")
        run("cp", "-a", tree, top / "repository")
        run(*GIT, "init", top / "repository")
        run(*GIT, "-C", top / "repository", "add", ".")
        run(*GIT, "-C", top / "repository", "commit", "-m", "all")
        with open(top / "large", "wb") as f:
            for _ in range(BULK // MIB):
                f.write(os.urandom(MIB))
        run("truncate", "-s", "4G", self.image)
        run("/sbin/mkfs.ext4", "-F", "-d", top, self.image)
        run("rm", "-r", top)

    # Mounting

    @contextlib.contextmanager
    def ours(self):
        pid_file = self.folder / "guestmount.pid"
        run("guestmount", "--format=raw", "-a", self.image, "-m", "/dev/sda",
            "--pid-file", pid_file, self.point)
        pid = pid_file.read_text("ascii").strip()
        yield
        run("guestunmount", self.point)
        self.wait_for(pid)

    @contextlib.contextmanager
    def debian(self):
        pid_file = self.folder / "guestmount.pid"
        run(DEBIAN, "--format=raw", "-a", self.image, "-m", "/dev/sda",
            "--pid-file", pid_file, self.point, env=self.debian_env)
        pid = pid_file.read_text("ascii").strip()
        yield
        run("/usr/bin/guestunmount", self.point, env=self.debian_env)
        self.wait_for(pid)

    @contextlib.contextmanager
    def fuse2fs(self):
        with subprocess.Popen(["/usr/bin/fuse2fs", "-f", "-o", "fakeroot", self.image,
                               self.point], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as p:
            while not os.path.ismount(self.point):
                time.sleep(0.005)
            yield
            run("fusermount3", "-u", self.point)
            p.wait()

    @staticmethod
    def wait_for(pid):
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.005)

    # What is measured

    def write(self, size=BULK):
        target = self.point / "written"
        elapsed = seconds(lambda: run(
            "dd", "if=/dev/zero", f"of={target}", "bs=1M",
            f"count={size // MIB}", "conv=fsync"))
        target.unlink()
        return elapsed

    def read(self, size=BULK):
        return seconds(lambda: run("dd", f"if={self.point}/large",
                                   "of=/dev/null", "bs=1M",
                                   f"count={size // MIB}"))

    def find(self):
        return seconds(lambda: run("find", self.point / "tree", "-size",
                                   "+100k"))

    def tar(self):
        return seconds(lambda: run("tar", "-C", self.point / "tree", "-cf",
                                   self.folder / "fuse.tar", "."))

    def git_status(self):
        return seconds(lambda: run(*GIT, "-C", self.point / "repository",
                                   "status"))

    def measure(self, mount, work, **options):
        with mount():
            return work(**options)

    def run_all(self, bench, files):
        for what, work, bytes_of in (
                ("sequential write", self.write, True),
                ("sequential read", self.read, True),
                (f"find, {files} files", self.find, False),
                (f"tar -c, {files} files", self.tar, False),
                (f"git status, {files} files", self.git_status, False)):
            name = f"guestmount: {what}"
            mine = [], []
            for _ in range(bench.runs):
                mine[0].append(self.measure(self.ours, work))
                mine[1].append(self.measure(self.fuse2fs, work))
            ours, fuse2fs = (statistics.median(m) for m in mine)
            self.add(bench, name, ours, fuse2fs, "fuse2fs", bytes_of and BULK,
                     bytes_of and BULK)
            if os.path.exists(DEBIAN):
                options = {"size": DEBIAN_BULK} if bytes_of else {}
                debian = statistics.median(
                    self.measure(self.debian, work, **options)
                    for _ in range(DEBIAN_RUNS))
                self.add(bench, name, ours, debian,
                         "Debian's guestmount, TCG", bytes_of and BULK,
                         bytes_of and DEBIAN_BULK)

    @staticmethod
    def add(bench, name, ours, theirs, neighbour, my_bytes, their_bytes):
        """Times, or throughput where bytes are moved."""
        if my_bytes:
            bench.add(name, "MB/s", my_bytes / ours / 1e6, neighbour,
                      their_bytes / theirs / 1e6)
        else:
            bench.add(name, "ms", ours * 1e3, neighbour, theirs * 1e3)
