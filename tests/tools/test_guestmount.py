# SPDX-License-Identifier: GPL-2.0-or-later
"""guestmount: every option, the way to the background, what may be wrong, and
the examples of its manual page and of guestunmount's.  What can be done with
the files of a mount is not the subject.

usage: test_guestmount.py FOLDER-WITH-BUILT-PROGRAMS [TEST...]
"""

import ctypes
import glob
import os
import pathlib
import re
import shutil
import socket
import subprocess
import unittest

from mounting import (BUILD, MOUNT, ROOT, TIMEOUT, Folder, Mounting,
                      fresh_disk, guestfish, has_ended, is_mounted, is_planned,
                      main, program, run, wait_until)

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


class Arguments(Folder):
    """What needs no FUSE."""

    def test_version(self):
        for name in ("guestmount", "guestunmount"):
            for option in ("-V", "--version"):
                self.assertRegex(run(name, option), rf"^{name} 1\.\d+\.\d+$")

    def test_help(self):
        for name in ("guestmount", "guestunmount"):
            text = run(name, "--help")
            self.assertIn("--verbose", text)
            for line in text.splitlines():
                self.assertLessEqual(len(line), 80)
        text = run("guestmount", "--fuse-help")
        for option in ("allow_other", "idmap=user", "uid=N", "nonempty"):
            self.assertIn(option, text)

    def test_wrong_options(self):
        for name in ("guestmount", "guestunmount"):
            self.fails("unknown option --no-such", "--no-such", name=name)
            self.fails("--fd: 'x' is not a number", "--fd=x", name=name)
        self.fails("--fd=77: Bad file descriptor", "--fd=77", *MOUNT, "mnt")
        self.fails("--dir-cache-timeout: '-1' is not between",
                   "--dir-cache-timeout=-1", *MOUNT, "mnt")
        self.fails("only 512 and 4096", "--blocksize=1000", *MOUNT, "mnt")
        self.fails("--live: a running guest", "--live", *MOUNT, "mnt")
        self.fails("/no/such/pid: No such", "--pid-file=/no/such/pid",
                   *MOUNT, "mnt")

    def test_what_is_missing(self):
        self.fails("no folder to mount on", *MOUNT)
        self.fails("there can be one mount point only", *MOUNT, "mnt", "mnt")
        self.fails("there is no disk", "-m", "/dev/sda1", "mnt")

    def test_mount_points(self):
        os.mkdir("full")
        pathlib.Path("full/file").touch()
        self.fails("no-such: no such folder", *MOUNT, "no-such")
        self.fails("disk.img: the mount point must be a folder", *MOUNT,
                   "disk.img")
        self.fails("full: this folder is not empty; with '-o nonempty'",
                   *MOUNT, "full")

    @unittest.skipIf(os.getuid() == 0, "root may write everywhere")
    def test_mount_point_of_others(self):
        self.fails("/usr: Permission denied", *MOUNT, "/usr")

    def test_nothing_to_mount(self):
        self.fails("these file systems are there:\n    /dev/sda1 (ext4)\n",
                   "-a", "disk.img", "mnt")
        self.fails("these file systems are there:\n    /dev/sda1 (ext4)\n",
                   "-a", "disk.img", "-m", "/dev/sda7", "mnt")
        self.fails("not of the form", "-a", "disk.img", "-m", "a:b:c:d:e",
                   "mnt")

    def test_disks(self):
        """Without -m it ends soon, but shows how disks were added."""
        for options, parts in (
                (["-a", "disk.img"], ['add_drive "disk.img"']),
                (["--add=disk.img", "-r"], ["readonly:true"]),
                (["--ro", "--rw", "-a", "disk.img"], ['add_drive "disk.img"\n']),
                (["--format=raw", "-a", "disk.img"], ['"format:raw"']),
                (["--format=raw", "--format", "-a", "disk.img"],
                 ['add_drive "disk.img"\n']),
                (["--blocksize=512", "-a", "disk.img"], ["blocksize:512"]),
                (["-n", "--selinux", "-a", "disk.img"],
                 ["set_autosync false"]),
                (["-r", "-c", "test:///no", "-d", "guest"],
                 ['add_domain "guest"', '"libvirturi:test:///no"',
                  "readonly:true"]),
                (["--connect=test:///no", "--domain=guest"],
                 ['"libvirturi:test:///no"'])):
            text = run("guestmount", "-x", *options, "mnt", status=1)
            for part in parts:
                self.assertIn(part, text)

    def test_keys(self):
        self.fails("--key ...: not of the form", "--key", "secret", *MOUNT,
                   "mnt")
        self.fails("--key all: /no/such: ", "--key", "all:file:/no/such",
                   *MOUNT, "mnt")

    def test_read_only_by_default(self):
        pathlib.Path(".libguestfs-tools.rc").write_text("read_only = true;",
                                                        encoding="ascii")
        self.assertIn("readonly:true", run("guestmount", "-x", "-a",
                                           "disk.img", "mnt", status=1))

    def test_failure_closes_the_descriptor(self):
        theirs, ours = os.pipe()
        run("guestmount", f"--fd={ours}", "-a", "disk.img", "mnt", status=1,
            pass_fds=[ours])
        os.close(ours)
        self.assertEqual(os.read(theirs, 10), b"")
        os.close(theirs)

    def test_nothing_to_unmount(self):
        for folder in ("mnt", "disk.img", "no-such", "/proc", "."):
            text = run("guestunmount", folder, status=3)
            self.assertIn(f"guestunmount: {folder}: ", text)
            for quiet in ("-q", "--quiet"):
                self.assertEqual(run("guestunmount", quiet, folder,
                                     status=3), "")
        self.fails("one folder is expected", name="guestunmount")
        self.fails("one folder is expected", "mnt", "mnt",
                   name="guestunmount")
        self.fails("'x' is not a number", "--retry=x", "mnt",
                   name="guestunmount")


