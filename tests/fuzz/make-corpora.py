#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write those inputs of the fuzz targets that can be written down: what
honest and lying peers send, damaged images and archives.  Run it again when
one of them grows; what a fuzzer has found is left alone.
"""

import io
import ipaddress
import struct
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from generator import model  # noqa: E402 (it is found there)

PROC = {name: call.proc for name, call
        in model.load(ROOT / "api").calls.items()}


def header(proc, direction=0, status=0, prog=0x2000F5F5, vers=4):
    return struct.pack(">IIIIIQQI", prog, vers, proc, direction, 7, 0, 0,
                       status)


def string(text):
    data = text.encode()
    return struct.pack(">I", len(data)) + data + b"\0" * (-len(data) % 4)


def message(body):
    return struct.pack(">I", len(body)) + body


def chunk(data, cancel=0, claimed=None):
    size = len(data) if claimed is None else claimed
    return message(struct.pack(">II", cancel, size) + data
                   + b"\0" * (-len(data) % 4))


def word(value):
    return struct.pack(">I", value)


SETUP = (struct.pack(">QI", 1 << 33, 5) + word(3) + b"abc\0" + word(1)
         + word(0) + word(2) + string("") + string("data"))


def setup(body):
    return word(0xF5F55E70) + message(body)


def fuse_request(opcode, size=0):
    return struct.pack("<BI", opcode, size)


def fuse_reply(unique, body=b"", error=0, length=None):
    size = 16 + len(body) if length is None else length
    return struct.pack("<IiQ", size, error, unique) + body + b"\0" * (
        -len(body) % 8)


def fuse_attr(mode=0o100644, size=5, blksize=4096, nsec=1):
    return struct.pack("<6Q10I", 12, size, 8, 1, 2, 3, nsec, nsec, nsec, mode,
                       1, 0, 0, 0, blksize, 0)


def fuse_entry(node=2, **attr):
    return struct.pack("<4Q2I", node, 0, 60, 60, 0, 0) + fuse_attr(**attr)


def fuse_dirent(name, node=None, length=None):
    size = len(name) if length is None else length
    head = struct.pack("<2Q2I", 12, 1, size, 8)
    return ((b"" if node is None else fuse_entry(node)) + head + name
            + b"\0" * (-len(name) % 8))


# The numbers of requests: linux/fuse.h.
LOOKUP, FORGET, GETATTR, READLINK, UNLINK = 1, 2, 3, 5, 10
READ, WRITE, STATFS, GETXATTR, LISTXATTR = 15, 16, 17, 22, 23
READDIR, READDIRPLUS, LSEEK, COPY_FILE_RANGE = 28, 44, 46, 47

FUSE_REPLY = {
    "read": b"\1" + fuse_request(READ, 100) + fuse_reply(1, b"content"),
    "read-too-much": b"\1" + fuse_request(READ, 4) + fuse_reply(1, b"conte"),
    "several": (b"\4" + fuse_request(LOOKUP) + fuse_request(FORGET)
                + fuse_request(GETATTR) + fuse_request(UNLINK)
                + fuse_reply(4, error=-2) + fuse_reply(1, fuse_entry())
                + fuse_reply(3, struct.pack("<QII", 60, 0, 0)
                             + fuse_attr())),
    "twice": b"\1" + fuse_request(UNLINK) + fuse_reply(1) + fuse_reply(1),
    "notification": b"\1" + fuse_request(READ, 9) + fuse_reply(0, error=2),
    "error-positive": b"\1" + fuse_request(UNLINK) + fuse_reply(1, error=5),
    "error-with-data": b"\1" + fuse_request(READ, 9) + fuse_reply(
        1, b"data", error=-5),
    "no-type": b"\1" + fuse_request(LOOKUP) + fuse_reply(
        1, fuse_entry(mode=0)),
    "root": b"\1" + fuse_request(LOOKUP) + fuse_reply(1, fuse_entry(1)),
    "block-size": b"\1" + fuse_request(LOOKUP) + fuse_reply(
        1, fuse_entry(blksize=3)),
    "negative-size": b"\1" + fuse_request(LOOKUP) + fuse_reply(
        1, fuse_entry(size=1 << 63)),
    "written-too-much": b"\1" + fuse_request(WRITE, 10) + fuse_reply(
        1, struct.pack("<II", 11, 0)),
    "copied": b"\1" + fuse_request(COPY_FILE_RANGE, 10) + fuse_reply(
        1, struct.pack("<II", 10, 0)),
    "offset": b"\1" + fuse_request(LSEEK) + fuse_reply(
        1, struct.pack("<Q", 1 << 63)),
    "link": b"\1" + fuse_request(READLINK) + fuse_reply(1, b"../target"),
    "link-nul": b"\1" + fuse_request(READLINK) + fuse_reply(1, b"a\0b"),
    "statfs": b"\1" + fuse_request(STATFS) + fuse_reply(
        1, struct.pack("<5Q4I", 9, 8, 7, 6, 5, 4096, 255, 4096, 0)
        + bytes(24)),
    "xattr-size": b"\1" + fuse_request(GETXATTR) + fuse_reply(
        1, struct.pack("<II", 65536, 0)),
    "xattr-names": b"\1" + fuse_request(LISTXATTR, 99) + fuse_reply(
        1, b"user.a\0user.b\0"),
    "directory": b"\1" + fuse_request(READDIR, 999) + fuse_reply(
        1, fuse_dirent(b"one") + fuse_dirent(b"another")),
    "directory-plus": b"\1" + fuse_request(READDIRPLUS, 999) + fuse_reply(
        1, fuse_dirent(b".", 0) + fuse_dirent(b"name", 7)),
    "directory-slash": b"\1" + fuse_request(READDIR, 999) + fuse_reply(
        1, fuse_dirent(b"../up")),
    "directory-lies": b"\1" + fuse_request(READDIR, 999) + fuse_reply(
        1, fuse_dirent(b"name", length=0xFFFFFFF8)),
    "cut-off": b"\1" + fuse_request(READ, 99) + fuse_reply(1, b"content")[:-8],
    "length-lies": b"\1" + fuse_request(READ, 99) + fuse_reply(
        1, b"content", length=0xFFFFFFF9),
    "length-small": b"\1" + fuse_request(READ, 99) + fuse_reply(1, length=8),
}

MESSAGE = {
    "setup": setup(SETUP),
    "setup-cut-off": setup(SETUP[:-4]),
    "setup-longer-than-sent": setup(SETUP)[:-4],
    "setup-entropy-too-long": setup(SETUP[:12] + word(257) + b"x" * 400),
    "setup-labels-lie": setup(SETUP[:28] + word(0xFFFFFFFF)),
    "setup-too-long": word(0xF5F55E70) + word(65537) + b"x" * 64,
    "mount": message(header(1) + string("/dev/sda1") + string("/")),
    "reply-error": message(header(1, 1, 1) + string("EINVAL")
                           + string("mount: no")),
    "list-of-2^32-strings": message(header(7, 1) + word(0xFFFFFFFF)),
    "list-of-a-million-strings": message(header(7, 1) + word(1000000)),
    "string-longer-than-sent": message(header(3) + word(0x7FFFFFFF) + b"/"),
    "string-with-nul": message(header(3) + word(4) + b"/a\0b"),
    "truncated-header": message(header(1)[:20]),
    "wrong-program": message(header(1, prog=1)),
    "length-too-long": word(0x00400001) + b"x" * 64,
    "length-zero": word(0) * 16,
    "launch-then-progress": word(0xF5F55FF5) + word(0xFFFF5555)
    + struct.pack(">IIQQ", 3, 1, 5, 10),
    "progress-truncated": word(0xFFFF5555) + b"\0" * 10,
    "file": chunk(b"x" * 8192) + chunk(b"end") + chunk(b""),
    "chunk-too-long": chunk(b"x" * 9000),
    "chunk-lies": chunk(b"abc", claimed=8192),
    "chunk-cancel": chunk(b"", cancel=1),
    "cancel-flag": word(0xFFFFEEEE) * 3,
    "structs": message(header(12, 1) + word(2) + b"\0" * 400),
}


# The calls of fuzz-reply, by number.
PING, READDIR, LS, LIST_DEVICES, BLKID, READ_FILE, PREAD, UPLOAD, DOWNLOAD, \
    LVS, STATNS, LXATTRLIST, LSTATNSLIST = range(13)
LAUNCH = 0xF5F55FF5
CANCEL = 0xFFFFEEEE
PROGRESS = 0xFFFF5555


def reply(name, result=b"", serial=1, status=0):
    return message(struct.pack(">IIIIIQQI", 0x2000F5F5, 4, PROC[name], 1,
                               serial, 0, 0, status) + result)


def refusal(name, error, text, serial=1):
    return reply(name, string(error) + string(text), serial, 1)


def progress(position, total):
    return word(PROGRESS) + struct.pack(">IIQQ", 3, 1, position, total)


def strings(*items):
    return word(len(items)) + b"".join(map(string, items))


def dirent(ino, kind, name):
    return struct.pack(">qI", ino, ord(kind)) + string(name)


def conversation(call, *parts):
    return bytes([call]) + b"".join(parts)


END = chunk(b"")
ENTRIES = dirent(2, "d", ".") + dirent(12, "r", "file")
STAT = struct.pack(">22q", *range(22))
REPLY = {
    "ping": conversation(PING, reply("ping_daemon")),
    "ping-refused": conversation(PING, refusal("ping_daemon", "EIO", "no")),
    "ping-unknown-errno": conversation(
        PING, refusal("ping_daemon", "EWHAT", "no")),
    "ping-other-serial": conversation(PING, reply("ping_daemon", serial=2)),
    "ping-launch-flag": conversation(PING, word(LAUNCH)),
    "ping-progress": conversation(PING, progress(9, 5), progress(1, 0),
                                  reply("ping_daemon")),
    "nothing": conversation(PING),
    "readdir": conversation(READDIR, reply("internal_readdir"),
                            chunk(ENTRIES), END),
    "readdir-in-pieces": conversation(
        READDIR, reply("internal_readdir"),
        *(chunk(ENTRIES[i:i + 1]) for i in range(len(ENTRIES))), END),
    "readdir-breaks-off": conversation(
        READDIR, reply("internal_readdir"), chunk(ENTRIES[:-5]), END),
    "readdir-long-name": conversation(
        READDIR, reply("internal_readdir"),
        chunk(struct.pack(">qII", 1, 114, 0x7fffffff) + b"x" * 100), END),
    "readdir-cancelled": conversation(
        READDIR, reply("internal_readdir"), chunk(ENTRIES),
        chunk(b"", cancel=1)),
    "ls": conversation(LS, reply("ls0"), chunk(b"a\0b\0"), END),
    "ls-without-nul": conversation(LS, reply("ls0"), chunk(b"a\0b"), END),
    "list-devices": conversation(
        LIST_DEVICES, reply("list_devices", strings("/dev/sda", "/dev/sdb"))),
    "list-devices-too-many": conversation(
        LIST_DEVICES, reply("list_devices", word(0x40000000))),
    "blkid": conversation(BLKID, reply("blkid", strings("TYPE", "ext4"))),
    "blkid-odd": conversation(BLKID, reply("blkid", strings("TYPE"))),
    "read-file": conversation(
        READ_FILE, reply("read_file", word(3) + b"abc\0")),
    "read-file-chunks": conversation(
        READ_FILE, reply("download"), chunk(b"abc"), END),
    "pread": conversation(PREAD, reply("pread", word(3) + b"abc\0")),
    "upload": conversation(UPLOAD, reply("upload")),
    "upload-cancelled": conversation(
        UPLOAD, word(CANCEL), refusal("upload", "ENOSPC", "full")),
    "upload-cancelled-twice": conversation(
        UPLOAD, word(CANCEL) * 2, refusal("upload", "ENOSPC", "full")),
    "download": conversation(DOWNLOAD, reply("download"),
                             chunk(b"x" * 8192), progress(1, 2), chunk(b"y"),
                             END),
    "download-flag-inside": conversation(
        DOWNLOAD, reply("download"), chunk(b"x"), word(LAUNCH)),
    "download-message-inside": conversation(
        DOWNLOAD, reply("download"), chunk(b"x"), reply("download")),
    "lvs": conversation(LVS, reply("lvs_full", word(1) + string("root")
                                   + b"U" * 32 + b"\0" * 300)),
    "statns": conversation(STATNS, reply("statns", STAT)),
    "statns-cut-off": conversation(STATNS, reply("statns", STAT[:-8])),
    "lxattrlist": conversation(
        LXATTRLIST, reply("internal_lxattrlist",
                          word(2) + string("") + word(1) + b"0\0\0\0"
                          + string("") + word(1) + b"0\0\0\0")),
    "lxattrlist-too-large": conversation(
        LXATTRLIST, refusal("internal_lxattrlist", "EMSGSIZE", "large"),
        refusal("internal_lxattrlist", "EMSGSIZE", "large", 2)),
    "lstatnslist": conversation(
        LSTATNSLIST, reply("internal_lstatnslist", word(2) + STAT * 2)),
}


def qcow2(version=3, backing=b"", offset=0x200, extensions=b"", size=None,
          length=104):
    head = struct.pack(">4sIQI", b"QFI\xfb", version,
                       offset if backing else 0,
                       len(backing) if size is None else size)
    head = head.ljust(100, b"\0") + struct.pack(">I", length)
    return (head.ljust(length, b"\0") + extensions).ljust(
        offset, b"\0") + backing


def extension(kind, data, length=None):
    size = len(data) if length is None else length
    return struct.pack(">II", kind, size) + data + b"\0" * (-len(data) % 8)


FORMAT = 0xE2792ACA
IMAGE = {
    "empty": b"",
    "qcow2": qcow2(),
    "qcow2-v2": qcow2(version=2, backing=b"base.raw"),
    "qcow2-backing": qcow2(backing=b"/base.qcow2",
                           extensions=extension(FORMAT, b"qcow2")
                           + extension(0, b"")),
    "qcow2-other-extension-first": qcow2(
        backing=b"b", extensions=extension(0x6803F857, b"x" * 48)
        + extension(FORMAT, b"raw")),
    "qcow2-extension-lies": qcow2(
        backing=b"b", extensions=extension(FORMAT, b"raw", 0xFFFFFFF9)),
    "qcow2-name-too-long": qcow2(backing=b"b" * 1024),
    "qcow2-name-longer-than-file": qcow2(backing=b"b", size=1000),
    "qcow2-name-with-nul": qcow2(backing=b"a\0b"),
    "qcow2-name-nowhere": qcow2(backing=b"b")[:8] + b"\xff" * 8
    + struct.pack(">I", 5) + b"\0" * 100,
    "qcow2-header-nowhere": qcow2(backing=b"b", offset=0x200)[:100]
    + b"\xff" * 4 + b"\0" * 0x200,
    "qcow2-cut-off": qcow2()[:60],
    "vmdk": b"KDMV".ljust(512, b"\0"),
    "vmdk-text": b"# Disk DescriptorFile\nversion=1\n",
    "vpc-at-end": b"\0" * 512 + b"conectix".ljust(512, b"\0"),
    "vdi": b"\0" * 64 + b"\x7f\x10\xda\xbe",
    "uml-cow": b"OOOM\0\0\0\2".ljust(512, b"\0"),
    "short": b"QFI",
}


def pieces(text, size=63):
    data = text.encode()
    return b"".join(bytes([len(data[i:i + size])]) + data[i:i + size]
                    for i in range(0, len(data), size))


SUPERVISOR = {
    "pid-then-exit": pieces("pid 123\nexit 0\n"),
    "error": pieces("error ENOSPC no room in /dev/shm\n"),
    "error-unknown": pieces("error EWHAT what\n"),
    "error-alone": pieces("error \nerror\nerror E\n"),
    "in-pieces": pieces("pid 4\nerror EPERM user namespaces\n", 1),
    "no-newline": pieces("error EIO " + "x" * 5000),
    "long-name": pieces("error " + "E" * 100 + " text\n"),
    "nul": pieces("pid 1\n\0\0\nexit\n"),
    "pid-no-number": pieces("pid x\npid -5\npid 99999999999999999999\n"),
}

SETTINGS = {
    "all": b"\n".join([
        b"LIBGUESTFS_DEBUG=1", b"LIBGUESTFS_TRACE=no",
        b"LIBGUESTFS_MEMSIZE=512", b"LIBGUESTFS_PATH=/a:/b",
        b"LIBGUESTFS_QEMU=/bin/a", b"LIBGUESTFS_HV=/bin/b",
        b"LIBGUESTFS_APPEND=quiet", b"LIBGUESTFS_BACKEND=uml",
        b"LIBGUESTFS_BACKEND_SETTINGS=a:b=c::d", b"LIBGUESTFS_TMPDIR=/tmp",
        b"LIBGUESTFS_CACHEDIR=/var/tmp", b"TMPDIR=/tmp",
        b"XDG_RUNTIME_DIR=/run"]),
    "numbers": b"LIBGUESTFS_MEMSIZE=99999999999999999999\nLIBGUESTFS_DEBUG=2",
    "memsize-small": b"LIBGUESTFS_MEMSIZE=1",
    "memsize-signs": b"LIBGUESTFS_MEMSIZE= +0x80",
    "empty-values": b"LIBGUESTFS_MEMSIZE=\nLIBGUESTFS_BACKEND=\n=\nTMPDIR",
    "backend": b"LIBGUESTFS_BACKEND=direct",
    "backend-old": b"LIBGUESTFS_ATTACH_METHOD=appliance",
    "backend-libvirt": b"LIBGUESTFS_BACKEND=libvirt:qemu:///session",
    "twice": b"LIBGUESTFS_MEMSIZE=x\nLIBGUESTFS_MEMSIZE=300",
    "nowhere": b"LIBGUESTFS_TMPDIR=/nowhere/at/all\nTMPDIR=/nowhere",
}

BASE64 = {
    "empty": b"\0",
    "one": b"\x10YQ==",
    "two": b"\x01YWI=",
    "three": b"\x02YWJj",
    "lines": b"\xff" + (b"QUJD" * 19 + b"\n") * 3 + b"QQ==\n",
    "loose-bits": b"\x10YR==",
    "after-padding": b"\x10YQ==YQ==",
    "padding-first": b"\x10=YWJj",
    "padding-inside": b"\x10YW=j",
    "three-paddings": b"\x10Y===",
    "cut-off": b"\x10YWJjY",
    "wrong-byte": b"\x10YW\0j",
    "white-space": b"\x00Y\tW\r\nJ\vj\f ",
}

NAMES = {
    "passwd": b"root:x:0:0:root:/root:/bin/sh\nuser:x:5:5::/:\n",
    "passwd-broken": b"\n:\n::0:\na:b\na:b:\na:b:x:\na:b:4294967295:\n"
    b"a:b:-1:\na:b:7",
    "volume": b"vg-lv",
    "volume-hyphens": b"my--vg-my--lv",
    "volume-broken": b"vg---lv",
    "volume-end": b"vg-",
    "path": b"./a//b/./c/",
    "path-dots": b"a/../b",
    "path-absolute": b"///a/...",
    "acl": struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", tag, 7, 1000) for tag in (1, 2, 4, 8, 16, 32)),
    "acl-unknown-tag": struct.pack("<IHHI", 2, 64, 7, 0),
    "acl-version": struct.pack("<IHHI", 3, 1, 7, 0),
    "acl-cut-off": struct.pack("<IHH", 2, 1, 7),
    "acl-no-id": struct.pack("<IHHI", 2, 2, 7, 0xFFFFFFFF),
}

MAGIC = 0xA92B4EFC


def raid_1(at, level=5, minor_at=None, features=0):
    """A superblock of format 1.x, where it says that it lies."""
    place = at if minor_at is None else minor_at
    sb = struct.pack("<IIII", MAGIC, 1, features, 0) + b"U" * 16 \
        + b"host:array".ljust(32, b"\0") + struct.pack("<QI", 0, level)
    sb = sb.ljust(144, b"\0") + struct.pack("<Q", place)
    return (b"\0" * (at * 512) + sb).ljust((at + 8) * 512, b"\0")


def raid_0():
    sb = struct.pack("<IIII", MAGIC, 0, 90, 0).ljust(4096, b"\0")
    return b"\0" * 65536 + sb.ljust(65536, b"\0")


def swap(magic=b"SWAPSPACE2"):
    return b"\0" * (4096 - len(magic)) + magic


def items(*parts):
    data = b"".join(struct.pack("<QQQII", 1, 256, offset, kind, length) + body
                    for offset, kind, length, body in parts)
    data += b"\0" * (-len(data) % 16)
    return bytes([len(parts), len(data) // 16]) + data


def backref(name, claimed=None):
    return struct.pack("<QQH", 256, 0,
                       len(name) if claimed is None else claimed) + name


DISK = {
    "raid-1.1": b"\0" + raid_1(0),
    "raid-1.2": b"\0" + raid_1(8),
    "raid-1.2-becomes-6": b"\0" + raid_1(8, features=4),
    "raid-1.2-elsewhere": b"\0" + raid_1(8, minor_at=16),
    "raid-0.90": b"\0" + raid_0(),
    "raid-small": b"\0" + raid_1(0)[:512],
    "swap": b"\1" + swap(),
    "swap-old": b"\1" + swap(b"SWAP-SPACE"),
    "swap-small": b"\1" + swap()[:100],
    "btrfs": b"\2" + items((5, 144, 22, backref(b"root")),
                           (5, 144, 22, backref(b"home")))
    + bytes([0, 0]) + bytes([4]) + b"dir/",
    "btrfs-name-lies": b"\2" + items((5, 144, 22, backref(b"root", 999))),
    "btrfs-length-lies": b"\2" + items((5, 144, 0xFFFFFFFF, b"")),
    "btrfs-too-few": b"\2" + bytes([200, 2]) + b"\0" * 32,
    "btrfs-own-parent": b"\2" + items((256, 144, 22, backref(b"loop"))),
}


def tar(choices, *members, end=True):
    """Members are (name, attributes of TarInfo, content)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w",
                      format=tarfile.PAX_FORMAT) as archive:
        for name, attributes, content in members:
            info = tarfile.TarInfo(name)
            for key, value in attributes.items():
                setattr(info, key, value)
            if content:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if content else None)
    data = out.getvalue().rstrip(b"\0")
    data += b"\0" * (-len(data) % 512)
    return bytes([choices]) + data + (b"\0" * 1024 if end else b"")


