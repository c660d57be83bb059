# SPDX-License-Identifier: LGPL-2.1-or-later
# The types of the module, for type checkers.

from collections.abc import Callable, Iterable
from os import PathLike
from types import GenericAlias, TracebackType
from typing import Generic, Literal, NoReturn, TypedDict, TypeVar, overload

# What hashes are: GuestFS(python_return_dict=True) is a
# GuestFS[dict[str, str]], GuestFS() a GuestFS[list[tuple[str, str]]].
_Hash = TypeVar("_Hash")
_Self = TypeVar("_Self")
_Dict = dict[str, str]
_Pairs = list[tuple[str, str]]

_Text = str | bytes | PathLike[str] | PathLike[bytes]
_Buffer = str | bytes | bytearray | memoryview
_Callback = Callable[[int, int, str | None, list[int]], object]

__version__: str
EVENT_CLOSE: int
EVENT_SUBPROCESS_QUIT: int
EVENT_LAUNCH_DONE: int
EVENT_PROGRESS: int
EVENT_APPLIANCE: int
EVENT_LIBRARY: int
EVENT_TRACE: int
EVENT_ENTER: int
EVENT_LIBVIRT_AUTH: int
EVENT_WARNING: int
EVENT_ALL: int

class ClosedHandle(ValueError): ...

def event_to_string(event: int) -> str: ...

class _point(TypedDict):
    x: int
    y: int
    name: str
    id: str
    blob: bytes
    mark: str
    part: float

class GuestFS(Generic[_Hash]):
    def __class_getitem__(cls, item: object) -> GenericAlias: ...
    @overload
    def __init__(self: GuestFS[_Dict], python_return_dict: Literal[True],
                 environment: bool = True,
                 close_on_exit: bool = True) -> None: ...
    @overload
    def __init__(self: GuestFS[_Pairs],
                 python_return_dict: Literal[False] = False,
                 environment: bool = True,
                 close_on_exit: bool = True) -> None: ...
    @overload
    def __init__(self: GuestFS[_Dict | _Pairs], python_return_dict: bool,
                 environment: bool = True,
                 close_on_exit: bool = True) -> None: ...
    def __enter__(self: _Self) -> _Self: ...
    def __exit__(self, type: type[BaseException] | None,
                 value: BaseException | None,
                 traceback: TracebackType | None) -> None: ...
    def __del__(self) -> None: ...
    def __reduce_ex__(self, protocol: object) -> NoReturn: ...
    def close(self) -> None: ...
    def set_event_callback(self, cb: _Callback,
                           event_bitmask: int) -> int: ...
    def delete_event_callback(self, event_handle: int) -> None: ...
    def fetch(self, path: _Text, target: _Text) -> None: ...
    def later(self, path: _Text) -> bytes: ...
    def mkdisk(self, kind: _Text, size: int | None = None) -> None: ...
    mkdisk_opts = mkdisk
    def names(self, content: _Buffer) -> _Hash: ...
    def open_all(self, s: _Text, p: _Text, d: _Text, m: _Text, dp: _Text,
                 mp: _Text, f: _Text, u: _Text, k: _Text, o: _Text | None,
                 b: _Buffer, flag: bool, i: int, j: int, list: Iterable[_Text],
                 devices: Iterable[_Text]) -> int: ...
    def ping(self) -> None: ...
    def points(self) -> list[_point]: ...
    def send(self, source: _Text, path: _Text) -> None: ...
    def setting(self) -> str | None: ...
    def tune(self, device: _Text, quick: bool | None = None,
             level: int | None = None, size: int | None = None,
             label: _Text | None = None,
             names: Iterable[_Text] | None = None) -> None: ...
