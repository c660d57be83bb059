#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast it is.  Each figure is the median of some runs, and stands
beside that of a neighbour, measured in turns in the same run: the host's
own tool for the same work, and Debian's libguestfs where that is
installed (with TCG, since KVM may be broken).  What counts is the ratio.

    make bench              prints a table, writes build/bench.json
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import guestfs

sys.path.insert(0, str(Path(__file__).parents[1] / "promises"))
from mounts import Mounts  # pylint: disable=C0413
from support import descendants, memory_of  # pylint: disable=C0413

MIB = 1 << 20
BULK = 1024 * MIB
TREE_FILES = 5000
DEBIAN = "/usr/bin/guestfish"
DEBIAN_ENV = {"LIBGUESTFS_BACKEND": "direct",
              "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg",
              "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}


def run(*argv, **options):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, **options)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Bench:
    def __init__(self, folder, runs):
        self.folder = Path(folder)
        self.runs = runs
        self.rows = []
        self.disk = self.folder / "disk.img"
        self.file = self.folder / "file"
        self.tree = self.folder / "tree"
        self.tar = self.folder / "tree.tar"

    # What is measured works on these.

    def prepare(self):
        self.new_disk()
        with open(self.file, "wb") as f:
            block = os.urandom(MIB)
            for _ in range(BULK // MIB):
                f.write(block)
        for i in range(TREE_FILES):
            folder = self.tree / str(i // 100)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"file{i}").write_bytes(b"x" * (i % 16384))
        run("tar", "-C", self.tree, "-cf", self.tar, ".")

    def new_disk(self):
        self.disk.unlink(missing_ok=True)
        run("truncate", "-s", "4G", self.disk)
        run("/sbin/mkfs.ext4", "-q", "-F", "-E",
            "lazy_itable_init=1,lazy_journal_init=1", self.disk)

    def handle(self):
        g = guestfs.GuestFS(python_return_dict=True)
        g.add_drive_opts(str(self.disk), format="raw")
        return g

    def mounted(self):
        g = self.handle()
        g.launch()
        g.mount("/dev/sda", "/")
        return g

    # Measuring

    def compare(self, name, unit, ours, neighbour, neighbour_name, scale=1):
        """Medians of runs taken by turns; scale turns seconds into unit."""
        mine, theirs = [], []
        for _ in range(self.runs):
            mine.append(ours() * scale)
            if neighbour:
                theirs.append(neighbour() * scale)
        self.add(name, unit, statistics.median(mine), neighbour_name,
                 statistics.median(theirs) if theirs else None)

    def add(self, name, unit, value, neighbour, neighbour_value):
        ratio = value / neighbour_value if neighbour_value else None
        self.rows.append({"what": name, "unit": unit, "value": value,
                          "neighbour": neighbour,
                          "neighbour_value": neighbour_value,
                          "ratio": ratio})
        beside = (f"{neighbour_value:12.2f}  {ratio:9.4f}  {neighbour}"
                  if ratio else "")
        print(f"{name:34} {value:10.2f} {unit:4} {beside}", flush=True)

    # What is measured

    def launch(self):
        g = self.handle()
        elapsed = seconds(g.launch)
        g.close()
        return elapsed

    def launch_qemu(self, *settings):
        """By restore, unless the settings say otherwise.  The first of all
        launches, which makes the appliance and the template, is not counted.
        """
        g = self.handle()
        g.set_backend("direct")
        g.set_cachedir(str(self.folder))
        g.set_backend_settings(["force_tcg", *settings])
        elapsed = seconds(g.launch)
        g.close()
        return elapsed

    def boot_qemu(self):
        return self.launch_qemu("no_template")

    def touch(self):
        def work():
            g = self.mounted()
            g.touch("/touched")
            g.close()
        return seconds(work)

    def debian(self, *commands):
        return seconds(lambda: run(DEBIAN, "--format=raw", "-a", self.disk,
                                   *commands, env=DEBIAN_ENV))

    def debugfs_touch(self):
        return seconds(lambda: run("/sbin/debugfs", "-w", "-R",
                                   "write /dev/null touched-natively",
                                   self.disk))

    def small_calls(self):
        g = self.mounted()
        g.touch("/small")

        def work():
            for _ in range(1000):
                g.exists("/small")
        elapsed = seconds(work)
        g.close()
        return elapsed

    def debugfs_calls(self):
        script = self.folder / "debugfs-script"
        script.write_text("stat /\n" * 1000)
        return seconds(lambda: run("/sbin/debugfs", "-f", script, self.disk))

    def upload(self):
        g = self.mounted()

        def work():
            g.upload(str(self.file), "/big")
            g.sync()
        elapsed = seconds(work)
        g.rm("/big")
        g.close()
        return elapsed

    def download(self):
        g = self.mounted()
        g.upload(str(self.file), "/big")
        g.close()
        g = self.mounted()
        target = self.folder / "target"
        elapsed = seconds(lambda: g.download("/big", str(target)))
        target.unlink()
        g.rm("/big")
        g.close()
        return elapsed

    @contextlib.contextmanager
    def mounted_by_host(self):
        """The image as the host's kernel has it, if we may ask for that;
        otherwise an ordinary folder.
        """
        point = self.folder / "mounted"
        point.mkdir(exist_ok=True)
        if os.geteuid() != 0:
            yield point
            return
        run("mount", "-o", "loop", self.disk, point)
        try:
            yield point
        finally:
            run("umount", point)

    def cp_in(self):
        with self.mounted_by_host() as folder:
            target = folder / "copy"

            def work():
                run("cp", self.file, target)
                run("sync", "-f", target)
            elapsed = seconds(work)
            target.unlink()
        return elapsed

    def cp_out(self):
        target = self.folder / "target"
        with self.mounted_by_host() as folder:
            run("cp", self.file, folder / "copy")
        with self.mounted_by_host() as folder:
            elapsed = seconds(lambda: run("cp", folder / "copy", target))
            (folder / "copy").unlink()
        target.unlink()
        return elapsed

    def tar_in(self):
        self.new_disk()
        g = self.mounted()
        elapsed = seconds(lambda: g.tar_in(str(self.tar), "/"))
        g.close()
        return elapsed

    def tar_out(self):
        g = self.mounted()
        target = self.folder / "out.tar"
        elapsed = seconds(lambda: g.tar_out("/", str(target)))
        g.close()
        return elapsed

    def native_tar_in(self):
        target = self.folder / "unpacked"
        target.mkdir()
        elapsed = seconds(lambda: run("tar", "-C", target, "-xf", self.tar))
        shutil.rmtree(target)
        return elapsed

    def native_tar_out(self):
        target = self.folder / "out.tar"
        return seconds(lambda: run("tar", "-C", self.tree, "-cf", target,
                                   "."))

    def memory(self, backend="uml"):
        """What an idle handle costs: all of the appliance's processes."""
        g = self.handle()
        g.set_backend(backend)
        g.set_cachedir(str(self.folder))
        g.launch()
        g.mount("/dev/sda", "/")
        pss = memory_of(descendants(os.getpid()))
        g.close()
        return pss / 1024

    def run_all(self):
        print(f"{'':34} {'ours':>10} {'':4} {'neighbour':>12}  "
              f"{'ratio':>9}")
        has_debian = os.path.exists(DEBIAN)
        self.launch_qemu()
        self.compare("launch", "ms", self.launch, None, "", 1e3)
        self.compare("launch, mount, touch, close", "ms", self.touch,
                     self.debugfs_touch, "debugfs -w", 1e3)
        if has_debian:
            mine = statistics.median(self.launch() for _ in range(self.runs))
            self.debian("run")
            theirs = statistics.median(self.debian("run") for _ in range(3))
            debian = "Debian's libguestfs, TCG"
            self.add("launch", "ms", mine * 1e3, debian, theirs * 1e3)
            for name, work in (("by restore", self.launch_qemu),
                               ("by booting", self.boot_qemu)):
                mine = statistics.median(work() for _ in range(self.runs))
                self.add(f"launch of QEMU, TCG, {name}", "ms", mine * 1e3,
                         debian, theirs * 1e3)
            mine = statistics.median(self.touch() for _ in range(self.runs))
            theirs = statistics.median(
                self.debian("run", ":", "mount", "/dev/sda", "/", ":",
                            "touch", "/debian") for _ in range(3))
            self.add("launch, mount, touch, close", "ms", mine * 1e3,
                     "Debian's libguestfs, TCG", theirs * 1e3)
        self.compare("1,000 small calls", "ms", self.small_calls,
                     self.debugfs_calls, "debugfs -f", 1e3)
        self.compare("upload of 1 GiB, with sync", "s", self.upload,
                     self.cp_in, "cp into the image, sync")
        self.compare("download of 1 GiB", "s", self.download, self.cp_out,
                     "cp out of the image")
        self.compare(f"tar_in of {TREE_FILES} files", "s", self.tar_in,
                     self.native_tar_in, "tar -x")
        self.compare(f"tar_out of {TREE_FILES} files", "s", self.tar_out,
                     self.native_tar_out, "tar -c")
        Mounts(self.folder, self.tree, DEBIAN_ENV).run_all(self, TREE_FILES)
        for backend in "uml", "direct":
            self.add(f"memory of an idle handle, {backend}", "MB",
                     self.memory(backend), "", None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", default="build/bench.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guestfs-bench.",
                                     dir="/var/tmp") as folder:
        bench = Bench(folder, options.runs)
        bench.prepare()
        bench.run_all()
    Path(options.json).write_text(json.dumps(bench.rows, indent=2) + "\n",
                                  encoding="utf-8")


if __name__ == "__main__":
    main()