DIR = {"type": tarfile.DIRTYPE, "mode": 0o755}


def link(target, kind=tarfile.SYMTYPE):
    return {"type": kind, "linkname": target}


ATTRIBUTES = {"pax_headers": {
    "SCHILY.xattr.user.a": "value",
    "SCHILY.acl.access": "user::rwx,user:5:r--,group::r--,mask::rwx,"
                         "other::---"}}
SPARSE = {"pax_headers": {"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
                          "GNU.sparse.name": "sparse",
                          "GNU.sparse.realsize": "1000000"}}
TAR = {
    "plain": tar(0, ("dir", DIR, b""), ("dir/file", {}, b"content"),
                 ("link", link("dir/file"), b"")),
    "prefix": tar(1, (".", DIR, b""), ("file", {}, b"x")),
    "absolute": tar(0, ("/tmp/file", {}, b"x")),
    "dots": tar(0, ("../canary", {}, b"dead")),
    "dots-inside": tar(2, ("a/../../canary", {}, b"dead")),
    "through-link": tar(0, ("out", link(".."), b""),
                        ("out/canary", {}, b"dead")),
    "through-link-in-root": tar(10, ("out", link("/.."), b""),
                                ("out/canary", {}, b"dead")),
    "through-kept-link": tar(8, ("out", link(".."), b""), ("out", DIR, b""),
                             ("out/canary", {}, b"dead")),
    "hard-link-out": tar(0, ("x", link("../canary", tarfile.LNKTYPE), b""),
                         ("x", {}, b"dead")),
    "hard-link-through-link": tar(
        2, ("out", link(".."), b""),
        ("x", link("out/canary", tarfile.LNKTYPE), b""), ("x", {}, b"dead")),
    "link-over-file": tar(0, ("x", {}, b"x"), ("x", link("../canary"), b""),
                          ("x", {}, b"dead")),
    "target-itself": tar(0, (".", {}, b"x")),
    "target-as-link": tar(0, (".", link("/tmp"), b"")),
    "fifo": tar(0, ("fifo", {"type": tarfile.FIFOTYPE}, b""),
                ("fifo", {}, b"x")),
    "long-name": tar(0, ("d/" * 200 + "f", {}, b"x")),
    "attributes": tar(4, ("file", ATTRIBUTES, b"x")),
    "sparse": tar(0, ("GNUSparseFile.0/sparse", SPARSE,
                      b"1\n0\n5\n".ljust(512, b"\0") + b"hello")),
    "huge-size": tar(0, ("file", {"size": 1 << 60}, b""), end=False),
    "cut-off": tar(0, ("file", {}, b"x" * 2000))[:1000],
    "not-a-tar": b"\0" + b"not a tar at all" * 40,
    "empty": b"\0",
}

