# SPDX-License-Identifier: GPL-2.0-or-later
"""Images in other formats than raw, whose headers lie: about sizes, or about
other files that belong to them.  What an image names is never read unless
the manual says so: see docs/SECURITY.md, backing files.
"""

import os
import struct
import unittest

from hostile import HostileTestCase, patch
from support import MIB, run

SECRET = b"nobody may read this "
PASSWORDS = "/etc/passwd"

# Fields of a qcow2 header: QEMU, docs/interop/qcow2.txt.
QCOW2_VERSION, BACKING_OFFSET, BACKING_SIZE, CLUSTER_BITS, VIRTUAL_SIZE = (
    4, 8, 16, 20, 24)
CRYPT, L1_SIZE, L1_OFFSET, REFCOUNT_OFFSET, REFCOUNT_CLUSTERS = (
    32, 36, 40, 48, 56)
SNAPSHOTS, SNAPSHOTS_OFFSET, INCOMPATIBLE, REFCOUNT_ORDER, HEADER_LENGTH = (
    60, 64, 72, 96, 100)
DATA_FILE_BIT = 1 << 2
EXTENSION_DATA_FILE = 0x44415441
# Where there is room for a name in the first cluster.
NAME_AT = 512

QCOW2 = {
    "honest": [],
    "version 0": [(QCOW2_VERSION, ">I", 0)],
    "version 4": [(QCOW2_VERSION, ">I", 4)],
    "clusters of 1 byte": [(CLUSTER_BITS, ">I", 0)],
    "clusters of 2^63 bytes": [(CLUSTER_BITS, ">I", 63)],
    "clusters of 2^2^32 bytes": [(CLUSTER_BITS, ">I", 0xffffffff)],
    "size of 2^64-1": [(VIRTUAL_SIZE, ">Q", (1 << 64) - 1)],
    "size of 2^63": [(VIRTUAL_SIZE, ">Q", 1 << 63)],
    "size of 2^56": [(VIRTUAL_SIZE, ">Q", 1 << 56)],
    "L1 table of 2^31 entries": [(L1_SIZE, ">I", 1 << 31)],
    "L1 table of 2^22 entries": [(L1_SIZE, ">I", 1 << 22)],
    "L1 table of 0 entries": [(L1_SIZE, ">I", 0)],
    "L1 table at 2^64-1": [(L1_OFFSET, ">Q", (1 << 64) - 1)],
    "L1 table past the end": [(L1_OFFSET, ">Q", 1 << 40)],
    "L1 table is the header": [(L1_OFFSET, ">Q", 0)],
    "refcounts at 2^64-1": [(REFCOUNT_OFFSET, ">Q", (1 << 64) - 1)],
    "2^32-1 clusters of refcounts": [(REFCOUNT_CLUSTERS, ">I", 0xffffffff)],
    "refcounts of 2^255 bits": [(REFCOUNT_ORDER, ">I", 255)],
    "2^32-1 snapshots": [(SNAPSHOTS, ">I", 0xffffffff),
                         (SNAPSHOTS_OFFSET, ">Q", 65536)],
    "header of 2^32-1 bytes": [(HEADER_LENGTH, ">I", 0xffffffff)],
    "header of 0 bytes": [(HEADER_LENGTH, ">I", 0)],
    "unknown features": [(INCOMPATIBLE, ">Q", 1 << 40)],
    "marked as corrupt": [(INCOMPATIBLE, ">Q", 2)],
    "encrypted, AES": [(CRYPT, ">I", 1)],
    "encrypted, LUKS": [(CRYPT, ">I", 2)],
    "encrypted, unknown": [(CRYPT, ">I", 99)],
    "name of 2^32-1 bytes": [(BACKING_OFFSET, ">Q", NAME_AT),
                             (BACKING_SIZE, ">I", 0xffffffff)],
    "name past the end": [(BACKING_OFFSET, ">Q", 1 << 62),
                          (BACKING_SIZE, ">I", 10)],
    "name of NULs": [(BACKING_OFFSET, ">Q", NAME_AT),
                     (BACKING_SIZE, ">I", 10)],
}