class Mounted(Mounting):
    def test_background(self):
        with self.mounted() as pid:
            self.assertEqual(sorted(os.listdir("mnt")),
                             ["etc", "home", "lost+found"])
            proc = pathlib.Path(f"/proc/{pid}")
            self.assertEqual(os.readlink(proc / "cwd"), "/")
            for fd in range(3):
                self.assertEqual(os.readlink(proc / f"fd/{fd}"), "/dev/null")
            self.assertEqual(os.getsid(pid), pid)
            self.hostname().write_text("beta\n", encoding="ascii")
            run("guestunmount", "mnt")
            self.assertTrue(has_ended(pid))
            self.assertFalse(os.path.exists("pid"))
        self.assertEqual(os.listdir("mnt"), [])
        self.assertEqual(self.cat("/etc/hostname"), "beta\n\n")

    def test_pipes_are_let_go(self):
        """Else "$(guestmount ...)" would wait for ever."""
        theirs, ours = os.pipe()
        with subprocess.Popen([program("guestmount"), *MOUNT, "mnt"],
                              stdout=ours, stderr=ours) as process:
            os.close(ours)
            self.assertEqual(os.read(theirs, 100), b"")
            self.assertEqual(process.wait(TIMEOUT), 0)
        os.close(theirs)
        run("guestunmount", "mnt")

    def test_no_fork(self):
        with self.foreground() as process:
            self.assertEqual(self.hostname().read_text("ascii"), "alpha\n")
            self.assertIsNone(process.poll())
            run("guestunmount", "mnt")
        self.assertEqual(process.errors, "")

    def test_eventfd(self):
        fd = os.eventfd(0)
        with subprocess.Popen([program("guestmount"), f"--fd={fd}", *MOUNT,
                               "mnt"], pass_fds=[fd]):
            self.assertEqual(os.eventfd_read(fd), 1)
        os.close(fd)
        run("guestunmount", "mnt")

    def test_pid_file(self):
        """It is complete as soon as it is there, and then all works."""
        with subprocess.Popen([program("guestmount"), *MOUNT,
                               "--pid-file=pid", "mnt"]) as process:
            wait_until(lambda: os.path.exists("pid"))
            text = pathlib.Path("pid").read_text(encoding="ascii")
            self.assertRegex(text, r"^\d+\n$")
            self.assertFalse(has_ended(int(text)))
            self.assertEqual(sorted(os.listdir("mnt/home")), ["ann", "bob"])
            self.assertEqual(process.wait(TIMEOUT), 0)
        # Somebody else's is left alone.
        pathlib.Path("pid").write_text("1\n", encoding="ascii")
        run("guestunmount", "mnt")
        self.assertEqual(pathlib.Path("pid").read_text("ascii"), "1\n")

    def test_pid_file_that_is_a_pipe(self):
        os.mkfifo("pid")
        with subprocess.Popen([program("guestmount"), *MOUNT,
                               "--pid-file=pid", "mnt"]):
            text = pathlib.Path("pid").read_text(encoding="ascii")
            self.assertRegex(text, r"^\d+\n$")
        run("guestunmount", "mnt")
        self.assertTrue(os.path.exists("pid"))

    def test_pid_file_that_fails(self):
        os.mkdir("pid")
        self.fails("--pid-file", *MOUNT, "--pid-file=pid", "mnt")
        self.assertEqual(os.listdir("mnt"), [])

    def test_read_only(self):
        before = pathlib.Path("disk.img").read_bytes()
        for options in (["-r"], ["--ro"], ["-w", "-r"]):
            with self.mounted(*options):
                self.assertRaisesRegex(OSError, "Read-only",
                                       os.mkdir, "mnt/new")
        self.assertEqual(pathlib.Path("disk.img").read_bytes(), before)
        with self.mounted("-o", "ro"):
            self.assertRaisesRegex(OSError, "Read-only", os.mkdir, "mnt/new")
        with self.mounted("-r", "--rw"):
            os.mkdir("mnt/new")

    def test_mount_options(self):
        guestfish("add disk.img\nrun\nmount /dev/sda1 /\nmkdir /sub\n")
        with self.mounted(disk=["-a", "disk.img",
                                "--mount=/dev/sda1:/:noatime:ext4"]):
            self.assertIn("sub", os.listdir("mnt"))

    def test_owners(self):
        with self.mounted("-o", "uid=1234", "--option=gid=5678,umask=077"):
            st = os.stat("mnt/etc/hostname")
            self.assertEqual((st.st_uid, st.st_gid, st.st_mode & 0o777),
                             (1234, 5678, 0o700))
        with self.mounted("-o", "idmap=user"):
            self.assertEqual(os.stat("mnt/etc/hostname").st_uid, os.getuid())
        self.fails("'no_such'", *MOUNT, "-o", "no_such", "mnt")
        self.assertFalse(is_mounted("mnt"))

    def test_full_folder(self):
        pathlib.Path("mnt/hidden").touch()
        with self.mounted("-o", "uid=0,nonempty"):
            self.assertNotIn("hidden", os.listdir("mnt"))
        self.assertEqual(os.listdir("mnt"), ["hidden"])

    def test_script_that_waits_itself(self):
        """As was needed when guestunmount did not wait."""
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
        script = f"""PATH={BUILD}/tools:$PATH
            guestmount {" ".join(MOUNT)} --pid-file mount.pid mnt || exit
            pid=$(cat mount.pid)
            mkdir mnt/made
            guestunmount mnt || exit
            while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done"""
        with subprocess.Popen(["/bin/sh", "-c", script]) as process:
            pid = status = None
            while pid != process.pid:
                pid, status = os.wait()
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        ctypes.CDLL(None).prctl(36, 0)
        self.assertFalse(is_mounted("mnt"))
        self.assertIn("made", guestfish(
            "add-ro disk.img\nrun\nmount-ro /dev/sda1 /\nls /\n"))

    def test_twice(self):
        shutil.copy("disk.img", "other.img")
        with self.mounted():
            self.fails("something is mounted there already; 'guestunmount",
                       "-a", "other.img", "-m", "/dev/sda1", "mnt")
            self.fails("disk.img: it is in use by another process", *MOUNT,
                       "mnt", "-o", "nonempty")
            self.assertIn("etc", os.listdir("mnt"))

    def test_cache_timeout(self):
        with self.foreground("--dir-cache-timeout=7", "-x") as process:
            run("guestunmount", "mnt")
        self.assertIn("cachetimeout:7", process.errors)
        self.assertIn("debugcalls:true", process.errors)

    def test_trace_stays_in_the_foreground(self):
        with subprocess.Popen([program("guestmount"), "--trace", *MOUNT,
                               "mnt"], stderr=subprocess.PIPE,
                              text=True) as process:
            wait_until(lambda: is_mounted("mnt"))
            self.assertIsNone(process.poll())
            run("guestunmount", "mnt")
            text = process.communicate(timeout=TIMEOUT)[1]
        self.assertIn("libguestfs: trace: mount_local", text)

    def test_verbose(self):
        for option in ("-v", "--verbose"):
            with self.foreground(option) as process:
                run("guestunmount", "mnt")
            self.assertIn("libguestfs: launch", process.errors)

    def test_strange_names(self):
        for name in ("with space", "new\nline", "back\\slash", "\xe4\u20ac",
                     "-dash", "a,b:c=d"):
            os.mkdir(name)
            run("guestmount", *MOUNT, "--", name)
            self.assertIn("etc", os.listdir(name))
            run("guestunmount", "--", name)
            self.assertEqual(os.listdir(name), [])

    def test_other_names(self):
        os.symlink("mnt", "link")
        os.mkdir("other")
        for name in ("link", "link/", "mnt/", "./mnt//", "other/../mnt",
                     os.getcwd() + "/mnt"):
            run("guestmount", *MOUNT, name)
            self.assertIn("etc", os.listdir("mnt"))
            run("guestunmount", name)
            self.assertEqual(os.listdir("mnt"), [])

    @unittest.skipIf(os.getuid() == 0, "root needs no fusermount3")
    def test_without_fusermount(self):
        with self.mounted():
            self.fails("fusermount3 is not in PATH", "mnt",
                       name="guestunmount", env={"PATH": os.getcwd()})

    def fails_without(self, part, file, instead):
        """In a host of our own, where something else is in its place."""
        unshare = ["unshare", "-rm", "/bin/sh", "-c"]
        if subprocess.run([*unshare, f"mount --bind {instead} {file}"],
                          check=False).returncode != 0:
            self.skipTest("namespaces are not allowed")
        command = " ".join(["exec", str(program("guestmount")), *MOUNT,
                            "mnt"])
        done = subprocess.run([*unshare, f"mount --bind {instead} {file} && "
                               + command], check=False, text=True,
                              capture_output=True, timeout=TIMEOUT)
        self.assertEqual(done.returncode, 1)
        self.assertIn(part, done.stderr)

    def test_host_without_fuse(self):
        # No socket can be opened.
        with socket.socket(socket.AF_UNIX) as s:
            s.bind("socket")
            self.fails_without("/dev/fuse: No such device or address: this "
                               "host has no FUSE", "/dev/fuse", "socket")

    def test_host_without_libfuse(self):
        pathlib.Path("empty").touch()
        found = [os.path.realpath(f) for f
                 in glob.glob("/usr/lib*/*/libfuse3.so.3")]
        if not found:
            self.skipTest("libfuse3.so.3 is not in /usr/lib")
        self.fails_without("libfuse3.so.3: file too short", found[0], "empty")

    def test_host_without_fusermount(self):
        pathlib.Path("empty").touch()
        self.fails_without("fusermount3: needed to mount, and not there",
                           "/usr/bin/fusermount3", "empty")

    def test_inspection(self):
        if is_planned("inspect-os"):
            self.skipTest("inspect-os is not implemented yet")
        self.fails("-i: no operating system was found", "-a", "disk.img",
                   "-i", "mnt")
        guestfish("add disk.img\nrun\nmount /dev/sda1 /\n"
                  "mkdir /bin\nwrite /etc/fstab '/dev/sda1 / ext4 x 0 1'\n"
                  "write /etc/os-release 'ID=debian'\n")
        for option in ("-i", "--inspector"):
            with self.mounted(disk=["-a", "disk.img", option]):
                self.assertIn("etc", os.listdir("mnt"))

    def make_encrypted(self):
        """disk.img becomes a LUKS device, with the name for -m."""
        if is_planned("cryptsetup-open"):
            self.skipTest("LUKS is not implemented yet")
        if not shutil.which("cryptsetup"):
            self.skipTest("there is no cryptsetup")
        for name, text in ("key", "secret\n"), ("exact-key", "secret"):
            pathlib.Path(name).write_text(text, encoding="ascii")
        with open("disk.img", "r+b") as f:
            f.truncate(0)
            f.truncate(32 << 20)
        # Keys that are found out as quickly as they are tried.
        subprocess.run(["cryptsetup", "luksFormat", "--batch-mode",
                        "--type=luks2", "--pbkdf=pbkdf2",
                        "--pbkdf-force-iterations=1000", "disk.img",
                        "exact-key"], check=True)
        uuid = subprocess.run(["cryptsetup", "luksUUID", "disk.img"],
                              check=True, capture_output=True,
                              text=True).stdout.strip()
        device = f"/dev/mapper/luks-{uuid}"
        with open("key", encoding="ascii") as key:
            run("guestfish", "--keys-from-stdin", "-a", "disk.img", "run",
                ":", "cryptsetup-open", "/dev/sda", f"luks-{uuid}", ":",
                "mkfs", "ext4", device, ":", "mount", device, "/", ":",
                "mkdir-p", "/home/ann", stdin=key)
        return uuid, device

    def test_encrypted(self):
        uuid, device = self.make_encrypted()
        disk = ["-a", "disk.img", "-m", device]
        for key in ("/dev/sda:key:secret", "all:file:key",
                    f"{uuid.upper()}:key:secret", "/dev/vda:file:key"):
            with self.mounted("--key", "all:key:wrong", "--key", key,
                              disk=disk):
                self.assertIn("home", os.listdir("mnt"))
        self.fails("/dev/sda: --key does not open it", "--key",
                   "all:key:wrong", *disk, "mnt")
        self.fails(f"{device}: No such file", "--key",
                   "/dev/sdb:key:secret", *disk, "mnt")

    def test_encrypted_guest(self):
        """Without --key, -i asks."""
        if is_planned("inspect-os"):
            self.skipTest("inspect-os is not implemented yet")
        _, device = self.make_encrypted()
        with open("key", encoding="ascii") as key:
            run("guestfish", "--keys-from-stdin", "-a", "disk.img", "run",
                ":", "cryptsetup-open", "/dev/sda", "x", ":", "mount",
                "/dev/mapper/x", "/", ":", "mkdir", "/bin", ":", "mkdir",
                "/etc", ":", "write", "/etc/fstab", f"{device} / ext4 x 0 1",
                ":", "write", "/etc/os-release", "ID=debian", stdin=key)
        with open("key", encoding="ascii") as key:
            run("guestmount", "--keys-from-stdin", "--echo-keys", "-a",
                "disk.img", "-i", "mnt", stdin=key)
        self.assertEqual(os.listdir("mnt/home"), ["ann"])
        run("guestunmount", "mnt")
        self.fails("/dev/sda is encrypted: standard input: no key is there",
                   "--keys-from-stdin", "-a", "disk.img", "-i", "mnt")
        with open("exact-key", "w", encoding="ascii") as f:
            f.write("wrong\n")
        with open("exact-key", encoding="ascii") as key:
            self.fails("libguestfs: error: cryptsetup_open: ",
                       "--keys-from-stdin", "-a", "disk.img", "-i", "mnt",
                       stdin=key)