URI = {
    "file": b"disk.img",
    "file-uri": b"file:///tmp/disk%20image",
    "file-host": b"file://disk.img",
    "file-socket": b"file:///disk.img?socket=/s",
    "nbd": b"nbd://example.com:10809/export",
    "nbd-unix": b"nbd+unix:///name?socket=/tmp/socket",
    "ssh": b"ssh://user:secret@[2001:db8::1]:22/disk.img",
    "https": b"https://example.com/disk.img?x=1#y",
    "escapes": b"ftp://%41%@%2/%00%zz%",
    "port": b"nbd://h:99999999999/",
    "brackets": b"nbd://[::1/x",
    "empty": b"://",
    "user-only": b"ssh://@:@/",
    "gluster-unix": b"gluster+unix:///volume/a%20b?socket="
                    b"/run/glusterd.socket",
}



def elf(machine=62, bits=2, offset=64, count=1, note_type=18, name_size=4,
        note_offset=120):
    """An unpacked kernel: a header, a segment of notes, a note."""
    note = struct.pack("<III4sI", name_size, 4, note_type, b"Xen", 0x1000000)
    return (struct.pack("<4sBBB9xHHIQQQIHHHHHH", b"\x7fELF", bits, 1, 1, 2,
                        machine, 1, 0, offset, 0, 0, 64, 56, count, 0, 0, 0)
            + struct.pack("<IIQQQQQQ", 4, 4, note_offset, 0, 0, len(note),
                          len(note), 4)
            + note + b"Linux version 6.1.0-18-amd64 (x)\n" + bytes(600))


