#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the archives and compressed files of this folder, from nothing:
    ./make-archives.py
"""

import bz2
import gzip
import io
import lzma
import os
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
LINES = b"one\ntwo\nthree\nfour\nfive\n"
TIME = 1_000_000_000.123456789


def path(name):
    return os.path.join(HERE, name)


def member(name, kind=tarfile.REGTYPE, content=b"", **fields):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.size = len(content)
    info.mtime = int(TIME)
    info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    for key, value in fields.items():
        setattr(info, key, value)
    return info, content


def pack(members, format=tarfile.GNU_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format,
                      errors="surrogateescape") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def write(name, content):
    with open(path(name), "wb") as f:
        f.write(content)


def link(name, target):
    return member(name, tarfile.SYMTYPE, linkname=target)


TREE = [
    member("./", tarfile.DIRTYPE),
    member("./dir/", tarfile.DIRTYPE, mode=0o2750, uid=1000, gid=100),
    member("./dir/lines", content=LINES, uid=1000, gid=100, mode=0o640),
    member("./dir/suid", content=b"x", mode=0o4755),
    member("./dir/hard", tarfile.LNKTYPE, linkname="./dir/lines"),
    link("./dir/soft", "lines"),
    member("./" + "long" * 60 + "/" + "name" * 60, content=b"long\n"),
    member("./n\nl", content=b"newline\n"),
    member("./\udcff\udcfe", content=b"bytes\n"),
    member("./\u00fc", content=b"utf-8\n"),
]

SPECIAL = [
    member("fifo", tarfile.FIFOTYPE),
    member("null", tarfile.CHRTYPE, devmajor=1, devminor=3),
    member("disk", tarfile.BLKTYPE, devmajor=98, devminor=0),
    link("loop", "loop"),
    link("to-etc", "/etc"),
    link("to-passwd", "../../../../../etc/passwd"),
    link("to-proc", "/proc/self/root/etc/passwd"),
]

# What must not get out of the directory that it is unpacked in.
HOSTILE = {
    "dotdot": [member("a/../../out", content=b"x")],
    "absolute": [member("/absolute", content=b"inside\n")],
    "link-absolute": [link("out", "/"), member("out/escaped", content=b"x")],
    "link-up": [link("out", "../.."), member("out/escaped", content=b"x")],
    "link-chain": [link("a", "."), link("a/b", ".."),
                   member("b/escaped", content=b"x")],
    "link-file": [link("out", "/escaped"), member("out", content=b"in\n")],
    "link-proc": [link("out", "/proc/self/root"),
                  member("out/escaped", content=b"x")],
    "hard-absolute": [member("hard", tarfile.LNKTYPE,
                             linkname="/secret")],
    "hard-up": [member("hard", tarfile.LNKTYPE, linkname="../secret")],
    "hard-link": [link("out", ".."),
                  member("hard", tarfile.LNKTYPE, linkname="out/secret")],
    "directory-link": [link("out", ".."),
                       member("out", tarfile.DIRTYPE, mode=0o777)],
    "keep": [link("real-link", "real"), member("real", tarfile.DIRTYPE),
             member("real-link", tarfile.DIRTYPE),
             member("real-link/file", content=b"kept\n")],
}


def sparse():
    """A GNU sparse file of 1 TiB with one byte of data at its end."""
    info, _ = member("sparse")
    info.type = tarfile.GNUTYPE_SPARSE
    info.size = 512
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"

    def number(value):
        if value < 8 ** 11:
            return b"%011o\0" % value
        return bytes([0x80]) + value.to_bytes(11, "big")

    def seal(size):
        header[386:386 + 12] = number(size - 512)
        header[398:398 + 12] = number(512)
        for i in range(1, 4):
            header[386 + 24 * i:386 + 24 * i + 24] = bytes(24)
        header[482] = 0
        header[483:495] = number(size)
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        return bytes(header) + b"x" * 512 + bytes(1024)
    write("sparse.tar", seal(1 << 40))
    write("sparse-huge.tar", seal(1 << 62))


def main():
    tree = pack(TREE)
    write("lines", LINES)
    write("lines.gz", gzip.compress(LINES, mtime=0))
    write("lines.bz2", bz2.compress(LINES))
    write("tree.tar", tree)
    write("tree-pax.tar", pack(TREE, tarfile.PAX_FORMAT))
    write("tree.tgz", gzip.compress(tree, mtime=0))
    write("tree.txz", lzma.compress(tree))
    write("tree.tar.bz2", bz2.compress(tree))
    write("tree.tar.lzma", lzma.compress(tree, format=lzma.FORMAT_ALONE))
    write("truncated.tar", tree[:2560 + 700])
    write("special.tar", pack(SPECIAL))
    for name, members in HOSTILE.items():
        write(f"hostile-{name}.tar", pack(members))
    sparse()
    write("strings", b"\0abc\0four\x01tab\tted\xff"
          + "wide text".encode("utf-16-le") + b"\0\0\xff"
          + "big end".encode("utf-16-be") + b"\0\0"
          + "four-byte".encode("utf-32-le") + b"\xff\xff"
          + "caf\u00e9 au lait".encode() + b"\0" + b"caf\xe9!\0")


main()