VMDK = """# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=%s
createType="monolithicFlat"
%s
RW 2048 FLAT "%s" 0
ddb.adapterType = "ide"
"""


class Images(HostileTestCase):
    def setUp(self):
        super().setUp()
        self.secret = self.image("secret", MIB, (0, SECRET * 1000))
        self.image("raw", MIB, (0, b"honest"))
        run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "raw",
            "honest")
        with open("honest", "rb") as f:
            self.honest = f.read()
        run("qemu-img", "create", "-q", "-f", "qcow2", "empty", "1M")
        with open("empty", "rb") as f:
            self.empty = f.read()

    def qcow2(self, name, *changes, data=None):
        with open(name, "wb") as f:
            f.write(patch(data or self.honest, *changes))
        return name

    def backed_by(self, name, backing):
        return self.qcow2(
            name, (BACKING_OFFSET, ">Q", NAME_AT),
            (BACKING_SIZE, ">I", len(backing)),
            (NAME_AT, f"{len(backing)}s", backing.encode()),
            data=self.empty)

    def launch(self, *images, readonly=True):
        """Launch and read.  Returns the first bytes or the error."""
        g = self.handle(*images, readonly=readonly, launch=False)

        def read():
            g.launch()
            return g.pread_device("/dev/sda", len(SECRET), 0)

        result = self.try_call(read)
        self.assertEqual(bool(g.is_config()), isinstance(result, RuntimeError))
        g.close()
        return result

    def assert_refused(self, result, *words):
        self.assertIsInstance(result, RuntimeError)
        for word in words:
            self.assertRegex(str(result), word)

    def test_handle_after_a_refusal(self):
        """It is as good as before, when the image is."""
        g = self.handle((self.qcow2("image", (L1_SIZE, ">I", 1 << 31)),
                         "qcow2"), launch=False)
        for _ in range(3):
            self.assert_refused(self.try_call(g.launch))
        self.qcow2("image")
        g.launch()
        self.assertEqual(g.pread_device("/dev/sda", 6, 0), b"honest")

    def test_qcow2_headers(self):
        for name, changes in QCOW2.items():
            with self.subTest(name):
                image = self.qcow2("image", *changes)
                result = self.launch((image, "qcow2"))
                if name == "honest":
                    self.assertEqual(result[:6], b"honest")
                elif not isinstance(result, RuntimeError):
                    self.assertIn(result[:6], (b"honest", bytes(6)))
                if name.startswith("encrypted"):
                    self.assert_refused(result, "(?i)crypt")

    # The manual says that they are opened, with the rights of the user, and
    # for reading alone.
    def test_backing_file(self):
        backed = self.backed_by("image", str(self.secret))
        self.assertEqual(self.launch((backed, "qcow2")), SECRET)
        before = self.secret.read_bytes()
        g = self.handle((backed, "qcow2"))
        g.pwrite_device("/dev/sda", b"written", 0)
        g.close()
        self.assertEqual(self.secret.read_bytes(), before)

    def test_backing_file_of_the_system(self):
        backed = self.backed_by("image", PASSWORDS)
        with open(PASSWORDS, "rb") as f:
            self.assertEqual(self.launch((backed, "qcow2")),
                             f.read(len(SECRET)))
        os.chmod(self.secret, 0)
        if os.geteuid() != 0:
            backed = self.backed_by("image", str(self.secret))
            self.assert_refused(self.launch((backed, "qcow2")),
                                "Permission denied", str(self.secret))

    # The raw image of a guest, who wrote such a header.
    def test_raw_is_raw(self):
        backed = self.backed_by("image", str(self.secret))
        self.assertEqual(self.launch((backed, "raw"))[:4], b"QFI\xfb")

    def test_no_backing_files(self):
        os.mkfifo("fifo")
        self.image("qcow2-raw", MIB)
        for name, word in (
                ("nbd://localhost/x", "not a local file"),
                ("json:{\"driver\":\"file\"}", "not a local file"),
                ("fat:rw:/etc", "not a local file"),
                ("/nothing/there", "No such file"),
                ("fifo", "neither a file nor a block device"),
                ("/dev/zero", "neither a file nor a block device"),
                ("/etc", "neither a file nor a block device")):
            with self.subTest(name):
                self.assert_refused(
                    self.launch((self.backed_by("image", name), "qcow2")),
                    word)

    def test_circles(self):
        self.assert_refused(self.launch((self.backed_by("a", "a"), "qcow2")),
                            "circle")
        self.backed_by("b", "c")
        self.backed_by("c", "d")
        self.backed_by("d", "b")
        self.assert_refused(self.launch(("b", "qcow2")), "circle")

    def test_external_data_file(self):
        """Nothing says that an image may name one."""
        for name in str(self.secret), PASSWORDS:
            length = struct.unpack_from(">I", self.honest, HEADER_LENGTH)[0]
            image = self.qcow2(
                "image", (INCOMPATIBLE, ">Q", DATA_FILE_BIT),
                (length, ">I", EXTENSION_DATA_FILE),
                (length + 4, ">I", len(name)),
                (length + 8, f"{len(name)}s", name.encode()))
            self.assert_refused(self.launch((image, "qcow2")))

    def test_vmdk_extents(self):
        """Absolute ones, and those that lead up."""
        up = "../" * 20 + "etc/passwd"
        beside = self.secret.name
        for name in str(self.secret), PASSWORDS, up, beside, "/dev/zero":
            with self.subTest(name):
                with open("image.vmdk", "w", encoding="ascii") as f:
                    f.write(VMDK % ("ffffffff", "", name))
                for kind in "vmdk", None:
                    self.assert_refused(self.launch(("image.vmdk", kind)))

    def test_vmdk_parent(self):
        with open("image.vmdk", "w", encoding="ascii") as f:
            f.write(VMDK % ("12345678",
                            f'parentFileNameHint="{self.secret}"',
                            self.secret))
        self.assert_refused(self.launch(("image.vmdk", "vmdk")))

    def test_qed_backing_file(self):
        """QEMU, docs/interop/qed_spec.txt: feature bit 0, offset and size
        of the name."""
        run("qemu-img", "convert", "-f", "raw", "-O", "qed", "raw", "qed")
        with open("qed", "rb") as f:
            data = f.read()
        name = str(self.secret).encode()
        with open("qed", "wb") as f:
            f.write(patch(data, (16, "<Q", 1), (56, "<I", NAME_AT),
                          (60, "<I", len(name)),
                          (NAME_AT, f"{len(name)}s", name)))
        result = self.launch(("qed", "qed"))
        self.assertNotEqual(result, SECRET)

    def test_damaged_headers(self):
        """Of every format: each 32 bits of it once all ones."""
        for kind in "vmdk", "vdi", "vpc", "vhdx", "qed", "parallels":
            run("qemu-img", "convert", "-f", "raw", "-O", kind, "raw", kind)
            with open(kind, "rb") as f:
                data = f.read()
            drives = []
            for offset in range(0x48 if kind == "vdi" else 8, 0x1c0, 160):
                name = f"{kind}-{offset}"
                with open(name, "wb") as f:
                    f.write(patch(data, (offset, "<Q", (1 << 64) - 1)))
                drives.append(name)
            for name in drives:
                with self.subTest(name):
                    self.launch((name, kind))

    def test_not_what_it_says(self):
        for kind in "qcow2", "vmdk", "vdi", "vpc", "vhdx", "qed", "luks":
            with self.subTest(kind):
                self.assert_refused(self.launch((str(self.secret), kind)))


if __name__ == "__main__":
    unittest.main()
