#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the corpus of fuzz-message: streams as honest and lying peers send
them.  Run it again when the protocol grows.
"""

import struct
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus" / "message"


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


CORPUS = {
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

for name, data in CORPUS.items():
    (FOLDER / name).write_bytes(data)
