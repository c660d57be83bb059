#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The library exports what programs link to (tests/data/abi-symbols.txt:
the symbols that versions 1.48 and 1.60 are known by), and nothing but
guestfs_*.
"""

import subprocess
import sys
from pathlib import Path


def main(library, expected):
    output = subprocess.run(["nm", "-D", "--defined-only", library],
                            check=True, capture_output=True, text=True).stdout
    exported = {line.split()[2].split("@")[0] for line in output.splitlines()}
    wanted = set(Path(expected).read_text(encoding="utf-8").split())
    problems = [f"missing: {s}" for s in sorted(wanted - exported)]
    problems += [f"not ours: {s}" for s in sorted(exported)
                 if not s.startswith("guestfs_")]
    for problem in problems:
        print(problem)
    print(f"{len(exported)} symbols")
    return 1 if problems or not exported else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
