# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions of the C library that Python's os has not."""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_AT_FDCWD = -100

RENAME_NOREPLACE = 1
RENAME_EXCHANGE = 2
KEEP_SIZE = 1
PUNCH_HOLE = 2
ZERO_RANGE = 16

_libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64,
                            ctypes.c_int64]
_libc.opendir.restype = ctypes.c_void_p
_libc.readdir.restype = ctypes.c_void_p
for _name in ("readdir", "telldir", "rewinddir", "closedir"):
    getattr(_libc, _name).argtypes = [ctypes.c_void_p]
_libc.telldir.restype = ctypes.c_long
_libc.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]

_D_NAME = 19  # its offset in struct dirent, on 64-bit Linux


def _check(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def renameat2(old, new, flags):
    _check(_libc.renameat2(_AT_FDCWD, os.fsencode(old), _AT_FDCWD,
                           os.fsencode(new), flags))


def fallocate(fd, mode, offset, length):
    _check(_libc.fallocate(fd, mode, offset, length))


class DirectoryStream:
    """opendir(3) and its kin.  Names are bytes."""

    def __init__(self, path):
        self._stream = _libc.opendir(os.fsencode(path))
        if not self._stream:
            _check(-1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _libc.closedir(self._stream)

    def __iter__(self):
        while (name := self.read()) is not None:
            yield name

    def read(self):
        """The next name, or None."""
        entry = _libc.readdir(self._stream)
        return ctypes.string_at(entry + _D_NAME) if entry else None

    def tell(self):
        return _libc.telldir(self._stream)

    def seek(self, place):
        _libc.seekdir(self._stream, place)

    def rewind(self):
        _libc.rewinddir(self._stream)
