# SPDX-License-Identifier: GPL-2.0-or-later
"""What the back end "auto" chooses, and what it does when that does not start:
with programs in the place of guestfs-probe-kvm and guestfs-confine.
"""

import ctypes
import errno
import os
import pathlib
import socket
import subprocess
import sys
import unittest

import guestfs

from support import MIB, TestCase, adopt_orphans, descendants

LIBEXEC = pathlib.Path(os.environ["LIBGUESTFS_LIBEXECDIR"])
PROBE = LIBEXEC / "guestfs-probe-kvm"
UML = "/usr/bin/linux.uml"
QEMU = f"/usr/bin/qemu-system-{os.uname().machine}"
NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
TIMEOUT = 60  # seconds
_lib = ctypes.CDLL("libguestfs.so.0")

WORKS = "works /dev/kvm"
BROKEN = "broken /dev/kvm: a guest took too long"

FAKE_PROBE = """#!/bin/sh
echo asked >> {folder}/asked
echo '{verdict}'
exit {status}
"""

# Notes what it is to start, and refuses that if it is in the list.
FAKE_CONFINE = """#!{python} -SE
import os, sys
argv = sys.argv[1:]
word = [a.split("=")[1] for a in argv if a.startswith("--profile=")][0]
if word.startswith("qemu"):
    word = "kvm" if any("accel=kvm" in a for a in argv) else "tcg"
with open("{folder}/started", "a") as f:
    f.write(word + "\\n")
if word in {refused!r}:
    fd = [int(a.split("=")[1]) for a in argv if a.startswith("--control=")][0]
    os.write(fd, b"error EPERM this test refuses " + word.encode() + b"\\n")
    sys.exit(1)
os.execv("{real}", ["{real}"] + argv)
"""

FAKE_BUILD = """#!/bin/sh
for name in kernel initrd root; do
    : > {folder}/$name
    echo "$name {folder}/$name"
done
"""


def write_program(path, text):
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="ascii")
    path.chmod(0o755)


class Probe(TestCase):
    """The program itself."""

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)

    def probe(self, *options, before=()):
        """What it prints and exits with; nothing stays behind."""
        result = subprocess.run([*before, PROBE, *options], text=True,
                                capture_output=True, timeout=TIMEOUT,
                                check=False)
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.stdout.count("\n"), 1)
        self.assertEqual(descendants(os.getpid()), [])
        return result.stdout.rstrip("\n"), result.returncode

    def test_absent(self):
        self.assertEqual(self.probe("--device=/nowhere/kvm"),
                         ("absent /nowhere/kvm: No such file or directory",
                          1))

    def test_forbidden(self):
        device = self.folder / "device"
        device.touch()
        before = NOBODY if os.geteuid() == 0 else []
        for mode, pattern in (0, "$"), (0o060, r" \(members of the group "
                                               r"'?[\w-]+'? may\)$"):
            device.chmod(mode)
            verdict, status = self.probe(f"--device={device}", before=before)
            self.assertRegex(verdict, f"^forbidden {device}: "
                                      f"Permission denied{pattern}")
            self.assertEqual(status, 1)

    def test_device_that_is_no_kvm(self):
        (self.folder / "file").touch()
        for device in "/dev/null", self.folder / "file":
            self.assertEqual(self.probe(f"--device={device}"),
                             (f"broken {device}: KVM_GET_API_VERSION: "
                              "Inappropriate ioctl for device", 1))

    @unittest.skipUnless(os.access("/dev/kvm", os.R_OK | os.W_OK),
                         "/dev/kvm can't be opened")
    def test_real(self):
        """Whatever it is: one of two answers, in bounded time, and what ran
        the guest is gone."""
        verdict, status = self.probe()
        self.assertRegex(verdict, "^(works|broken) /dev/kvm")
        if "took more than 100 ms" in verdict:
            self.assertEqual(status, 0)

    def test_bad_options(self):
        for option in "--cpu-limit=0", "--cpu-limit=x", "--other", "word":
            result = subprocess.run([PROBE, option], capture_output=True,
                                    text=True, timeout=TIMEOUT, check=False)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertRegex(result.stderr, r"^error [A-Z]+ .*\n$")


