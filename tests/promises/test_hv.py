# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU of the user's own: wrappers, as the manual has them, programs that
are somewhere else or something else, and parameters that are added.
"""

import os
import pathlib
import re
import shutil
import socket
import tempfile
import unittest

import guestfs

from support import MIB, TestCase, adopt_orphans
from test_direct import Log

QEMU = f"/usr/bin/qemu-system-{os.uname().machine}"
FIRMWARE = "-L /usr/share/qemu -L /usr/share/seabios"
MEMSIZE = 256  # MiB

CACHE = None


def setUpModule():
    global CACHE
    CACHE = tempfile.mkdtemp(prefix="test-hv-cache.")


def tearDownModule():
    shutil.rmtree(CACHE)


class HvTestCase(TestCase):
    def machine(self, hv=None, prepare=None, launch=True):
        g = guestfs.GuestFS(python_return_dict=True)
        self.addCleanup(g.close)
        log = Log(g)
        g.set_backend("direct")
        g.set_backend_setting("force_tcg", "1")
        g.set_cachedir(CACHE)
        g.set_memsize(MEMSIZE)
        g.add_drive_scratch(MIB)
        if hv:
            g.set_hv(str(hv))
        if prepare:
            prepare(g)
        if launch:
            g.launch()
            self.assertEqual(g.list_devices(), ["/dev/sda"])
        return g, log

    def fails(self, hv=None, prepare=None):
        g, _ = self.machine(hv, prepare, launch=False)
        with self.assertRaises(RuntimeError) as caught:
            g.launch()
        self.assertTrue(g.is_config())
        return str(caught.exception)

    def script(self, *lines, name="qemu.wrapper", shell="#!/bin/sh -"):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([shell, *lines, ""]), encoding="ascii")
        path.chmod(0o755)
        return path


class Wrappers(HvTestCase):
    def test_of_the_manual(self):
        """A QEMU that was built somewhere, and its firmware."""
        (self.folder / "x86_64-softmmu").mkdir()
        shutil.copy(QEMU, self.folder / "x86_64-softmmu/qemu")
        (self.folder / "pc-bios").mkdir()
        for folder in "/usr/share/qemu", "/usr/share/seabios":
            for path in pathlib.Path(folder).glob("*.*"):
                if path.is_file() and path.stat().st_size < MIB:
                    shutil.copy(path, self.folder / "pc-bios")
        wrapper = self.script(
            f"qemudir={self.folder}",
            # Debian's is in parts, and this is a copy of it.
            "export QEMU_MODULE_DIR=$(echo /usr/lib/*-linux-*/qemu)",
            'exec $qemudir/x86_64-softmmu/qemu -L $qemudir/pc-bios "$@"')
        _, log = self.machine(wrapper)
        self.assertIn("started by a script", log.text)
        self.assertIn("    -sandbox    on,", log.text)

    def test_that_edits_options(self):
        wrapper = self.script(
            "i=0",
            "while [ $# -gt 0 ]; do",
            '    case "$1" in',
            "    -machine)",
            "        shift 2;;",
            "    *)",
            '        args[i]="$1"',
            "        (( i++ ))",
            "        shift ;;",
            "    esac",
            "done",
            f'exec {QEMU} {FIRMWARE} -machine pc,accel=tcg "${{args[@]}}"',
            shell="#!/bin/bash -")
        g, _ = self.machine(wrapper)
        self.assertIn("440FX", g.debug(
            "sh", ["cat /sys/class/dmi/id/product_name"]))

    def test_in_the_home_folder(self):
        """It knows where that is, which others may not look into."""
        home = self.folder / "home"
        home.mkdir(0o700)
        self.addCleanup(os.environ.__setitem__, "HOME",
                        os.environ.get("HOME", "/"))
        os.environ["HOME"] = str(home)
        self.script(f'exec {QEMU} {FIRMWARE} "$@"', name="home/real")
        self.machine(self.script('exec "$HOME/real" "$@"', name="home/hv"))

    def built(self, edit):
        """One whose answers, through QMP, sed has changed."""
        return self.script(
            'case "$*" in *"-qmp stdio")',
            f"    {QEMU} \"$@\" | sed '{edit}'; exit;;",
            "esac",
            f'exec {QEMU} {FIRMWARE} "$@"')

    def test_without_sandbox(self):
        for wrapper in (
                self.built('s/"option": "sandbox"/"option": "other"/'),
                self.script('case "$*" in *-sandbox*)',
                            "    echo failed to install seccomp >&2; exit 1;;",
                            "esac",
                            f'exec {QEMU} {FIRMWARE} "$@"')):
            _, log = self.machine(wrapper)
            self.assertIn("without -sandbox", log.text)
            self.assertNotIn("    -sandbox    on,", log.text)

    def test_without_accelerator(self):
        def force_kvm(g):
            g.clear_backend_setting("force_tcg")
            g.set_backend_setting("force_kvm", "1")

        message = self.fails(self.built("s/kvm-accel/other/"), force_kvm)
        self.assertIn("qemu.wrapper was built without KVM, and the setting "
                      "force_kvm asks for it", message)
        self.assertIn("qemu.wrapper was built without TCG",
                      self.fails(self.built("s/tcg-accel/other/")))

    def test_without_what_appliances_need(self):
        self.assertIn("qemu.wrapper: this QEMU was built without "
                      "virtserialport, which the appliance needs",
                      self.fails(self.built("s/virtserialport/other/")))
        message = self.fails(self.built("s/\"arch\": \"x86_64\"/"
                                        "\"arch\": \"mips64\"/"))
        self.assertIn("qemu.wrapper: it emulates mips64, and the appliance "
                      "is made of this host's", message)

    def test_that_answers_strangely(self):
        self.assertIn("to query-migrate-capabilities, it answers: "
                      '{"id": 2, "return": {}}', self.fails(self.built(
                          's/.*"capability":.*/{"id": 2, "return": {}}/')))
        self.assertIn("asked through QMP what it can do, it exits with "
                      "status 0 and prints nothing",
                      self.fails(self.built("d")))

    def test_that_fails(self):
        message = self.fails(self.script("echo it is Sunday >&2", "exit 3"))
        self.assertIn("qemu.wrapper: this is not QEMU: asked for its version, "
                      "it exits with status 3 and prints it is Sunday",
                      message)
        message = self.fails(self.script(
            f'case "$*" in *--version) exec {QEMU} --version;; esac',
            "echo it is Sunday >&2", "exit 3"))
        self.assertIn("asked through QMP what it can do, it exits with "
                      "status 3 and prints it is Sunday", message)
        message = self.fails(self.script(
            f'case "$*" in *--version|*"-qmp stdio") exec {QEMU} "$@";; esac',
            "echo it is Sunday >&2", "exit 3"))
        self.assertIn("the appliance has died", message)
        self.assertIn("it is Sunday", message)

    def test_that_never_ends(self):
        message = self.fails(self.script("exec sleep 1000"))
        self.assertIn("qemu.wrapper: asked for its version, it did not answer",
                      message)

    def test_of_nothing(self):
        message = self.fails(self.script(shell="#!/no/such/shell"))
        self.assertIn("qemu.wrapper", message)
        self.assertIn("No such file or directory", message)

    def test_what_it_can_not_do(self):
        """A script, and what it starts, can write to nothing, reach nobody,
        and see no process."""
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(str(self.folder / "socket"))
        server.listen()
        os.mkfifo(self.folder / "fifo")
        fifo = os.open(self.folder / "fifo", os.O_RDWR)
        self.addCleanup(os.close, fifo)
        program = self.folder / "attempts.py"
        program.write_text(f"""
