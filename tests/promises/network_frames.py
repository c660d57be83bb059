# SPDX-License-Identifier: GPL-2.0-or-later
"""Ethernet frames that a guest could send."""

import socket
import struct

from network_world import PREFIX6

MAC = bytes.fromhex("525400000001")
BROADCAST = b"\xff" * 6


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet(protocol, destination, payload):
    addresses = (socket.inet_aton("169.254.2.15")
                 + socket.inet_aton(destination))
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64,
                         protocol, 0) + addresses
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return BROADCAST + MAC + b"\x08\0" + header + payload


def syn(destination, port, source=1024):
    """The first segment of a TCP connection."""
    segment = struct.pack("!HHIIBBHHH", source, port, 1, 0, 5 << 4, 2, 65535,
                          0, 0)
    pseudo = (socket.inet_aton("169.254.2.15")
              + socket.inet_aton(destination)
              + struct.pack("!BBH", 0, 6, len(segment)))
    total = checksum(pseudo + segment)
    return packet(6, destination,
                  segment[:16] + struct.pack("!H", total) + segment[18:])


def datagram(destination, port, data):
    return packet(17, destination,
                  struct.pack("!HHHH", 2000, port, 8 + len(data), 0) + data)


OWN6 = socket.inet_pton(socket.AF_INET6, PREFIX6 + "f")


def packet6(protocol, destination, payload, checksum_at):
    """The checksum is at this place of the payload."""
    to = socket.inet_pton(socket.AF_INET6, destination)
    pseudo = OWN6 + to + struct.pack("!II", len(payload), protocol)
    total = struct.pack("!H", checksum(pseudo + payload))
    return (BROADCAST + MAC + b"\x86\xdd"
            + struct.pack("!IHBB", 6 << 28, len(payload), protocol, 255)
            + OWN6 + to + payload[:checksum_at] + total
            + payload[checksum_at + 2:])


def syn6(destination, port, source=1024):
    return packet6(6, destination,
                   struct.pack("!HHIIBBHHH", source, port, 1, 0, 5 << 4, 2,
                               65535, 0, 0), 16)


def datagram6(destination, port, data):
    return packet6(17, destination,
                   struct.pack("!HHHH", 2000, port, 8 + len(data), 0) + data,
                   6)


def look_for_gateway():
    """By this libslirp knows where we are."""
    target = socket.inet_pton(socket.AF_INET6, PREFIX6 + "2")
    return packet6(58, "ff02::1:ff00:2",
                   struct.pack("!BBHI", 135, 0, 0, 0) + target
                   + b"\1\1" + MAC, 2)
