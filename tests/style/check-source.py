#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that no compiler knows: which layer may include which, functions
that nobody may call, the license line, and the length of lines.
"""

import re
import subprocess
import sys
from pathlib import Path

# A layer may include itself and these.
LAYERS = {
    "common": set(),
    "protocol": {"common"},
    "lib": {"common", "protocol"},
    "daemon": {"common", "protocol"},
    "appliance": {"common"},
    "guest-options": {"common", "lib"},
    "shell": {"guest-options", "common", "lib"},
    "tools": {"guest-options", "common", "lib"},
    "bindings": {"common", "lib"},
    "tests": {"common", "protocol", "lib", "daemon", "appliance",
              "guest-options", "shell"},
}
# Of lib/, what is above it sees only this.
PUBLIC = {"guestfs.h"}

BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|"
                    r"system|popen|gets|alloca|mktemp|tmpnam)\s*\(")
COMMENT_OR_STRING = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
LONGEST_LINE = 100


def layer_of_header(root):
    """Headers are found by their bare names: which layer has which."""
    found = {}
    for layer in LAYERS:
        for path in (root / layer).rglob("*.h*"):
            name = path.name.removesuffix(".jinja")
            found.setdefault(name, set()).add(layer)
    return found


def check_includes(path, layer, text, headers):
    for name in INCLUDE.findall(text):
        owners = headers.get(Path(name).name, set())
        if not owners or layer in owners or owners & LAYERS[layer]:
            if owners == {"lib"} and layer not in ("lib", "tests") \
               and name not in PUBLIC:
                yield f"{path}: {name} is private to lib/"
            continue
        yield f"{path}: {layer}/ may not include {name}"


def check_calls(path, text):
    code = COMMENT_OR_STRING.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    for m in BANNED.finditer(code):
        line = code.count("\n", 0, m.start()) + 1
        yield f"{path}:{line}: {m[1]} is banned"


def check_lines(path, text):
    if "SPDX-License-Identifier: " not in text[:300]:
        yield f"{path}: no SPDX line"
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE and path.suffix != ".jinja":
            yield f"{path}:{number}: {len(line)} columns"
        if line != line.rstrip():
            yield f"{path}:{number}: white space at the end"


def main(root):
    root = Path(root)
    headers = layer_of_header(root)
    files = subprocess.run(["git", "-c", "safe.directory=*", "ls-files",
                            "-co", "--exclude-standard"], cwd=root,
                           check=True, capture_output=True,
                           text=True).stdout.split("\n")
    problems, count = [], 0
    for name in files:
        path = root / name
        layer = name.split("/")[0]
        if not name or path.suffix not in (".c", ".h", ".py", ".jinja") \
           or "golden" in name or not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        count += 1
        problems += check_lines(path, text)
        if path.suffix in (".c", ".h"):
            problems += check_calls(path, text)
            if layer in LAYERS:
                problems += check_includes(path, layer, text, headers)
    for problem in problems:
        print(problem.replace(f"{root}/", ""))
    print(f"{count} files")
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