def query_kvm(*before):
    """Whether QEMU says that it uses KVM, and what it prints.  Words before it
    start it; {0} and {1} are its monitor and the other end of a socket."""
    ours, theirs = socket.socketpair()
    control, theirs_too = socket.socketpair()
    fds = [theirs.fileno(), theirs_too.fileno()]
    before = [b.format(*fds) for b in before]
    with ours, control, subprocess.Popen(
            [*before, QEMU, "-L", "/usr/share/qemu", "-nodefaults",
             "-no-user-config", "-display", "none", "-machine",
             "none,accel=kvm", "-chardev", f"socket,id=m,fd={fds[0]}",
             "-mon", "chardev=m,mode=control"], pass_fds=fds,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        theirs.close()
        theirs_too.close()
        answer = b""
        try:
            ours.sendall(b'{"execute": "qmp_capabilities"}'
                         b'{"execute": "query-kvm"}{"execute": "quit"}')
            while (more := ours.recv(4096)):
                answer += more
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has ended
        errors = process.communicate(timeout=TIMEOUT)[1]
    return b'"enabled": true' in answer, errors.decode()


class Confined(unittest.TestCase):
    @unittest.skipUnless(os.access("/dev/kvm", os.R_OK | os.W_OK),
                         "/dev/kvm can't be opened")
    def test_qemu_can_use_kvm(self):
        """Where it can without being confined."""
        if not query_kvm()[0]:
            self.skipTest("QEMU can't use KVM here")
        usable, errors = query_kvm(
            str(LIBEXEC / "guestfs-confine"), "--control={1}",
            "--profile=kvm", f"--memory={64 * MIB}", "--keep={0}", "--")
        self.assertTrue(usable, errors)


class Choosing(TestCase):
    def setUp(self):
        super().setUp()
        self.libexec = self.folder / "libexec"
        self.libexec.mkdir()
        for path in LIBEXEC.iterdir():
            (self.libexec / path.name).symlink_to(path.resolve())
        (self.folder / "cache").mkdir()
        self.set_variable("LIBGUESTFS_LIBEXECDIR", self.libexec)
        self.set_variable("LIBGUESTFS_CACHEDIR", self.folder / "cache")
        for name in ("LIBGUESTFS_BACKEND", "LIBGUESTFS_BACKEND_SETTINGS",
                     "LIBGUESTFS_ATTACH_METHOD", "LIBGUESTFS_HV",
                     "LIBGUESTFS_QEMU", "LIBGUESTFS_PATH"):
            self.set_variable(name, "")
        self.log = []

    def set_variable(self, name, value):
        old = os.environ.get(name)
        os.environ[name] = str(value)
        self.addCleanup(os.environ.__setitem__, name, old or "")

    def prepare(self, verdict, refused=(), status=1, build=False):
        """What KVM is, and what can't be started: uml, kvm, tcg."""
        facts = {"folder": self.folder, "python": sys.executable,
                 "verdict": verdict, "status": status,
                 "refused": list(refused), "real": LIBEXEC / "guestfs-confine"}
        write_program(self.libexec / "guestfs-probe-kvm",
                      FAKE_PROBE.format(**facts))
        write_program(self.libexec / "guestfs-confine",
                      FAKE_CONFINE.format(**facts))
        if not build:
            write_program(self.libexec / "guestfs-build-appliance",
                          FAKE_BUILD.format(**facts))

    def words(self, name):
        """The lines of a file that the programs write to."""
        path = self.folder / name
        lines = path.read_text("ascii").split() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def started(self):
        """In order, each one once."""
        return list(dict.fromkeys(self.words("started")))

    def new(self, backend=None, settings=()):
        g = guestfs.GuestFS()
        self.addCleanup(g.close)
        self.log.clear()
        g.set_verbose(True)
        g.set_event_callback(lambda *a: self.log.append(a[2]),
                             guestfs.EVENT_LIBRARY)
        g.set_event_callback(lambda *a: None, guestfs.EVENT_APPLIANCE)
        g.set_backend_settings(list(settings))
        if backend:
            g.set_backend(backend)
        g.add_drive_scratch(MIB)
        return g

    def launch(self, *args):
        """A handle, and the line that says what was chosen in the end."""
        g = self.new(*args)
        g.launch()
        return g, [s for s in self.log if "the back end is" in s][-1]

    def fail_to_launch(self, g, errnum=None):
        with self.assertRaises(RuntimeError) as caught:
            g.launch()
        if errnum:
            self.assertEqual(_lib.guestfs_last_errno(
                ctypes.c_void_p(g.c_pointer())), errnum)
        self.assertEqual(g.is_config(), 1)
        self.assertEqual(g.get_backend(), "auto")
        return str(caught.exception)

    def test_uml_where_kvm_is_not(self):
        for verdict, phrase in (
                ("absent /dev/kvm: No such file or directory",
                 "KVM is absent: /dev/kvm: No such file or directory"),
                ("forbidden /dev/kvm: Permission denied (members of the "
                 "group 'kvm' may)", "KVM is forbidden: /dev/kvm: "),
                (BROKEN, "KVM is broken: /dev/kvm: a guest took too long")):
            self.prepare(verdict)
            g, choice = self.launch()
            self.assertEqual(g.get_backend(), "uml")
            self.assertEqual(g.get_hv(), UML)
            self.assertIn(f"is uml, since others are not possible: direct "
                          f"with KVM: {phrase}", choice)
            self.assertEqual(self.started(), ["uml"])
            g.shutdown()
            self.assertEqual(g.get_backend(), "auto")

    def test_no_probe(self):
        self.prepare(WORKS)
        for text, phrase in ("#!/bin/sh\nexit 3\n", ""), (None, "No such"):
            path = self.libexec / "guestfs-probe-kvm"
            if text:
                write_program(path, text)
            else:
                path.unlink()
            g, choice = self.launch()
            self.assertEqual(g.get_backend(), "uml")
            self.assertIn("KVM can't be probed: ", choice)
            self.assertIn(phrase, choice)

    def test_kvm_that_works_comes_first(self):
        self.prepare(WORKS, refused=["kvm"])
        g, choice = self.launch()
        self.assertEqual(g.get_backend(), "uml")
        self.assertIn("direct with KVM: this test refuses kvm", choice)
        self.assertEqual(self.started(), ["kvm", "uml"])
        self.assertTrue(any(s.endswith("the back end is direct with KVM")
                            for s in self.log), self.log)

    def test_emulation_where_uml_does_not_start(self):
        """And a drive that can't be written to still is as it was."""
        self.prepare(BROKEN, refused=["uml"], build=True)
        image = self.image("image", MIB, (0, b"before"))
        g = self.new()
        g.add_drive_ro(str(image))
        g.launch()
        self.assertEqual(g.get_backend(), "direct")
        self.assertIn("qemu-system-", g.get_hv())
        self.assertEqual(self.started(), ["uml", "tcg"])
        self.assertIn("the back end is direct with TCG, since others are not "
                      "possible: direct with KVM: KVM is broken: /dev/kvm: a "
                      "guest took too long; uml: this test refuses uml",
                      "\n".join(self.log))
        g.pwrite_device("/dev/sdb", b"after", 0)
        self.assertEqual(g.pread_device("/dev/sdb", 6, 0), b"aftere")
        g.shutdown()
        self.assertEqual(image.read_bytes()[:6], b"before")

        self.image("zeros", MIB)
        g = self.new()
        g.add_drive_opts("zeros", format="qcow2")
        self.assertIn("not in qcow2 format", self.fail_to_launch(g))
        self.assertEqual(self.words("started"), ["uml", "tcg"])
        self.assertTrue(list(self.folder.glob("cache/*/template-*")))

    def test_every_reason_where_nothing_works(self):
        self.prepare(WORKS, refused=["kvm", "uml", "tcg"])
        text = self.fail_to_launch(self.new(), errno.EPERM)
        self.assertEqual(text.splitlines(), [
            "launch: no back end can be launched:",
            "- direct with KVM: this test refuses kvm",
            "- uml: this test refuses uml",
            "- direct with TCG: this test refuses tcg"])
        self.assertEqual(self.started(), ["kvm", "uml", "tcg"])

    def test_kernel_is_missing(self):
        program = [sys.executable, "-c",
                   "import guestfs; g = guestfs.GuestFS(); "
                   "g.add_drive_scratch(512); g.launch()"]
        if not os.path.exists(UML):
            self.skipTest(f"{UML} is missing anyway")
        self.prepare(BROKEN, refused=["uml", "tcg"])
        result = subprocess.run(
            ["unshare", "-Urm", "sh", "-c",
             f'mount --bind /dev/null {UML} || exit 77; exec "$@"', "sh",
             *program], capture_output=True, text=True, check=False,
            timeout=TIMEOUT)
        if result.returncode == 77 or "unshare failed" in result.stderr:
            self.skipTest("no user namespaces")
        self.assertIn("- direct with KVM: KVM is broken: ", result.stderr)
        self.assertIn(f"- uml: {UML}: Permission denied\n", result.stderr)
        self.assertIn("- direct with TCG: this test refuses tcg",
                      result.stderr)
        self.assertEqual(self.started(), ["tcg"])

    def test_the_fault_of_a_drive(self):
        self.prepare(BROKEN)
        self.image("garbage", MIB)
        g = self.new()
        g.add_drive_opts("garbage", format="qcow2")
        text = self.fail_to_launch(g)
        self.assertNotIn("no back end", text)
        self.assertEqual(self.started(), ["uml", "storage"])

        g = self.new()
        g.add_drive_opts("garbage", format="raw")
        os.unlink("garbage")
        self.assertIn("garbage", self.fail_to_launch(g, errno.ENOENT))
        self.assertEqual(self.started(), [])

    def test_what_fails_everywhere(self):
        """A kernel that runs and does not boot, memory that is not there."""
        self.prepare(BROKEN)
        g = self.new()
        g.set_append("init=/nothing/there")
        self.assertIn("died", self.fail_to_launch(g))
        self.assertEqual(self.started(), ["uml"])
        g = self.new()
        g.set_memsize(1 << 30)
        self.fail_to_launch(g, errno.ENOMEM)
        self.assertEqual(self.started(), ["uml"])

    def test_named_back_ends(self):
        self.prepare(WORKS, refused=["kvm", "uml", "tcg"])
        for backend, settings, started in (
                ("uml", [], ["uml"]),
                ("direct", ["force_tcg"], ["tcg"]),
                ("direct", ["force_kvm=1"], ["kvm"]),
                ("direct", ["force_kvm=0", "force_tcg=yes"], ["tcg"])):
            g = self.new(backend, settings)
            with self.assertRaisesRegex(RuntimeError, "^launch: this test"):
                g.launch()
            self.assertEqual(self.started(), started)
            self.assertEqual(g.get_backend(), backend)

    def test_direct_without_a_choice(self):
        """KVM if it works, and if that was wrong, emulation."""
        self.prepare(WORKS, refused=["kvm"], build=True)
        image = self.image("image", MIB, (0, b"before"))
        g = self.new("direct")
        g.add_drive(str(image))
        g.launch()
        self.assertEqual(self.started(), ["kvm", "tcg"])
        self.assertIn("QEMU with tcg, since it does not start with kvm: this "
                      "test refuses kvm", "\n".join(self.log))
        self.assertEqual(g.pread_device("/dev/sdb", 6, 0), b"before")
        g.close()
        self.prepare(BROKEN, build=True)
        g = self.new("direct")
        g.launch()
        self.assertEqual(self.started(), ["tcg"])
        self.assertIn("QEMU with tcg: KVM is broken", "\n".join(self.log))
        g.close()
        self.prepare(WORKS, refused=["kvm", "tcg"])
        with self.assertRaisesRegex(
                RuntimeError, "^launch: neither with KVM \\(this test refuses "
                              "kvm\\) nor with TCG: this test refuses tcg$"):
            self.new("direct").launch()

    def test_forced_kvm_that_is_broken(self):
        self.prepare(BROKEN)
        g = self.new("direct", ["force_kvm"])
        with self.assertRaisesRegex(RuntimeError, "KVM is broken.*force_kvm"):
            g.launch()
        text = self.fail_to_launch(self.new(None, ["force_kvm"]),
                                   errno.ENOTSUP)
        self.assertIn("- direct with KVM: KVM is broken", text)
        self.assertIn("- uml: the setting force_kvm", text)
        self.assertIn("- direct with TCG: the setting force_kvm", text)
        self.assertEqual(self.started(), [])

    def test_settings_choose_qemu(self):
        self.prepare(WORKS, refused=["kvm", "uml", "tcg"])
        for setting, started in (("force_tcg", ["tcg"]),
                                 ("force_kvm", ["kvm"])):
            self.fail_to_launch(self.new(None, [setting]), None)
            self.assertEqual(self.started(), started)
        g = self.new()
        g.config("-device", "virtio-rng-pci")
        self.assertIn("uml: -device: parameters", self.fail_to_launch(g))
        self.assertEqual(self.started(), ["kvm", "tcg"])

    def test_many_drives(self):
        self.prepare(BROKEN, refused=["uml", "tcg"])
        g = self.new()
        self.assertEqual(g.max_disks(), 255)
        for _ in range(40):
            g.add_drive_scratch(512)
        self.assertIn("uml: 41 drives were added; it can have 40",
                      self.fail_to_launch(g))
        self.assertEqual(self.started(), ["tcg"])

    def test_bad_settings(self):
        self.prepare(WORKS)
        for settings in ["gdb=maybe"], ["force_kvm", "force_tcg"]:
            g = self.new(None, settings)
            text = self.fail_to_launch(g, errno.EINVAL)
            self.assertNotIn("no back end", text)
        self.assertEqual(self.started(), [])

    def test_unknown_settings(self):
        self.prepare(BROKEN)
        for backend, settings in (None, ["speed=high"]), ("uml", ["gdb"]):
            g = self.new(backend, settings)
            warnings = []
            g.set_event_callback(lambda *a, w=warnings: w.append(a[2]),
                                 guestfs.EVENT_WARNING)
            g.launch()
            self.assertEqual(len(warnings), 1)
            self.assertIn(f"does not know the setting '{settings[0]}'",
                          warnings[0])

    def test_program_that_set_hv_names(self):
        self.prepare(WORKS, refused=["kvm", "uml", "tcg"])
        wrapper = self.folder / "wrapper"
        write_program(wrapper, f'#!/bin/sh\nexec {QEMU} "$@"\n')
        for hv, started, phrase in (
                (wrapper, ["kvm", "tcg"], f"uml: {wrapper}, which set_hv"),
                (UML, ["uml"], f"direct with TCG: {UML}: this is not QEMU")):
            g = self.new()
            g.set_hv(str(hv))
            self.assertIn(phrase, self.fail_to_launch(g))
            self.assertEqual(self.started(), started)

    def test_qemu_without_an_accelerator(self):
        """As it says itself: it is not started to find out."""
        self.prepare(WORKS, refused=["kvm", "tcg"])
        wrapper = self.folder / "wrapper"
        for accelerator, started in ("KVM", ["tcg"]), ("TCG", ["kvm"]):
            write_program(wrapper, (
                "#!/bin/sh\n"
                'case "$*" in *"-qmp stdio")\n'
                f'    {QEMU} "$@" | sed s/{accelerator.lower()}-accel/none/\n'
                "    exit;;\nesac\n"
                f'exec {QEMU} "$@"\n'))
            g = self.new()
            g.set_hv(str(wrapper))
            self.assertIn(f"- direct with {accelerator}: {wrapper} was built "
                          f"without {accelerator}", self.fail_to_launch(g))
            self.assertEqual(self.started(), started)

    @unittest.skipUnless(os.access("/dev/kvm", os.R_OK | os.W_OK),
                         "/dev/kvm can't be opened: nothing is kept")
    def test_verdicts_are_kept(self):
        kept = self.folder / "cache" / f".guestfs-{os.geteuid()}" / "kvm"
        for status, times in (1, 3), (0, 1):
            self.prepare(BROKEN, status=status)
            for _ in range(3):
                self.launch()[0].close()
            self.assertEqual(len(self.words("asked")), times)
            self.assertEqual(kept.exists(), status == 0)
        whole = kept.read_bytes()
        for damaged in whole[:-1], b"", b"other" + whole, b"\xff" * 5000:
            kept.write_bytes(damaged)
            self.launch()[0].close()
            self.assertEqual(len(self.words("asked")), 1, damaged)
            self.assertEqual(kept.read_bytes(), whole)
        # Another program may say something else.
        self.prepare("broken /dev/kvm: for another reason", status=0)
        self.assertIn("another reason", self.launch()[1])

    def test_folder_that_can_not_be_written(self):
        self.prepare(BROKEN, status=0)
        folder = self.folder / "cache" / f".guestfs-{os.geteuid()}"
        folder.symlink_to("/nowhere")
        for _ in range(2):
            self.launch()[0].close()
        self.assertEqual(len(self.words("asked")), 2)


if __name__ == "__main__":
    adopt_orphans()
    unittest.main()
