#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What PROTOCOL.md shows and claims is what the code does.

usage: test-protocol-doc.py EXAMPLES PROTOCOL.md

EXAMPLES is the program of protocol-examples.c.  Compared are the fenced
blocks "wire NAME" (bytes, then a remark) and "words NAME" (offset, word, then
a remark), and the rows of tables whose first cell is the name of a constant
and whose second is its value.  Nothing may be missing on either side.
"""

import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"^```(wire|words) (\S+)\n(.*?)^```$", re.M | re.S)
BYTES = re.compile(r"((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:   ?.*)?\Z")
WORD = re.compile(r"([0-9a-f]{3})  ([0-9a-f]{8})(?:  .*)?\Z")
ROW = re.compile(r"^\| `(\w+)` \| (0x[0-9a-f]+|\d+)\b", re.M)


class Wrong(Exception):
    pass


def wire(name, lines):
    result = ""
    for line in lines:
        if not (m := BYTES.match(line)):
            raise Wrong(f"{name}: '{line}' does not begin with bytes")
        result += m[1].replace(" ", "")
    return result


def words(name, lines):
    result = {}
    for line in lines:
        if not (m := WORD.match(line)):
            raise Wrong(f"{name}: '{line}' is no offset and word")
        result[int(m[1], 16)] = m[2]
    return result


def of_document(text):
    shown = {}
    for kind, name, body in BLOCK.findall(text):
        parse = wire if kind == "wire" else words
        shown[kind, name] = parse(name, body.splitlines())
    for name, value in ROW.findall(text):
        shown["constant", name] = int(value, 0)
    return shown


def of_code(program):
    output = subprocess.run([program], check=True, capture_output=True,
                            text=True).stdout
    real = {}
    for line in output.splitlines():
        kind, name, *rest = line.split()
        if kind == "wire":
            real[kind, name] = rest[0]
        elif kind == "words":
            real.setdefault((kind, name), {})[int(rest[0], 16)] = rest[1]
        else:
            real[kind, name] = int(rest[0], 16)
    return real


def main(program, document):
    shown = of_document(Path(document).read_text(encoding="utf-8"))
    real = of_code(program)
    bad = 0
    for key in sorted(shown.keys() | real.keys()):
        if shown.get(key) == real.get(key):
            continue
        bad += 1
        print(f"{' '.join(key)}:\n  document {shown.get(key)}\n"
              f"  code     {real.get(key)}")
    print(f"{len(real)} examples and constants, {bad} differ")
    return 1 if bad or not real else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Wrong as e:
        sys.exit(f"PROTOCOL.md: {e}")
