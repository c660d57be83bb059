# SPDX-License-Identifier: GPL-2.0-or-later
"""Encrypted devices: what cryptsetup(8) has made, and what it thinks of ours;
keys that are seen nowhere; headers that lie.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import unittest

import bitlocker
import guestfs
from hostile import HostileTestCase, patch
from support import MIB, TestCase, descendants, run

KEY, OTHER = "open sesame", "klaatu barada nikto"
SIZE = 4 * MIB

# As small and quick as cryptsetup makes them.
QUICK = {
    "luks1": ("--type", "luks1", "--pbkdf-force-iterations", "1000"),
    "luks2": ("--type", "luks2", "--pbkdf", "pbkdf2",
              "--pbkdf-force-iterations", "1000"),
    "argon2": ("--type", "luks2", "--pbkdf", "argon2id", "--pbkdf-memory",
               "64", "--pbkdf-force-iterations", "4"),
}


def cryptsetup(*args, key=KEY):
    return run("/sbin/cryptsetup", "-q", *args, input=key.encode())


def luks_format(path, kind, *options):
    if kind != "luks1":
        options += ("--luks2-metadata-size", "16k",
                    "--luks2-keyslots-size", "512k")
    cryptsetup("luksFormat", *QUICK[kind], "--key-size", "256", *options,
               path, "-")


class Luks(TestCase):
    def test_made_by_cryptsetup(self):
        for kind in QUICK:
            with self.subTest(kind):
                path = self.image(kind, SIZE)
                luks_format(path, kind)
                self.check_one(path)

    def check_one(self, path):
        g = self.handle(path)
        uuid = run("/sbin/cryptsetup", "luksUUID", path).decode().strip()
        self.assertEqual(g.luks_uuid("/dev/sda"), uuid)
        g.cryptsetup_open("/dev/sda", KEY, "plain")
        g.mkfs("ext2", "/dev/mapper/plain")
        g.mount("/dev/mapper/plain", "/")
        g.write("/file", KEY * 1000)
        g.umount("/")
        g.cryptsetup_close("/dev/mapper/plain")
        g.luks_add_key("/dev/sda", KEY, OTHER, 7)
        g.luks_kill_slot("/dev/sda", OTHER, 0)
        g.shutdown()
        g.close()
        self.assertNotIn(KEY.encode(), path.read_bytes())
        cryptsetup("open", "--test-passphrase", path, "-", key=OTHER)
        with self.assertRaises(AssertionError):
            cryptsetup("open", "--test-passphrase", path, "-")

    def test_ours_is_known_to_cryptsetup(self):
        path = self.image("ours", 20 * MIB)
        g = self.handle(path)
        g.luks_format("/dev/sda", KEY, 3)
        uuid = g.luks_uuid("/dev/sda")
        g.shutdown()
        g.close()
        text = cryptsetup("luksDump", path).decode()
        self.assertIn(uuid, text)
        self.assertIn("3: luks2", text)
        self.assertIn("aes-xts-plain64", text)
        self.assertIn("argon2id", text)
        cryptsetup("open", "--test-passphrase", path, "-")

    def test_passphrases_are_any_bytes(self):
        path = self.image("disk", SIZE)
        luks_format(path, "luks1")
        g = self.handle(path)
        for i, key in enumerate(("ü\n", " ", "x" * 512, "'\"\\$")):
            g.luks_add_key("/dev/sda", KEY, key, i + 1)
            g.cryptsetup_open("/dev/sda", key, "plain")
            g.cryptsetup_close("/dev/mapper/plain")

    def test_slots_that_are_preferred_and_ignored(self):
        path = self.image("disk", SIZE)
        luks_format(path, "luks2")
        run("/sbin/cryptsetup", "config", path, "--key-slot", "0",
            "--priority", "ignore")
        g = self.handle(path)
        with self.assertRaisesRegex(RuntimeError, "none of its keys"):
            g.cryptsetup_open("/dev/sda", KEY, "plain")
        g.close()
        run("/sbin/cryptsetup", "config", path, "--key-slot", "0",
            "--priority", "prefer")
        self.handle(path).cryptsetup_open("/dev/sda", KEY, "plain")


class BitLocker(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.metadata = bitlocker.metadata(KEY)

    def make(self):
        path = self.folder / "disk"
        bitlocker.make(path, self.metadata)
        return path

    def test_open(self):
        path = self.make()
        g = self.handle(path)
        self.assertEqual(g.vfs_type("/dev/sda"), "BitLocker")
        for options in {}, {"crypttype": "bitlk"}:
            with self.assertRaisesRegex(RuntimeError, "none of its keys"):
                g.cryptsetup_open("/dev/sda", OTHER, "plain", **options)
            g.cryptsetup_open("/dev/sda", KEY, "plain", **options)
            self.assertEqual(g.blockdev_getsize64("/dev/mapper/plain"),
                             bitlocker.SIZE)
            self.assertEqual(g.pread_device("/dev/mapper/plain",
                                            bitlocker.SIZE - MIB, 0),
                             bytes(bitlocker.SIZE - MIB))
            g.cryptsetup_close("/dev/mapper/plain")
        with self.assertRaisesRegex(RuntimeError, "no header"):
            g.cryptsetup_open("/dev/sda", KEY, "plain", crypttype="luks")

    def test_writing(self):
        path = self.make()
        g = self.handle(path)
        g.cryptsetup_open("/dev/sda", KEY, "plain")
        g.pwrite_device("/dev/mapper/plain", b"text", MIB // 2)
        g.cryptsetup_close("/dev/mapper/plain")
        g.cryptsetup_open("/dev/sda", KEY, "plain", readonly=True)
        self.assertEqual(g.pread_device("/dev/mapper/plain", 4, MIB // 2),
                         b"text")

    def test_damaged(self):
        path = self.make()
        with open(path, "r+b") as f:
            for offset in bitlocker.METADATA:
                f.seek(offset)
                f.write(os.urandom(4096))
        g = self.handle(path)
        with self.assertRaisesRegex(RuntimeError, "cryptsetup_open: /dev/sda"):
            g.cryptsetup_open("/dev/sda", KEY, "plain")


class Secrecy(TestCase):
    def test_keys_are_not_logged(self):
        path = self.image("disk", SIZE)
        luks_format(path, "luks1")
        g = self.handle(path, launch=False)
        log = []
        g.set_event_callback(lambda *args: log.append(repr(args)),
                             guestfs.EVENT_ALL)
        g.set_trace(True)
        g.set_verbose(True)
        g.launch()
        g.luks_add_key("/dev/sda", KEY, OTHER, 1)
        with self.assertRaises(RuntimeError) as caught:
            g.cryptsetup_open("/dev/sda", KEY + OTHER, "plain")
        g.shutdown()
        text = "".join(log) + str(caught.exception)
        self.assertIn("luks_add_key", text)
        self.assertNotIn(KEY, text)
        self.assertNotIn(OTHER, text)


    def test_keys_are_left_in_no_memory(self):
        path = self.image("disk", SIZE)
        luks_format(path, "luks1")
        g = self.handle(path)
        g.luks_add_key("/dev/sda", KEY, OTHER, 1)
        g.cryptsetup_open("/dev/sda", OTHER, "plain")
        g.echo_daemon(["a word of the same way"])
        words = [b"word of the same", KEY[1:].encode(), OTHER[1:].encode()]
        found = set().union(*(words_in_memory(pid, words)
                              for pid in descendants(os.getpid())))
        if words[0] not in found:
            self.skipTest("their memory can't be read, or not in this way")
        self.assertEqual(found, {words[0]})


def words_in_memory(pid, words):
    """Which of them are in the parts of a process's memory that can be
    read."""
    try:
        maps = pathlib.Path(f"/proc/{pid}/maps").read_text("ascii")
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            return {word for part in read_parts(memory, maps)
                    for word in words if word in part}
    except OSError:
        return set()


def read_parts(memory, maps):
    for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r", maps, re.M):
        with contextlib.suppress(OSError, OverflowError):
            memory.seek(int(start, 16))
            yield memory.read(int(end, 16) - int(start, 16))


# LUKS1 On-Disk Format Specification: the header, the first key slot.
LUKS1 = {
    "honest": [],
    "version 3": [(6, ">H", 3)],
    "no cipher": [(8, "32s", b"")],
    "cipher without end": [(8, "32s", b"A" * 32)],
    "mode without end": [(40, "32s", b"xts-" * 8)],
    "cipher that leads up": [(8, "32s", b"../../../x")],
    "hash that is none": [(72, "32s", b"%s%n%s%n")],
    "payload at 2^32-1": [(104, ">I", 0xffffffff)],
    "keys of 0 bytes": [(108, ">I", 0)],
    "keys of 2^32-1 bytes": [(108, ">I", 0xffffffff)],
    "2^32-1 iterations of the digest": [(164, ">I", 0xffffffff)],
    "no iterations of the digest": [(164, ">I", 0)],
    "UUID without end": [(168, "40s", b"A" * 40)],
    "no slot": [(208, ">I", 0x0000dead)],
    "slot that is neither": [(208, ">I", 0x12345678)],
    "2^32-1 iterations": [(212, ">I", 0xffffffff)],
    "no iterations": [(212, ">I", 0)],
    "key at 2^32-1": [(248, ">I", 0xffffffff)],
    "key in the header": [(248, ">I", 0)],
    "2^32-1 stripes": [(252, ">I", 0xffffffff)],
    "no stripes": [(252, ">I", 0)],
}

# LUKS2 On-Disk Format Specification, 2.1.
HEADER_SIZE, CHECKSUM_OFFSET, CHECKSUM_SIZE, JSON_OFFSET = 16384, 448, 64, 4096


def set_kdf(**changes):
    return lambda meta: meta["keyslots"]["0"]["kdf"].update(changes)


def set_area(**changes):
    return lambda meta: meta["keyslots"]["0"]["area"].update(changes)


def set_digest(**changes):
    return lambda meta: meta["digests"]["0"].update(changes)


def set_segment(**changes):
    return lambda meta: meta["segments"]["0"].update(changes)


def set_slot(**changes):
    return lambda meta: meta["keyslots"]["0"].update(changes)


# What is done to the metadata, or what it is replaced by.
LUKS2 = {
    "honest": lambda meta: None,
    "2^32-1 iterations": set_kdf(time=0xffffffff),
    "2^64-1 iterations": set_kdf(time=0xffffffffffffffff),
    "-1 iterations": set_kdf(time=-1),
    "4 GiB": set_kdf(memory=4 << 20),
    "1 GiB": set_kdf(memory=1 << 20),
    "2^32-1 KiB": set_kdf(memory=0xffffffff),
    "no memory": set_kdf(memory=0),
    "1000 processors": set_kdf(cpus=1000),
    "unknown derivation": set_kdf(type="../../../x"),
    "2^31 iterations of PBKDF2": set_kdf(type="pbkdf2", hash="sha256",
                                         iterations=1 << 31),
    "2^31 iterations of the digest": set_digest(iterations=1 << 31),
    "digest of everything": set_digest(keyslots=[str(i) for i in range(99)]),
    "salt that is no base64": set_digest(salt="====%%%%"),
    "empty digest": set_digest(digest=""),
    "area at 2^63": set_area(offset=str(1 << 63)),
    "area of 2^63 bytes": set_area(size=str(1 << 63)),
    "area in the header": set_area(offset="0"),
    "area of -1 bytes": set_area(size="-1"),
    "area's cipher": set_area(encryption="A" * 4000),
    "key of 2^31 bytes": set_slot(key_size=1 << 31),
    "key of 0 bytes": set_slot(key_size=0),
    "stripes": lambda meta: meta["keyslots"]["0"]["af"].update(stripes=-1),
    "segment at 2^63": set_segment(offset=str(1 << 63)),
    "segment of 2^63 bytes": set_segment(size=str((1 << 63) + 512)),
    "sectors of 3 bytes": set_segment(sector_size=3),
    "segment's cipher": set_segment(encryption="capi:x(y(z(" * 300),
    "no segments": lambda meta: meta.update(segments={}),
    "unknown requirement": lambda meta: meta["config"].update(
        requirements={"mandatory": ["to jump"]}),
    "no metadata": b"",
    "a list": b"[]",
    "without end": b'{"keyslots":{',
    "deep": b'{"a":' * 2000,
    "NULs": b"\0" * 100,
    "name of 10000 bytes": b'{"' + b"a" * 10000 + b'":1}',
}

# These are refused before any time is spent.
REFUSED = {
    "2^32-1 iterations": "which is refused",
    "4 GiB": "set_memsize",
    "1 GiB": "set_memsize",
    "2^31 iterations of PBKDF2": "which is refused",
    "2^31 iterations of the digest": "which is refused",
    "2^32-1 iterations of the digest": "which is refused",
}


def read_metadata(data):
    text = data[JSON_OFFSET:HEADER_SIZE].rstrip(b"\0")
    return json.loads(text)


def write_metadata(data, text):
    """Into both headers, with their checksums."""
    copy = bytearray(data)
    room = HEADER_SIZE - JSON_OFFSET
    for start in 0, HEADER_SIZE:
        copy[start + JSON_OFFSET:start + HEADER_SIZE] = text.ljust(
            room, b"\0")[:room]
        checksum = slice(start + CHECKSUM_OFFSET,
                         start + CHECKSUM_OFFSET + CHECKSUM_SIZE)
        copy[checksum] = bytes(CHECKSUM_SIZE)
        digest = hashlib.sha256(copy[start:start + HEADER_SIZE]).digest()
        copy[checksum] = digest.ljust(CHECKSUM_SIZE, b"\0")
    return bytes(copy)


def change_metadata(data, change):
    if isinstance(change, bytes):
        return write_metadata(data, change)
    meta = read_metadata(data)
    change(meta)
    return write_metadata(data, json.dumps(meta).encode())


# What in LUKS2's binary headers is changed, where no checksum matters.
BINARY = {
    "header of 2^64-1 bytes": [(8, ">Q", (1 << 64) - 1)],
    "header of 0 bytes": [(8, ">Q", 0)],
    "checksum by nothing": [(72, "32s", b"%n%n%n%n")],
    "at 2^63": [(256, ">Q", 1 << 63)],
}


# In BitLocker's metadata: its block, at 64 its header, at 112 the first entry,
# of the master key, whose own entries begin at 148.
BITLOCKER = {
    "honest": [],
    "version 9": [(10, "<H", 9)],
    "sectors of 1 byte": [],
    "volume of 2^64-1 bytes": [(16, "<Q", (1 << 64) - 1)],
    "copies at 2^64-1": [(32, "24s", b"\xff" * 24)],
    "2^32-1 bytes of entries": [(64, "<I", 0xffffffff)],
    "0 bytes of entries": [(64, "<I", 0)],
    "unknown cipher": [(100, "<H", 0xffff)],
    "entry of 0 bytes": [(112, "<H", 0)],
    "entry of 1 byte": [(112, "<H", 1)],
    "entry of 65535 bytes": [(112, "<H", 0xffff)],
    "entry of unknown type": [(114, "<H", 0xffff)],
    "unknown protection": [(146, "<H", 0xffff)],
    "entry in it of 0 bytes": [(148, "<H", 0)],
    "entry in it of 1 byte": [(148, "<H", 1)],
    "entry in it of 65535 bytes": [(148, "<H", 0xffff)],
    "key of 0 bytes": [(176, "<H", 8)],
    "key of 1000 bytes": [(176, "<H", 1000)],
    "volume header at 2^64-1": [],
}


class Hostile(HostileTestCase):
    def open_all(self, cases):
        """cases: bytes by name."""
        images = {}
        for i, (name, data) in enumerate(cases.items()):
            images[name] = self.image(f"{i}.img", SIZE, (0, data))
        results = self.attack(images, self.open_one)
        self.assertEqual(self.deaths, [])
        self.assertIsNone(results["honest"])
        for name, error in results.items():
            if name in REFUSED:
                self.assertRegex(str(error), REFUSED[name], name)

    def open_one(self, g, device):
        self.each(g, device, luks_uuid=type(g).luks_uuid)
        g.cryptsetup_open(device, KEY, "plain", readonly=True)
        g.cryptsetup_close("/dev/mapper/plain")

    def make(self, kind):
        path = self.image(kind, SIZE)
        luks_format(path, kind)
        return path.read_bytes()

    def test_luks1(self):
        data = self.make("luks1")
        self.open_all({name: patch(data, *changes)
                       for name, changes in LUKS1.items()})

    def test_luks2(self):
        data = self.make("argon2")
        cases = {name: change_metadata(data, change)
                 for name, change in LUKS2.items()}
        cases |= {name: patch(data, *changes) for name, changes
                  in BINARY.items()}
        self.open_all(cases)

    def test_bitlocker(self):
        path = self.folder / "bitlocker"
        metadata = bitlocker.metadata(KEY)
        cases = {}
        for name, changes in BITLOCKER.items():
            copy = patch(metadata, *changes)
            if name == "volume header at 2^64-1":
                copy = patch(metadata,
                             (len(metadata) - 16, "<Q", (1 << 64) - 1))
            bitlocker.make(path, copy)
            cases[name] = path.read_bytes()
        cases["sectors of 1 byte"] = patch(cases["honest"], (11, "<H", 1))
        self.open_all(cases)

    def test_reason_names_the_remedy(self):
        data = change_metadata(self.make("argon2"), LUKS2["1 GiB"])
        g = self.handle(self.image("disk", SIZE, (0, data)))
        with self.assertRaisesRegex(RuntimeError, "/dev/sda: the header asks "
                                    "for 1024 MiB of memory.*set_memsize"):
            g.cryptsetup_open("/dev/sda", KEY, "plain")


if __name__ == "__main__":
    unittest.main()
