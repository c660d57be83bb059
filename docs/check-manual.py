#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual pages: formatted without a warning, not wider than a terminal,
and complete.

usage: check-manual.py ROOT GUESTFS.H GUESTFSD MAKE-FIXED-APPLIANCE TEST-TOOL
           GUESTMOUNT GUESTUNMOUNT GUESTFS.3 OTHER-PAGE...
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

WIDTH = 80
# Lines of code that can't be broken.
WIDTH_OF_CODE = 100


def formatted(page):
    """As on a terminal, and what groff complains of."""
    command = ["groff", "-man", "-Tutf8", "-ww", f"-rLL={WIDTH - 2}n", "-P-c",
               "-P-b", "-P-u"]
    p = subprocess.run(command + [page], capture_output=True, check=True,
                       text=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
    return re.sub(r"\x1b\[[0-9;]*m", "", p.stdout), p.stderr


def check_layout(page):
    if not shutil.which("groff"):
        print(f"{page}: not formatted: there is no groff(1)")
        return
    text, warnings = formatted(page)
    for line in warnings.splitlines():
        yield line
    if len(text) < 1000:
        yield f"{page}: formatted it is only {len(text)} characters long"
    for line in text.splitlines():
        limit = WIDTH_OF_CODE if line.startswith(" " * 11) else WIDTH
        if len(line) > limit:
            yield f"{page}: {len(line)} columns: {line.strip()}"


def sections(text):
    parts = re.split(r"^# (.*)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def check_environment(root, guide):
    """Manual and code know the same variables."""
    code = (root / "lib/environment.c").read_text(encoding="utf-8")
    known = set(re.findall(r'^    { "(\w+)", parse_', code, re.M))
    shown = set()
    for item in re.findall(r"^- (.*?): ", sections(guide)["ENVIRONMENT"],
                           re.M | re.S):
        shown.update(re.findall(r"`(\w+)`", item))
    for name in known ^ shown:
        yield f"ENVIRONMENT: {name} is only in the {'code' if name in known else 'manual'}"
    if len(known) < 10:
        yield "lib/environment.c: the table was not found"


def check_words(page, header):
    """Every function and constant that a program may use is somewhere."""
    header = header.split("#ifdef GUESTFS_PRIVATE")[0]
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    page = re.sub(r"\\f.", "", page)
    words = set(re.findall(r"\w+", page))
    names = set(re.findall(r"\b(guestfs_\w+) \(", header))
    names |= set(re.findall(r"#define (GUESTFS_(?:EVENT|CREATE)_\w+)",
                            header))
    planned = page.partition("PLANNED CALLS")[2].partition(".SH")[0]
    for name in sorted(names):
        base = re.sub(r"(_opts)?(_va|_argv)?$", "", name)
        if name in words or base in planned:
            continue
        if re.match(r"guestfs_(free|copy|compare)_\w+$", name):
            continue
        yield f"{name} is in guestfs.h but not in the manual"
    if len(names) < 900:
        yield f"guestfs.h: only {len(names)} names were found"


def check_readme(root):
    """Its program is one that is compiled."""
    text = (root / "README.md").read_text(encoding="utf-8")
    program = (root / "docs/examples/os-release.c").read_text(
        encoding="utf-8")
    shown = re.search(r"^```c\n(.*?)^```$", text, re.M | re.S)
    if not shown or shown[1] != program.split("\n", 1)[1]:
        yield "README.md: its program is not docs/examples/os-release.c"


def check_links(root, guide, page):
    """Links of the guide lead to calls, and each has become a reference."""
    sys.path.insert(0, str(root))
    from generator import markdown, model
    calls = model.load(root / "api").calls
    for name in markdown.LINK.findall(markdown.blank_code(guide)):
        if name not in calls:
            yield f"guestfs.3.md: [{name}] is no call"
    for name in markdown.LINK.findall(page):
        if name in calls:
            yield f"guestfs.3: [{name}] was left as it is"


def check_options(root, program, page):
    """--help and the manual know the same options."""
    option = re.compile(r"(?<![\w-])--?[a-zA-Z][a-z-]*")
    usage = subprocess.run([program, "--help"], capture_output=True,
                           check=True, text=True).stdout
    manual = (root / "docs" / page).read_text(encoding="utf-8")
    helped = set(option.findall(usage))
    shown = set(option.findall(sections(manual)["OPTIONS"]))
    for name in helped ^ shown:
        yield (f"{page}: {name} is only in "
               f"{'--help' if name in helped else 'the manual'}")


def main(root, guestfs_h, guestfsd, make_fixed_appliance, test_tool,
         guestmount, guestunmount, *pages):
    root = Path(root)
    guide = (root / "docs/guestfs.3.md").read_text(encoding="utf-8")
    page = Path(pages[0]).read_text(encoding="utf-8")
    problems = [
        *(problem for name in pages for problem in check_layout(name)),
        *check_environment(root, guide),
        *check_options(root, guestfsd, "guestfsd.8.md"),
        *check_options(root, make_fixed_appliance,
                       "libguestfs-make-fixed-appliance.1.md"),
        *check_options(root, test_tool, "libguestfs-test-tool.1.md"),
        *check_options(root, guestmount, "guestmount.1.md"),
        *check_options(root, guestunmount, "guestunmount.1.md"),
        *check_readme(root),
        *check_words(page, Path(guestfs_h).read_text(encoding="utf-8")),
        *check_links(root, guide, page),
    ]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