class Manual(Mounting):
    """Each example begins in a folder with nothing but disk.img."""

    def check_page(self, name):
        page = (ROOT / f"docs/{name}.1.md").read_text(encoding="utf-8")
        blocks = BLOCK.findall(page.partition("# DESCRIPTION")[2])
        blocks = [(kind, text) for kind, text in blocks if kind != "text"]
        path = f"{BUILD}/tools:{BUILD}/shell:{os.environ['PATH']}"
        for (kind, text), after in zip(blocks, blocks[1:] + [("", "")]):
            if kind == "output":
                continue
            os.rmdir("mnt")
            done = subprocess.run(["/bin/sh", "-e", "-c", text], check=False,
                                  capture_output=True, text=True,
                                  env=os.environ | {"PATH": path},
                                  timeout=TIMEOUT)
            self.assertEqual((done.returncode, done.stderr), (0, ""), text)
            if after[0] == "output":
                self.assertEqual(done.stdout, after[1], text)
            self.assertFalse(is_mounted("mnt"))
            fresh_disk()
            for path_left in set(os.listdir()) - {"disk.img", "mnt"}:
                os.unlink(path_left)
        self.assertGreater(len(blocks), 4)

    def test_guestmount(self):
        self.check_page("guestmount")

    def test_guestunmount(self):
        self.check_page("guestunmount")


if __name__ == "__main__":
    main()
