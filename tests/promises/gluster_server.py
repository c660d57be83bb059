# SPDX-License-Identifier: GPL-2.0-or-later
"""A Gluster volume of one brick.

The brick is served by the real glusterfsd; user-attributes.c lets others than
root run it.  Clients ask another server first, glusterd, what the volume
consists of; it can be run by root alone, and once per host, and has this small
one in its place.
"""

import os
import struct
import unittest

from servers import LOOPBACK, OddServer, Server, free_port, program

# ONC RPC (RFC 5531) in records of one fragment; Gluster's handshake.
LAST_FRAGMENT = 1 << 31
REPLY, ACCEPTED, AUTH_NONE, SUCCESS = 1, 0, 0, 0
HANDSHAKE, GETSPEC = 14398633, 2

BRICK = """
volume files
  type storage/posix
  option directory {folder}
  option volume-id {volume_id}
end-volume
volume locks
  type features/locks
  subvolumes files
end-volume
volume /brick
  type performance/io-threads
  subvolumes locks
end-volume
volume server
  type protocol/server
  option transport-type tcp
  option transport.address-family inet
  option transport.socket.bind-address {address}
  option transport.socket.listen-port {port}
  option auth.addr./brick.allow *
  subvolumes /brick
end-volume
"""

VOLUME = """
volume client
  type protocol/client
  option remote-host {address}
  option remote-port {port}
  option remote-subvolume /brick
  option transport-type tcp
end-volume
"""


class Brick:
    """A folder, `files`, and the text that tells clients where it is."""

    volume_id = "7b2c0f5e-4b0e-4bd0-9d5e-2f7a1c3d9e80"

    def __init__(self, test):
        glusterfsd = program("glusterfsd")
        self.files = test.folder / "brick"
        self.files.mkdir()
        try:
            os.setxattr(self.files, "user.glusterfs.volume-id",
                        bytes.fromhex(self.volume_id.replace("-", "")))
        except OSError as error:
            raise unittest.SkipTest(
                f"a brick needs extended attributes: {error}") from None
        port = free_port()
        config = test.folder / "brick.vol"
        config.write_text(BRICK.format(folder=self.files, port=port,
                                       volume_id=self.volume_id,
                                       address=LOOPBACK))
        self.server = Server(test, port, glusterfsd, "--no-daemon", "-f",
                             config, "-l", test.folder / "log-brick", "-p",
                             test.folder / "pid-brick",
                             env={**os.environ, "LD_PRELOAD":
                                  os.environ["USER_ATTRIBUTES"]})
        self.volume = VOLUME.format(address=LOOPBACK, port=port)


def _receive(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionResetError
        data += more
    return data


def _opaque(data):
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


class Volumes(OddServer):
    """Tells what the volumes consist of: texts by name."""

    def __init__(self, test, volumes, path=None):
        self.volumes = volumes
        super().__init__(test, self.answer_all, path)

    def answer_all(self, connection):
        while True:
            size = struct.unpack(">I", _receive(connection, 4))[0]
            call = _receive(connection, size & ~LAST_FRAGMENT)
            reply = self.answer(call)
            connection.sendall(struct.pack(">I", len(reply) | LAST_FRAGMENT)
                               + reply)

    def answer(self, call):
        xid, _, _, service, _, procedure = struct.unpack(">6I", call[:24])
        if (service, procedure) != (HANDSHAKE, GETSPEC):
            raise ConnectionResetError
        offset = 24
        for _ in "credentials", "verifier":
            size = struct.unpack(">I", call[offset + 4:offset + 8])[0]
            offset += 8 + size + -size % 4
        size = struct.unpack(">I", call[offset + 4:offset + 8])[0]
        name = call[offset + 8:offset + 8 + size].decode()
        text = self.volumes.get(name, "").encode()
        result = struct.pack(">ii", len(text) or -1, 0 if text else 2)
        return (struct.pack(">6I", xid, REPLY, ACCEPTED, AUTH_NONE, 0,
                            SUCCESS)
                + result + _opaque(text) + _opaque(b""))
