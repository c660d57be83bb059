# SPDX-License-Identifier: GPL-2.0-or-later
"""The types: what a type checker makes of programs, and whether they are
what the module has.
"""

import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import guestfs

PACKAGES = pathlib.Path(guestfs.__file__).parents[1]

# A line that reveals a type has the type after it.
PROGRAM = """
import guestfs

pairs = guestfs.GuestFS()
reveal_type(pairs.mountpoints())  # list[tuple[str, str]]
dicts = guestfs.GuestFS(python_return_dict=True)
reveal_type(dicts.mountpoints())  # dict[str, str]
reveal_type(guestfs.GuestFS(True).blkid("/dev/sda"))  # dict[str, str]
reveal_type(guestfs.GuestFS(False).blkid("/dev/sda"))  # list[tuple[str, str]]
with guestfs.GuestFS(python_return_dict=True, close_on_exit=False) as g:
    reveal_type(g.list_filesystems())  # dict[str, str]

def either(flag: bool) -> None:
    g = guestfs.GuestFS(python_return_dict=flag)
    reveal_type(g.mountpoints())  # dict[str, str] | list[tuple[str, str]]

def annotated(g: guestfs.GuestFS[dict[str, str]]) -> str:
    return g.mountpoints()["/dev/sda"]

annotated(dicts)
reveal_type(g.read_file("/"))  # bytes
reveal_type(g.ls(b"/"))  # list[str]
reveal_type(g.stat("/")["size"])  # int
reveal_type(g.statvfs("/"))  # TypedDict
reveal_type(g.lvs_full()[0]["lv_name"])  # str
reveal_type(g.is_file("/"))  # bool
reveal_type(g.get_append())  # str | None
reveal_type(g.filesize("/"))  # int
reveal_type(g.close())  # None

def callback(event: int, handle: int, buf: str | None,
             array: list[int]) -> None: ...

handle: int = g.set_event_callback(callback, guestfs.EVENT_PROGRESS)
g.write("/file", "text")
g.write("/file", b"bytes")
g.add_drive("disk", readonly=True, format=None)
"""

# Each must be refused.
WRONG = [
    "guestfs.GuestFS().mountpoints()['/dev/sda']",
    "guestfs.GuestFS().stat('/')['nonsense']",
    "guestfs.GuestFS().add_drive(1)",
    "guestfs.GuestFS().add_drive('disk', nonsense=True)",
    "guestfs.GuestFS().touch()",
    "guestfs.GuestFS().set_event_callback(lambda: None, 1)",
]


def mypy(program):
    """The lines that it says about the lines of the program."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "program.py")
        with open(path, "w", encoding="utf-8") as f:
            f.write(program)
        r = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null",
             "--no-error-summary", "--hide-error-context", path],
            cwd=folder, env=os.environ | {"MYPYPATH": str(PACKAGES)},
            capture_output=True, text=True)
    said = {}
    for line in r.stdout.splitlines():
        _, number, text = line.split(":", 2)
        said.setdefault(int(number), []).append(text.strip())
    return said


def plain(revealed):
    return revealed.replace("builtins.", "").replace(
        "Tuple[", "tuple[").replace("Union[dict[str, str], "
                                    "list[tuple[str, str]]]",
                                    "dict[str, str] | list[tuple[str, str]]"
                                    ).replace("Union[str, None]",
                                              "str | None")


class Types(unittest.TestCase):
    def test_revealed(self):
        said = mypy(PROGRAM)
        for number, line in enumerate(PROGRAM.splitlines(), 1):
            texts = [plain(t) for t in said.pop(number, [])]
            if "reveal_type" not in line:
                self.assertEqual(texts, [], line)
                continue
            wanted = line.split("  # ")[1]
            self.assertEqual(len(texts), 1, line)
            self.assertIn(f'Revealed type is "{wanted}', texts[0], line)
        self.assertEqual(said, {})

    def test_wrong(self):
        said = mypy("\n".join(["import guestfs", *WRONG]))
        for number, line in enumerate(WRONG, 2):
            self.assertIn("error", said.get(number, [""])[0], line)


class Module(unittest.TestCase):
    def test_agrees(self):
        """Each name and each signature is what the module has."""
        with tempfile.TemporaryDirectory() as folder:
            r = subprocess.run(
                [sys.executable, "-m", "mypy.stubtest", "guestfs"],
                cwd=folder, env=os.environ | {"MYPYPATH": str(PACKAGES)},
                capture_output=True, text=True)
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)

    def test_is_typed(self):
        self.assertTrue((PACKAGES / "guestfs" / "py.typed").exists())

    def test_subscript(self):
        self.assertEqual(str(guestfs.GuestFS[dict[str, str]]),
                         "guestfs.GuestFS[dict[str, str]]")


if __name__ == "__main__":
    if importlib.util.find_spec("mypy") is None:
        print("this Python has no mypy")
        sys.exit(77)
    unittest.main()