import os, socket
def attempt(name, function, *args):
    try:
        function(*args)
        print(name, "worked")
    except OSError as e:
        print(name, "failed")
folder = {str(self.folder)!r}
def connect():
    socket.socket(socket.AF_UNIX).connect(folder + "/socket")
attempt("reading", open, folder + "/attempts.py")
attempt("writing", open, folder + "/new", "w")
attempt("memory", open, "/dev/shm/new", "w")
attempt("connecting", connect)
attempt("sockets", socket.socketpair)
attempt("mode", os.chmod, folder + "/fifo", 0o777)
attempt("proc", open, "/proc/sys/kernel/hostname", "w")
attempt("signal", os.kill, {os.getpid()}, 0)
attempt("disk", os.stat, "/dev/mem")
print("processes", sorted(int(n) for n in os.listdir("/proc") if
                          n.isdigit())[0])
""", encoding="ascii")
        wrapper = self.script(
            f'case "$*" in *--version|*"-qmp stdio") exec {QEMU} "$@";; esac',
            f"/usr/bin/python3 {program} >&2",
            f'exec {QEMU} {FIRMWARE} "$@"')
        _, log = self.machine(wrapper)
        for name in ("writing", "memory", "connecting", "sockets", "mode",
                     "proc", "signal", "disk"):
            self.assertIn(f"{name} failed", log.text)
        self.assertIn("reading worked", log.text)
        self.assertIn("processes 1\n", log.text.replace("\r", ""))
        self.assertFalse((self.folder / "new").exists())


class Programs(HvTestCase):
    def own(self):
        """A program of the user's, in a folder like /usr."""
        (self.folder / "bin").mkdir()
        (self.folder / "share").mkdir()
        for name in "qemu", "seabios":
            (self.folder / "share" / name).symlink_to(f"/usr/share/{name}")
        (self.folder / "lib").symlink_to("/usr/lib")
        return shutil.copy(QEMU, self.folder / "bin/my-qemu")

    def test_somewhere_else(self):
        hv = self.own()
        _, log = self.machine(hv)
        self.assertIn("not the host's own", log.text)
        _, log = self.machine(hv)
        self.assertNotIn("booting", log.text)  # it has a template

    def test_looked_for_in_path(self):
        _, log = self.machine(os.path.basename(QEMU))
        self.assertIn(f"{QEMU}: QEMU ", log.text)

    def test_named_by_the_environment(self):
        wrapper = self.script(f'exec {QEMU} {FIRMWARE} "$@"')
        for name in "LIBGUESTFS_QEMU", "LIBGUESTFS_HV":
            os.environ[name] = str(wrapper)
            self.addCleanup(os.environ.pop, name, None)
            g, log = self.machine(launch=False)
            self.assertEqual(g.get_hv(), str(wrapper))
            del os.environ[name]
        g.launch()
        self.assertIn("started by a script", log.text)

    def test_what_is_no_qemu(self):
        plain = self.folder / "plain"
        plain.write_bytes(b"")
        for hv, why in (
                ("/bin/false", "/bin/false: this is not QEMU"),
                ("/bin/cat", "/bin/cat: this is not QEMU"),
                (plain, f"{plain}: not executable: Permission denied"),
                (self.folder, f"{self.folder}: not a program"),
                (self.folder / "none", "none: No such file or directory"),
                ("no-such-qemu", "no-such-qemu: No such file")):
            self.assertIn(why, self.fails(hv))

    def test_folder(self):
        for backend in "uml", "direct":
            with self.subTest(backend):
                self.assertIn("/usr/bin: not a program", self.fails(
                    "/usr/bin", lambda g: g.set_backend(backend)))

    def test_old(self):
        message = self.fails(self.script(
            "echo QEMU emulator version 6.2.0"))
        self.assertIn("this is QEMU 6.2.0; at least QEMU 7.2 is needed",
                      message)

    def test_what_is_remembered(self):
        """What a program has said, until it is another one."""
        hv = self.own()
        before = set(pathlib.Path(CACHE).glob(".guestfs-*/qemu-*"))
        self.machine(hv)
        known, = set(pathlib.Path(CACHE).glob(".guestfs-*/qemu-*")) - before
        text = known.read_text(encoding="ascii")
        version, = re.findall(r"^\d+\.\d+\.\d+$", text, re.M)
        known.write_text(text.replace(version, "6.2.0"), encoding="ascii")
        self.assertIn("this is QEMU 6.2.0", self.fails(hv))
        known.write_text(text.replace("x-ignore-shared\n", ""),
                         encoding="ascii")
        _, log = self.machine(hv)
        self.assertIn("without templates", log.text)
        os.utime(hv)
        self.machine(hv)
        for damage in b"", b"\0" * 100:
            known.write_bytes(damage)
            self.machine(hv)


