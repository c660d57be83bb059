# SPDX-License-Identifier: GPL-2.0-or-later
"""The wire protocol (protocol/PROTOCOL.md) for tests: a third implementation,
which can misbehave.
"""

import socket
import struct
import tomllib
from pathlib import Path

PROGRAM, VERSION = 0x2000F5F5, 4
LAUNCH, CANCEL, PROGRESS = 0xF5F55FF5, 0xFFFFEEEE, 0xFFFF5555
MESSAGE_MAX = 4 << 20
CALL, REPLY = 0, 1
OK, ERROR = 0, 1
HEADER = struct.Struct(">5I2QI")

TIMEOUT = 20  # seconds: whoever waits longer has been forgotten

API = {}
for _path in (Path(__file__).resolve().parents[2] / "api").glob("*.toml"):
    if _path.stem not in ("structs", "events", "groups"):
        API.update(tomllib.loads(_path.read_text(encoding="utf-8")))


def word(value):
    return struct.pack(">I", value)


def packet(body):
    return word(len(body)) + body


def text(value):
    value = value.encode()
    return word(len(value)) + value + bytes(-len(value) % 4)


def message(proc, body=b"", *, prog=PROGRAM, vers=VERSION, direction=CALL,
            serial=1, hint=0, options=0, status=OK):
    """proc is a number or a call's name."""
    if isinstance(proc, str):
        proc = API[proc]["proc"]
    return packet(HEADER.pack(prog, vers, proc, direction, serial, hint,
                              options, status) + body)


def error(errno_name, what):
    return text(errno_name) + text(what)


def progress(proc, serial, position, total):
    return word(PROGRESS) + struct.pack(">2I2Q", proc, serial, position,
                                        total)


def chunk(data, cancel=0):
    return packet(word(cancel) + word(len(data)) + data
                  + bytes(-len(data) % 4))


END = chunk(b"")
CANCEL_CHUNK = chunk(b"", cancel=1)


class Header:
    def __init__(self, body):
        (self.prog, self.vers, self.proc, self.direction, self.serial,
         self.hint, self.options, self.status) = HEADER.unpack_from(body)
        self.rest = body[HEADER.size:]

    def error(self):
        """The errno's name and the message, of a reply that is an error."""
        assert self.status == ERROR, "not an error"
        size = struct.unpack_from(">I", self.rest)[0]
        name = self.rest[4:4 + size].decode()
        rest = self.rest[4 + size + -size % 4:]
        size = struct.unpack_from(">I", rest)[0]
        return name, rest[4:4 + size].decode()


class Gone(Exception):
    """The other end has closed the connection."""


class Connection:
    def __init__(self, sock):
        self.sock = sock
        sock.settimeout(TIMEOUT)

    def send(self, *parts):
        self.sock.sendall(b"".join(parts))

    def read(self, size):
        data = b""
        while len(data) < size:
            try:
                more = self.sock.recv(size - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                raise Gone
            data += more
        return data

    def receive(self):
        """One packet: its first word, and the body."""
        first = struct.unpack(">I", self.read(4))[0]
        if first == PROGRESS:
            return first, self.read(24)
        return first, self.read(first) if first <= MESSAGE_MAX else b""

    def receive_header(self):
        first, body = self.receive()
        assert first <= MESSAGE_MAX, f"{first:#x} where a message must be"
        return Header(body)

    def receive_chunk(self):
        """(cancel, data); progress messages are skipped."""
        first, body = self.receive()
        while first == PROGRESS:
            first, body = self.receive()
        assert first <= MESSAGE_MAX, f"{first:#x} where a chunk must be"
        cancel, size = struct.unpack_from(">2I", body)
        return cancel, body[8:8 + size]

    def receive_file(self):
        """(cancel, content) of a whole file."""
        content = b""
        while True:
            cancel, data = self.receive_chunk()
            content += data
            if cancel or not data:
                return cancel, content

    def is_gone(self):
        """Does the other end close the connection now?"""
        try:
            self.receive()
        except Gone:
            return True
        return False

    def close(self):
        self.sock.close()


def pair():
    ours, theirs = socket.socketpair()
    return Connection(ours), theirs
