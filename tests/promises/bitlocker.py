# SPDX-License-Identifier: GPL-2.0-or-later
"""A small BitLocker volume, whose content is zeros: there is nothing on Linux
that makes one.  Sources: "BitLocker Drive Encryption (BDE) format
specification" (libbde), bitlk in cryptsetup(8).
"""

import hashlib
import struct
import uuid

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

SECTOR = 512
SIZE = 4 << 20
METADATA = (1 << 20, 2 << 20, 3 << 20)  # three copies, of 64 KiB each
HEADER_COPY = (3 << 20) + (512 << 10)   # the first sectors, encrypted
HEADER_SECTORS = 16
SIGNATURE = b"-FVE-FS-"
NORMAL_VOLUME = uuid.UUID("4967d63b-2e29-4ad8-8399-f6a339e3d001").bytes_le
AES_XTS_128 = 0x8004
STRETCH, AES_CCM = 0x1000, 0x2000       # what keys are protected by
PASSPHRASE = 0x2000
STATE_ENCRYPTED, VERSION = 4, 2
FILE_TIME = struct.pack("<Q", 0x01d00000_00000000)

FVEK, VMK, SALT = b"\x11" * 16 + b"\x44" * 16, b"\x22" * 32, b"\x33" * 16


def entry(kind, value, data):
    return struct.pack("<HHHH", len(data) + 8, kind, value, 1) + data


def derive(passphrase):
    """The key that a passphrase stands for: 2^20 times SHA-256."""
    first = hashlib.sha256(
        hashlib.sha256(passphrase.encode("utf-16-le")).digest()).digest()
    last = bytes(32)
    for i in range(1 << 20):
        last = hashlib.sha256(last + first + SALT
                              + struct.pack("<Q", i)).digest()
    return last


def encrypted_key(kind, key, secret, method):
    nonce = FILE_TIME + struct.pack("<I", kind + 1)
    plain = struct.pack("<HHHHI", len(secret) + 12, 0, 1, 1, method) + secret
    sealed = AESCCM(key, tag_length=16).encrypt(nonce, plain, None)
    return entry(kind, 5, nonce + sealed[-16:] + sealed[:-16])


def master_key(passphrase):
    return entry(2, 8, uuid.UUID(int=7).bytes_le + FILE_TIME
                 + struct.pack("<HH", 0, PASSPHRASE)
                 + entry(0, 3, struct.pack("<HH", STRETCH, 0) + SALT)
                 + encrypted_key(0, derive(passphrase), VMK, AES_CCM))


def metadata(passphrase):
    entries = (master_key(passphrase)
               + encrypted_key(3, VMK, FVEK, AES_XTS_128)
               + entry(15, 15, struct.pack("<QQ", HEADER_COPY,
                                           HEADER_SECTORS * SECTOR)))
    block = SIGNATURE + struct.pack(
        "<HHHHQIIQQQQ", 0, VERSION, STATE_ENCRYPTED, STATE_ENCRYPTED, SIZE,
        0, HEADER_SECTORS, *METADATA, HEADER_COPY)
    header = struct.pack("<IIII16sIHHQ", 48 + len(entries), 1, 48,
                         48 + len(entries), uuid.UUID(int=8).bytes_le, 1,
                         AES_XTS_128, 0, 0x01d00000_00000000)
    return block + header + entries


def encrypted_zeros(sector):
    tweak = struct.pack("<QQ", sector, 0)
    return Cipher(algorithms.AES(FVEK), modes.XTS(tweak)).encryptor().update(
        bytes(SECTOR))


def boot_sector():
    data = bytearray(SECTOR)
    data[0:11] = b"\xeb\x58\x90" + SIGNATURE
    struct.pack_into("<H", data, 11, SECTOR)
    struct.pack_into("<16sQQQ", data, 160, NORMAL_VOLUME, *METADATA)
    data[510:512] = b"\x55\xaa"
    return bytes(data)


def make(path, blocks):
    with open(path, "wb") as f:
        for sector in range(SIZE // SECTOR):
            f.write(encrypted_zeros(sector))
        for offset in METADATA:
            f.seek(offset)
            f.write(blocks.ljust(64 << 10, b"\0"))
        f.seek(0)
        f.write(boot_sector())
