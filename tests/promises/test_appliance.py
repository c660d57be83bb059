# SPDX-License-Identifier: GPL-2.0-or-later
"""The appliance for QEMU is built of what the host has, by an ordinary user,
once; and it boots.
"""

import bz2
import fcntl
import gzip
import lzma
import os
import pathlib
import re
import shutil
import stat
import struct
import subprocess
import unittest

from support import MIB, TestCase, run

BUILDER = str(pathlib.Path(os.environ["LIBGUESTFS_LIBEXECDIR"],
                           "guestfs-build-appliance"))
TIMEOUT = 120  # seconds, for a build or a boot
NOBODY = 65534

# In the daemon's place: says what it sees, and switches off.
MARKER = """#!/bin/sh
echo BEGIN
echo "word: $word"
cat /proc/mounts
modprobe ext4 && modprobe vfat && modprobe md-mod && echo "modules: good"
echo END
echo o > /proc/sysrq-trigger
exec cat
"""

# The setup header of a bzImage: Documentation/arch/x86/boot.rst of Linux.
KERNEL_VERSION = 0x20e
XLOADFLAGS = 0x236
PAYLOAD_OFFSET = 0x248
PAYLOAD_LENGTH = 0x24c


def start(*options, **popen):
    return subprocess.Popen([BUILDER, *map(str, options)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, **popen)


def finish(process):
    """What it printed, as a dict."""
    out, errors = process.communicate(timeout=TIMEOUT)
    if process.returncode != 0 or errors:
        raise AssertionError(f"status {process.returncode}: {errors}")
    return dict(line.split(" ", 1) for line in out.splitlines())


def build(*options):
    return finish(start(*options))


def failure(*options, **popen):
    """The one line of an error: name and message."""
    process = start(*options, **popen)
    out, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1, (process.returncode, out, errors)
    assert out == "" and errors.count("\n") == 1, (out, errors)
    word, name, message = errors.rstrip("\n").split(" ", 2)
    assert word == "error", errors
    return name, message


def identity(appliance):
    return {name: (os.stat(appliance[name]).st_ino,
                   os.stat(appliance[name]).st_mtime_ns)
            for name in ("kernel", "initrd", "root")}


def have_namespaces():
    result = subprocess.run(["unshare", "-Urm", "true"], check=False,
                            capture_output=True)
    return result.returncode == 0


def host_kernel():
    """The newest that has modules."""
    release = max((p.name for p in pathlib.Path("/lib/modules").iterdir()
                   if pathlib.Path("/boot", f"vmlinuz-{p.name}").exists()),
                  key=lambda name: [int(n) for n in re.findall(r"\d+", name)])
    return release, pathlib.Path("/boot", f"vmlinuz-{release}")


def tiny_kernel():
    """An ELF file with the note by which QEMU boots it."""
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen", 0x1000000)
    header = struct.pack("<4sBBB9xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 2, 62,
                         1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 4, 4, 120, 0, 0, len(note), len(note),
                          4)
    return header + segment + note + bytes(100000)


def bzimage(release, payload, size):
    """A kernel's file with that payload, which was so large."""
    sectors = 4
    image = bytearray((sectors + 1) * 512)
    image[0x1f1] = sectors
    image[0x1fe:0x202] = b"\x55\xaa\xeb\x66"
    image[0x202:0x208] = b"HdrS" + struct.pack("<H", 0x20f)
    image[KERNEL_VERSION:KERNEL_VERSION + 2] = struct.pack("<H", 0x100)
    image[XLOADFLAGS] = 1
    image[PAYLOAD_OFFSET:PAYLOAD_OFFSET + 8] = struct.pack(
        "<II", 16, len(payload) + 4)
    image[0x300:0x300 + len(release)] = release.encode()
    return (bytes(image) + bytes(16) + payload + struct.pack("<I", size)
            + b"rest")


class ApplianceTestCase(TestCase):

    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"
        self.cache.mkdir(mode=0o700)
        self.daemon = self.folder / "daemon"
        self.daemon.write_text(MARKER, encoding="ascii")
        self.daemon.chmod(0o755)

    def options(self, *more):
        return [f"--daemon={self.daemon}", *more, self.cache]

    def names(self):
        return sorted(p.name for p in self.cache.iterdir())


class Cache(ApplianceTestCase):

    def test_life(self):
        first = build(*self.options())
        before = identity(first)
        self.assertEqual(first["release"], host_kernel()[0])
        self.assertEqual(build(*self.options()), first)
        self.assertEqual(identity(first), before)

        with self.subTest("a file that it consists of has changed"):
            os.utime(self.daemon, (1, 1))
            second = build(*self.options())
            self.assertNotEqual(second["root"], first["root"])
            self.assertFalse(os.path.exists(first["root"]))
            self.assertEqual(len(self.names()), 2, self.names())

        with self.subTest("cut off, and several notice at once"):
            os.truncate(second["root"], os.stat(second["root"]).st_size // 2)
            together = [start(*self.options()) for _ in range(3)]
            results = [finish(p) for p in together]
            third = results[0]
            self.assertEqual(results, [third] * 3)
            run("fsck.erofs", third["root"])
            self.assertEqual(len(self.names()), 2, self.names())

        with self.subTest("a file is missing, and a build was killed"):
            os.unlink(third["initrd"])
            (self.cache / "build-killed" / "staging").mkdir(parents=True)
            fourth = build(*self.options())
            self.assertTrue(os.path.exists(fourth["initrd"]))
            self.assertEqual(len(self.names()), 2, self.names())

        with self.subTest("a fixed appliance, of the same"):
            after = identity(fourth)
            fixed = build(*self.options(f"--output={self.folder}/fixed"))
            self.assertEqual(sorted(os.listdir("fixed")),
                             ["README.fixed", "initrd", "kernel", "root"])
            self.assertEqual(fixed["root"], f"{self.folder}/fixed/root")
            # After a header.
            run("cmp", "--ignore-initial=4096:0", fixed["root"],
                fourth["root"])
            self.assertEqual(identity(fourth), after)

    def test_folder_of_others(self):
        self.cache.chmod(0o777)
        name, message = failure(*self.options())
        self.assertEqual(name, "EPERM")
        self.assertIn(f"{self.cache} can be written by others", message)
        self.assertEqual(self.names(), [])

    def test_somebody_never_ends(self):
        with open(self.cache / "lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            name, message = failure("--patience=1", *self.options())
        self.assertEqual(name, "ETIMEDOUT")
        self.assertIn(f"{self.cache}/lock: somebody else builds an appliance "
                      "there, and does not end", message)

    def test_odd_name(self):
        """What is said of it is said in lines."""
        cache = self.folder / "two\nlines"
        cache.mkdir(0o700)
        name, message = failure(f"--daemon={self.daemon}", cache)
        self.assertEqual(name, "EINVAL")
        self.assertIn("a folder whose name has a newline can't be the cache",
                      message)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give files away")
    def test_folder_of_another_user(self):
        os.chown(self.cache, NOBODY, -1)
        name, message = failure(*self.options())
        self.assertEqual(name, "EPERM")
        self.assertIn(f"belongs to user {NOBODY}", message)

    @unittest.skipUnless(have_namespaces(), "no user namespaces")
    def test_no_room(self):
        for size in 30, 200: # too small for the kernel; for the root
            with self.subTest(size):
                result = subprocess.run(
                    ["unshare", "-Urm", "sh", "-c",
                     f"mount -t tmpfs -o size={size}m,mode=700 none cache\n"
                     '"$@"; ls cache', "sh", BUILDER,
                     *map(str, self.options())],
                    capture_output=True, text=True, timeout=TIMEOUT,
                    check=True)
                self.assertTrue(result.stderr.startswith(
                    f"error ENOSPC no room for the appliance in {self.cache}; "
                    "LIBGUESTFS_CACHEDIR or TMPDIR can name another folder"),
                    result.stderr)
                self.assertEqual(result.stdout, "lock\n")


class Kernel(ApplianceTestCase):
    """Which kernels there are can't be changed, but which one is named."""

    def kernel(self, name, *patches):
        """A copy of the host's kernel; patches are pairs of offset and
        bytes."""
        path = self.folder / name
        shutil.copyfile(host_kernel()[1], path)
        with open(path, "r+b") as f:
            for offset, data in patches:
                f.seek(offset)
                f.write(data)
        return path

    def release_offset(self):
        with open(host_kernel()[1], "rb") as f:
            f.seek(KERNEL_VERSION)
            return 0x200 + struct.unpack("<H", f.read(2))[0]

    def fail(self, path, *more, **popen):
        return failure(*self.options(f"--kernel={path}", *more), **popen)

    def test_not_readable(self):
        path = self.kernel("secret")
        path.chmod(0)
        popen = {}
        if os.geteuid() == 0:
            for p in self.folder, self.cache, self.daemon:
                os.chown(p, NOBODY, NOBODY)
            popen = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        name, message = self.fail(path, **popen)
        owner = f"{path.owner()}:{path.group()}"
        self.assertEqual(name, "EACCES")
        self.assertEqual(
            message, f"the kernel {path} can't be read: it belongs to {owner} "
            f"and has the mode 0000. As root, run 'chmod 0644 {path}', or, to "
            "keep it so, 'dpkg-statoverride --add --update root root 0644 "
            f"{path}'; or name a kernel that you may read in "
            "LIBGUESTFS_KERNEL")

    def test_no_kernel(self):
        self.assertEqual(self.fail("nowhere"),
                         ("ENOENT", "nowhere: No such file or directory"))
        for content in b"", b"text\n" * 1000, bytes(5000):
            path = self.folder / "text"
            path.write_bytes(content)
            name, message = self.fail(path)
            self.assertEqual(name, "ENOEXEC")
            self.assertIn(f"{path}: not a kernel", message)
        self.assertEqual(self.fail("/usr/bin/env")[0], "ENOEXEC")
        self.assertEqual(self.fail(self.folder)[0], "EINVAL")
        os.mkfifo("fifo")
        self.assertEqual(self.fail("fifo")[0], "EINVAL")

    def test_other_architectures(self):
        arm = self.folder / "arm"
        arm.write_bytes(b"MZ" + bytes(0x36) + b"ARM\x64" + bytes(5000))
        for path in arm, self.kernel("i386", (XLOADFLAGS, b"\0\0")):
            name, message = self.fail(path)
            self.assertEqual(name, "ENOEXEC")
            self.assertIn("a kernel for another architecture", message)

    def test_no_modules(self):
        path = self.kernel("new", (self.release_offset(), b"99.9-none \0"))
        name, message = self.fail(path)
        self.assertEqual(name, "ENOENT")
        self.assertIn(f"there are no modules for the kernel {path}: "
                      "/lib/modules/99.9-none/modules.dep", message)
        name, message = self.fail(host_kernel()[1], "--modules=" +
                                  str(self.cache))
        self.assertEqual(name, "ENOENT")
        self.assertIn(f"{self.cache}/modules.dep", message)

    def in_boot(self, boot):
        """Start the builder where /boot is that folder."""
        return subprocess.Popen(
            ["unshare", "-Urm", "sh", "-c",
             f'mount --bind {boot} /boot && exec "$@"', "sh", BUILDER,
             *map(str, self.options())], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @unittest.skipUnless(have_namespaces(), "no user namespaces")
    @unittest.skipIf(list(pathlib.Path("/lib/modules").glob("*/vmlinuz")),
                     "there are kernels in /lib/modules, too")
    def test_choice(self):
        boot = self.folder / "boot"
        boot.mkdir()
        out, errors = self.in_boot(boot).communicate(timeout=TIMEOUT)
        self.assertEqual(out, "")
        self.assertIn("error ENOENT there is no kernel for QEMU", errors)

        release, kernel = host_kernel()
        (boot / "vmlinuz-99.9-none").write_bytes(b"no modules")
        out, errors = self.in_boot(boot).communicate(timeout=TIMEOUT)
        self.assertEqual(out, "")
        self.assertIn("error ENOENT there are no modules for the kernel "
                      "/boot/vmlinuz-99.9-none", errors)

        shutil.copyfile(kernel, boot / f"vmlinuz-{release}")
        first = finish(self.in_boot(boot))
        self.assertEqual(first["release"], release)
        (boot / "grub").touch()
        self.assertEqual(finish(self.in_boot(boot)), first)
        (boot / "vmlinuz-98").touch()
        self.assertNotEqual(finish(self.in_boot(boot)), first)

    def test_modules_without_erofs(self):
        modules = self.folder / "modules"
        modules.mkdir()
        (modules / "modules.dep").write_text("", encoding="ascii")
        (modules / "modules.builtin").write_text("", encoding="ascii")
        name, message = self.fail(host_kernel()[1], f"--modules={modules}")
        self.assertEqual(name, "ENOENT")
        self.assertIn("has no module", message)

    def payloads(self, data):
        """As Linux packs its kernels.  gzip tells the size itself."""
        yield "gzip", gzip.compress(data)[:-4]
        yield "bzip2", bz2.compress(data)
        yield "xz", lzma.compress(data, check=lzma.CHECK_CRC32)
        yield "lzma", lzma.compress(data, format=lzma.FORMAT_ALONE)
        yield "zstd", run("zstd", "-22", "--ultra", "-c", input=data)
        yield "lz4", run("lz4", "-l", "-9", "-c", input=data)

    def test_payloads(self):
        data = tiny_kernel()
        modules = self.folder / "modules" # all is built in
        modules.mkdir()
        (modules / "modules.dep").touch()
        for name, payload in self.payloads(data):
            with self.subTest(name):
                path = self.folder / name
                path.write_bytes(bzimage(host_kernel()[0], payload,
                                         len(data)))
                kernel = build(*self.options(
                    f"--kernel={path}", f"--modules={modules}"))["kernel"]
                self.assertEqual(pathlib.Path(kernel).read_bytes(), data)

    def test_payload_that_is_damaged(self):
        """QEMU gets it as it is: perhaps it knows more."""
        path = self.kernel("odd", (PAYLOAD_LENGTH, bytes(4)))
        kernel = build(*self.options(f"--kernel={path}"))["kernel"]
        run("cmp", path, kernel)

    def test_cut_off(self):
        """QEMU would start it, and it would die without a word."""
        path = self.kernel("short")
        os.truncate(path, 3 * MIB)
        name, message = self.fail(path)
        self.assertEqual(name, "ENOEXEC")
        self.assertIn(f"{path}: this kernel is cut off: {3 * MIB} bytes are "
                      "there, of", message)


def packed(name, data):
    """The data as it would be in a file of that name."""
    return {".xz": lzma.compress, ".gz": gzip.compress,
            ".zst": lambda d: run("zstd", "-c", input=d)}[name.suffix](data)


def pack_modules(folder, source):
    """A folder of modules as distributions have them that pack them, by all
    three programs; but for a few they are links."""
    suffixes = {"erofs": ".xz", "virtio_scsi": ".zst", "virtio": ".gz",
                "ext4": ".zst", "vfat": ".xz", "md-mod": ".gz"}
    shutil.copytree(source, folder, copy_function=os.symlink)
    (folder / "modules.dep").unlink()
    text = (source / "modules.dep").read_text(encoding="ascii")
    for path in {line.split(":")[0] for line in text.splitlines()}:
        suffix = suffixes.get(pathlib.Path(path).stem)
        if suffix:
            new = folder / (path + suffix)
            new.write_bytes(packed(new, (source / path).read_bytes()))
            (folder / path).unlink()
            text = text.replace(path, path + suffix)
    (folder / "modules.dep").write_text(text, encoding="ascii")


class Boot(ApplianceTestCase):

    def boot(self, appliance, *disks, scsi_disks=(), append=""):
        """What it prints: with these disks, in an emulated processor."""
        command = ["qemu-system-x86_64", "-nodefaults", "-display", "none",
                   "-no-reboot", "-machine", "q35,accel=tcg", "-cpu", "max",
                   "-m", "512", "-serial", "stdio",
                   "-kernel", appliance["kernel"],
                   "-initrd", appliance["initrd"], "-append",
                   "console=ttyS0 quiet panic=-1 cryptomgr.notests=1 "
                   "word=abc " + append]
        for disk in disks:
            command += ["-drive", f"file={disk},format=raw,if=virtio,"
                        "readonly=on"]
        command += ["-device", "virtio-scsi-pci"]
        for disk in scsi_disks:
            command += ["-drive", f"file={disk},format=raw,if=none,id=scsi,"
                        "readonly=on", "-device", "scsi-hd,drive=scsi"]
        return run(*command, timeout=TIMEOUT).decode(errors="replace")

    def root_of_another(self):
        """The same files, with another UUID."""
        os.mkdir("other")
        pathlib.Path("other/init").write_text("#!/bin/sh\n", encoding="ascii")
        run("mkfs.erofs", "--quiet", "other.img", "other")
        return "other.img"

    def test_packed_modules_and_other_roots(self):
        release, kernel = host_kernel()
        modules = self.folder / "modules"
        pack_modules(modules, pathlib.Path("/lib/modules", release))
        appliance = build(*self.options(f"--kernel={kernel}",
                                        f"--modules={modules}"))
        self.assertEqual(appliance["release"], release)
        text = self.boot(appliance, self.root_of_another(),
                         scsi_disks=[appliance["root"]]).replace("\r", "")
        self.assertIn("BEGIN\nword: abc\n", text)
        self.assertIn("\n/dev/sda / erofs ro,", text)
        self.assertIn("\nmodules: good\nEND\n", text)

    def test_no_root(self):
        """It gives up, and says what there is."""
        appliance = build(*self.options())
        text = self.boot(appliance, self.root_of_another(),
                         append="guestfs_patience=1")
        self.assertIn("guestfs-initrd: in 1 seconds no disk with the "
                      "appliance's root appeared; the disks are: vda", text)
        self.assertNotIn("BEGIN", text)

        shutil.copyfile(appliance["root"], "copy")
        text = self.boot(appliance, "copy", appliance["root"])
        self.assertIn("more than one disk says that it is the appliance's "
                      "root", text)
        self.assertNotIn("BEGIN", text)

    def test_kernel_is_unpacked(self):
        """And the real daemon is in its place."""
        self.daemon = pathlib.Path(BUILDER).parent / "guestfsd"
        appliance = build(*self.options())
        with open(appliance["kernel"], "rb") as f:
            self.assertEqual(f.read(4), b"\x7fELF")
        run("fsck.erofs", f"--extract={self.folder}/root", appliance["root"])
        self.check_root(self.folder / "root", appliance["release"])

    def check_root(self, root, release):
        for name in "dev", "proc", "sys", "tmp", "run", "sysroot":
            self.assertTrue((root / name).is_dir(), name)
        run("cmp", root / "init", self.daemon)
        self.assertEqual(stat.S_IMODE((root / "init").stat().st_mode), 0o755)
        modules = root / "lib/modules" / release
        dep = (modules / "modules.dep").read_text(encoding="ascii")
        for line in dep.splitlines():
            for name in line.replace(":", "").split():
                self.assertTrue((modules / name).is_file(), name)
        if have_namespaces():
            self.check_libraries(root)

    def check_libraries(self, root):
        """All that is loaded is in there: nothing else is to be seen."""
        programs = [p for p in root.rglob("*")
                    if p.is_file() and not p.is_symlink()
                    and p.suffix != ".ko"
                    and p.read_bytes().startswith(b"\x7fELF")]
        self.assertGreater(len(programs), 20)
        for path in programs:
            text = subprocess.run(
                ["unshare", "-Ur", "chroot", root,
                 "/lib64/ld-linux-x86-64.so.2", "--list",
                 f"/{path.relative_to(root)}"],
                capture_output=True, text=True, check=False)
            self.assertNotIn("not found", text.stdout + text.stderr, path)
            self.assertNotIn("cannot open", text.stdout + text.stderr, path)


class Fixed(TestCase):
    """libguestfs-make-fixed-appliance, of the options the packed one: the
    other is a part of it."""

    def make(self, *options, **variables):
        (self.folder / "tmp").mkdir(exist_ok=True)
        return subprocess.run(
            [os.environ["MAKE_FIXED_APPLIANCE"], *options],
            capture_output=True, text=True, timeout=TIMEOUT, check=False,
            env=os.environ | {"TMPDIR": str(self.folder / "tmp")} | variables)

    def test_packed(self):
        result = self.make("--xz")
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "", ""))
        self.assertEqual(os.listdir("tmp"), [])
        packed, = self.folder.glob("appliance-*.tar.xz")
        run("tar", "xf", packed)
        self.assertEqual(sorted(os.listdir("appliance")),
                         ["README.fixed", "initrd", "kernel", "root"])
        with open("appliance/root", "rb") as f:
            f.seek(4096)  # the header
            pathlib.Path("image").write_bytes(f.read())
        run("fsck.erofs", "image")

    def test_errors(self):
        for options in [], ["--xz", "folder"], ["--unknown"], ["a", "b"]:
            result = self.make(*options)
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn("libguestfs-make-fixed-appliance: ", result.stderr)
        result = self.make("--xz", LIBGUESTFS_KERNEL="/etc/passwd")
        self.assertEqual(result.returncode, 1)
        self.assertIn(": /etc/passwd: not a kernel", result.stderr)
        self.assertEqual(os.listdir("tmp"), [])
        self.assertEqual(os.listdir(), ["tmp"])


if __name__ == "__main__":
    unittest.main()