def bzimage(version=0x20f, flags=1, offset=16, length=40, release=0x100):
    image = bytearray(2560)
    image[0x1f1] = 4
    image[0x1fe:0x208] = b"\x55\xaa\xeb\x66HdrS" + struct.pack("<H", version)
    image[0x20e:0x210] = struct.pack("<H", release)
    image[0x236] = flags
    image[0x248:0x250] = struct.pack("<II", offset, length)
    image[0x300:0x30e] = b"6.1.0-18-amd64"
    return bytes(image) + bytes(16) + b"\xfd7zXZ" + bytes(60)


KERNEL = {
    "elf": elf(),
    "elf-32-bits": elf(bits=1),
    "elf-arm64": elf(machine=183),
    "elf-no-note": elf(note_type=1),
    "elf-segments-behind-end": elf(offset=1 << 40),
    "elf-too-many-segments": elf(count=0xffff),
    "elf-name-too-long": elf(name_size=0xfffffff0),
    "elf-note-behind-end": elf(note_offset=(1 << 64) - 8),
    "bzimage": bzimage(),
    "bzimage-old": bzimage(version=0x20b),
    "bzimage-32-bits": bzimage(flags=0),
    "bzimage-payload-behind-end": bzimage(offset=0xffffffff),
    "bzimage-payload-too-long": bzimage(length=0xffffffff),
    "bzimage-payload-too-short": bzimage(length=3),
    "bzimage-release-behind-end": bzimage(release=0xffff),
    "bzimage-cut-off": bzimage()[:0x252],
    "arm64": b"MZ".ljust(0x38, b"\0") + b"ARM\x64" + bytes(600),
    "text": b"not a kernel\n" * 60,
    "short": b"MZ",
}