class Parameters(HvTestCase):
    refused = [
        ("-kernel", "/boot/vmlinuz"), ("-initrd", "x"), ("-append", "x"),
        ("-nographic", None), ("-display", "none"), ("-vnc", ":1"),
        ("-vga", "std"), ("-std-vga", None), ("-full-screen", None),
        ("-curses", None), ("-serial", "stdio"), ("-monitor", "stdio"),
        ("-qmp", "stdio"), ("-mon", "chardev=x"), ("-S", None),
        ("-incoming", "defer"), ("-daemonize", None), ("-no-shutdown", None),
        ("-m", "100"), ("-machine", "memory-backend=x"),
        ("-M", "q35,memory-backend=x"), ("-sandbox", "off"),
        ("-chroot", "/"), ("-runas", "nobody"), ("--kernel", "x"),
    ]

    def test_refused(self):
        g, _ = self.machine(launch=False)
        for name, value in self.refused:
            with self.assertRaisesRegex(RuntimeError,
                                        f"{name}.*can't be added: "):
                g.config(name, value)
        g.launch()  # nothing of it was kept

    def test_added(self):
        def add(g):
            g.config("-device", "virtio-rng-pci,id=dice")
            g.config("-name", "guest,debug-threads=off")
            g.config("-M", "hpet=off")

        for _ in range(2):  # the second one from a template
            g, log = self.machine(prepare=add)
            self.assertIn("0x1005\n", g.debug(  # Virtio 1.2, 4.1.2: entropy
                "sh", ["cat /sys/bus/pci/devices/*/device"]).replace(
                    "0x1044", "0x1005"))
        self.assertNotIn("booting", log.text)
        g, log = self.machine()
        self.assertNotIn("0x1005\n", g.debug(
            "sh", ["cat /sys/bus/pci/devices/*/device"]).replace(
                "0x1044", "0x1005"))

    def test_disliked_by_qemu(self):
        message = self.fails(
            prepare=lambda g: g.config("-device", "no-such-device"))
        self.assertIn("'no-such-device' is not a valid device", message)


if __name__ == "__main__":
    adopt_orphans()
    unittest.main()