def greeting(flags=3):
    return b"NBDMAGICIHAVEOPT" + struct.pack(">H", flags)


def go_reply(kind, data=b"", option=7, length=None):
    return struct.pack(">QIII", 0x3E889045565A9, option, kind,
                       len(data) if length is None else length) + data


def export(size=1 << 20, flags=0x21):
    return go_reply(3, struct.pack(">HQH", 0, size, flags))


def read_reply(data=b"image".ljust(512, b"."), error=0, cookie=0):
    return struct.pack(">IIQ", 0x67446698, error, cookie) + data


ACK = go_reply(1)
REFUSED = 0x80000000
NBD = {
    "silent": b"",
    "no-nbd": b"SSH-2.0-OpenSSH",
    "cut-off": greeting()[:12],
    "old": b"NBDMAGIC" + struct.pack(">QQI", 0x420281861253, 4096, 0),
    "not-fixed": greeting(0),
    "read": greeting() + export() + ACK + read_reply(),
    "more-information": greeting() + go_reply(3, b"\0\3" + bytes(12))
                        + export() + ACK + read_reply(),
    "no-size": greeting() + ACK + read_reply(),
    "negative-size": greeting() + export(1 << 63) + ACK,
    "other-option": greeting() + go_reply(1, option=8),
    "long-reply": greeting() + go_reply(3, length=0xFFFFFFFF),
    "short-information": greeting() + go_reply(3, b"\0") + ACK,
    "no-end": greeting() + export() * 100,
    "refused": greeting() + go_reply(REFUSED + 6, b"no such export"),
    "refused-text-cut-off": greeting() + go_reply(REFUSED + 6, b"no",
                                                  length=60000),
    "tls": greeting() + go_reply(REFUSED + 5),
    "old-option": greeting() + go_reply(REFUSED + 1)
                  + struct.pack(">QH", 4096, 1) + read_reply(),
    "old-option-zeroes": greeting(1) + go_reply(REFUSED + 1)
                         + struct.pack(">QH", 4096, 1) + bytes(124)
                         + read_reply(),
    "old-option-hangs-up": greeting() + go_reply(REFUSED + 1),
    "read-error": greeting() + export() + ACK + read_reply(b"", error=5),
    "read-other": greeting() + export() + ACK + read_reply(cookie=1),
    "read-cut-off": greeting() + export() + ACK + read_reply(b"short"),
}

def qmp(*lines):
    return b"".join(line + b"\r\n" for line in lines)


GREETING = b'{"QMP":{"version":{},"capabilities":[]}}'
DONE = b'{"return":{}}'
QMP = {
    "good": qmp(GREETING, DONE, DONE, b'{"event":"RESUME"}',
                b'{"return":{"status":"completed"}}'),
    "event-before-answer": qmp(GREETING, b'{"event":"RESUME"}', DONE, DONE,
                               DONE),
    "error": qmp(GREETING, DONE,
                 b'{"error":{"class":"GenericError","desc":"no"}}'),
    "error-no-object": qmp(GREETING, b'{"error":[]}'),
    "desc-no-string": qmp(GREETING, b'{"error":{"desc":{}}}'),
    "null": qmp(GREETING, b'{"return":null}', b'{"return":null}'),
    "no-greeting": qmp(DONE, DONE),
    "neither": qmp(GREETING, b'{"id":1}'),
    "no-object": qmp(GREETING, b"[]", b"7"),
    "event-no-string": qmp(GREETING, DONE, DONE, b'{"event":3}'),
    "many-events": qmp(GREETING, *[b'{"event":"STOP"}'] * 300),
    "deep": qmp(b"[" * 5000),
    "nul": qmp(GREETING, b'{"return":"\\u0000"}', b"\0"),
    "no-utf-8": qmp(GREETING, b'{"return":"\xff"}'),
    "no-newline": GREETING + b" " * 9000,
    "empty-line": qmp(b"", b""),
}



def domain(disk, before=""):
    return (f"{before}<domain type='kvm'><devices>{disk}</devices></domain>"
            .encode())


SERVER = ("<disk type='network'><driver type='raw'/><auth username='me'>"
          "<secret type='iscsi' usage='x'/></auth><source protocol='iscsi' "
          "name='iqn.x/1'><host name='a' port='1'/><host transport='unix' "
          "socket='/s'/></source><target dev='vda'/></disk>")
LIBVIRT = {
    "file": domain("<disk type='file'><source file='/a&amp;b&#65;'/>"
                   "<target dev='vda'/><readonly/></disk>"),
    "network": domain(SERVER),
    "many": domain(SERVER * 20),
    "cut-off": domain(SERVER)[:-30],
    "entity": domain("<disk type='&x;'/>", "<!DOCTYPE domain [<!ENTITY x "
                     "SYSTEM '/etc/passwd'>]>"),
    "entities": domain("<disk type='&c;'/>", "<!DOCTYPE domain [<!ENTITY a "
                       "'aaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c "
                       "'&b;&b;&b;&b;'>]>"),
    "loop": domain("<disk type='&a;'/>", "<!DOCTYPE domain [<!ENTITY a "
                   "'&b;'><!ENTITY b '&a;'>]>"),
    "dtd": domain("", "<!DOCTYPE domain SYSTEM 'http://localhost/x'>"),
    "utf-16": domain(SERVER).decode().encode("utf-16"),
    "encoding": domain(SERVER, "<?xml version='1.0' encoding='UTF-7'?>"),
    "not-utf-8": domain("<disk type='\xff'/>").replace(b"\xc3\xbf", b"\xff"),
    "deep": b"<domain>" + b"<a>" * 300,
    "namespace": domain("<x:disk/><disk x:type='a' type='b'/>"),
    "empty": b"",
}


def ipv4(protocol, to, payload, options=b"", fragment=0):
    words = 5 + len(options) // 4
    return (bytes(12) + b"\x08\0"
            + struct.pack(">BBHHHBBH", 0x40 | words, 0,
                          words * 4 + len(payload), 1, fragment, 64, protocol,
                          0)
            + ipaddress.ip_address("169.254.2.15").packed
            + ipaddress.ip_address(to).packed + options + payload)


def ipv6(protocol, to, payload):
    return (bytes(12) + b"\x86\xdd"
            + struct.pack(">IHBB", 6 << 28, len(payload), protocol, 255)
            + ipaddress.ip_address("fec0::f").packed
            + ipaddress.ip_address(to).packed + payload)


ASKED = struct.pack(">HHHH", 1024, 53, 8, 0)
OTHER = struct.pack(">HHHH", 1024, 80, 8, 0)
ALIAS, ALIAS6 = "169.254.213.54", "fec0::140"
FRAME = {
    "arp": bytes(12) + b"\x08\x06" + bytes(28),
    "ipv4": ipv4(17, "203.0.113.1", OTHER),
    "question": ipv4(17, ALIAS, ASKED),
    "question-tcp": ipv4(6, ALIAS, ASKED),
    "options": ipv4(17, ALIAS, ASKED, options=bytes(8)),
    "fragment": ipv4(17, ALIAS, ASKED, fragment=0x2000),
    "later-fragment": ipv4(17, ALIAS, ASKED, fragment=1),
    "loopback": ipv4(17, "127.0.0.53", ASKED),
    "icmp-error": ipv4(1, "169.254.2.15", b"\3\3" + bytes(6)
                       + ipv4(17, "127.0.0.53", ASKED)[14:]),
    "ipv6": ipv6(6, "2001:db8::1", OTHER),
    "ipv6-question": ipv6(17, ALIAS6, ASKED),
    "ipv6-question-even": ipv6(17, ALIAS6, ASKED + b"x"),
    "ipv6-other-port": ipv6(17, ALIAS6, OTHER),
    "ipv6-loopback": ipv6(17, "::1", ASKED),
    "ipv6-mapped": ipv6(17, "::ffff:127.0.0.1", ASKED),
    "ipv6-nat64": ipv6(17, "64:ff9b::7f00:1", ASKED),
    "ipv6-6to4": ipv6(17, "2002:7f00:1::", ASKED),
    "ipv6-multicast": ipv6(17, "ff02::1", ASKED),
    "ipv6-neighbour": ipv6(58, "ff02::1:ff00:2", b"\x87" + bytes(31)),
    "ipv6-hop-by-hop": ipv6(0, "2001:db8::1", b"\x11" + bytes(7) + ASKED),
    "ipv6-fragment": ipv6(44, "2001:db8::1", b"\x11" + bytes(7) + ASKED),
    "ipv6-routing": ipv6(43, "2001:db8::1", b"\x11\2" + bytes(22) + ASKED),
    "ipv6-error": ipv6(58, "fec0::f", b"\1\4" + bytes(6)
                       + ipv6(17, "::1", ASKED)[14:]),
    "cut-off": ipv6(17, ALIAS6, ASKED)[:55],
    "vlan": bytes(12) + b"\x81\0\0\0" + ipv4(17, ALIAS, ASKED)[12:],
    "empty": b"",
}

CORPORA = {"qmp": QMP, "message": MESSAGE, "reply": REPLY, "image": IMAGE,
           "supervisor": SUPERVISOR, "settings": SETTINGS, "base64": BASE64,
           "names": NAMES, "disk": DISK, "tar": TAR, "uri": URI,
           "kernel": KERNEL, "nbd": NBD, "fuse-reply": FUSE_REPLY,
           "libvirt": LIBVIRT, "frame": FRAME}

for target, corpus in CORPORA.items():
    folder = Path(__file__).parent / "corpus" / target
    folder.mkdir(exist_ok=True)
    for name, data in corpus.items():
        (folder / name).write_bytes(data)
