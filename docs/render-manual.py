#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make a manual page of Markdown, for man(1) or as HTML, with lowdown(1).

usage: render-manual.py [-h] --name NAME --section N --version V
                        [--prefix PREFIX | --dashes] man|html OUTPUT INPUT...

The inputs, one after the other, are in the subset of generator/markdown.py.
[a_call] becomes a reference to the heading PREFIXa_call, or a-call, if there
is one.  A
fenced block "include FILE" is replaced by the file, which is looked for
beside the first input.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from generator import markdown  # noqa: E402

INCLUDE = re.compile(r"^```include (\S+)\n```$", re.M)
SPDX = re.compile(r"\A/\* SPDX.*\*/\n")


class Wrong(Exception):
    pass


def include(folder, name):
    text = (folder / name).read_text(encoding="utf-8")
    return f"```\n{SPDX.sub('', text)}```"


def read(path):
    text = path.read_text(encoding="utf-8")
    for number, what in markdown.problems(text, guide=True):
        raise Wrong(f"{path}:{number}: {what}")
    return text


def assemble(options):
    text = "\n".join(read(path) for path in options.input)
    folder = options.input[0].parent
    return INCLUDE.sub(lambda m: include(folder, m[1]), text)


def link(text, options):
    """[call] becomes a link, or is only made to stand out."""
    headings = set(re.findall(r"^## ([\w-]+)$", text, re.M))

    def one(name):
        full = options.prefix + name
        if options.dashes:
            full = name.replace("_", "-")
        if options.format == "html" and full in headings:
            return f"[`{full}`](#{full})"
        return f"`{full}`"
    text = markdown.replace_links(text, one)
    # In a word, too, "_" would be emphasis.
    return re.sub(r"^## .*", lambda m: m[0].replace("_", r"\_"), text,
                  flags=re.M)


def lowdown(options, text):
    command = ["lowdown", "-s", "--out-no-smarty", "-t", options.format]
    if options.format == "man":
        command += ["--nroff-nolinks"]
    for key, value in (("title", options.name), ("section", options.section),
                       ("volume", "libguestfs"),
                       ("source", f"libguestfs {options.version}"),
                       ("date", " ")):
        command += ["-m", f"{key}={value}"]
    return subprocess.run(command, input=text, check=True, text=True,
                          encoding="utf-8", stdout=subprocess.PIPE).stdout


# No hyphens, no stretched lines, one space between sentences.
PREAMBLE = ".nr HY 0\n.nh\n.ad l\n.ss 12 0"


def tighten_lists(text):
    """lowdown goes back a line before each item but the first, which the end
    of a page upsets; say instead that there is no distance.
    """
    text = text.replace(".if n \\\n.sp -1\n.if t \\\n.sp -0.25v\n.IP",
                        ".PD 0\n.IP")
    lines, tight = [], False
    for line in text.split("\n"):
        if tight and line.startswith((".LP", ".SH", ".SS")):
            lines.append(".PD")
            tight = False
        tight = tight or line == ".PD 0"
        lines.append(line)
    return "\n".join(lines)


CODE = re.compile(r"(\\fC.*?\\f[RP]|^\.EX\n.*?^\.EE$)", re.M | re.S)


def finish_man(text):
    """What man(1) on a terminal shows better: code in bold (there is no
    fixed-width font to tell it by), blocks indented; in code no hyphens, at
    which lines are broken, but the character that is typed.
    """
    text = CODE.sub(lambda m: m[0].replace("-", r"\-"), text)
    text = text.replace(r"\fC", r"\fB")
    text = re.sub(r"^\.(SH|SS)\n", r".\1 ", text, flags=re.M)
    text = re.sub(r"^\.LP\n\.EX$", ".LP\n.RS 4\n.EX", text, flags=re.M)
    text = re.sub(r"^\.EE$", ".EE\n.RE", text, flags=re.M)
    text = re.sub(r"^(\.TH .*)$", r"\1\n" + PREAMBLE, text, count=1, flags=re.M)
    return tighten_lists(text)


def parse_command_line():
    parser = argparse.ArgumentParser(prog="render-manual.py")
    parser.add_argument("--name", required=True)
    parser.add_argument("--section", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--dashes", action="store_true")
    parser.add_argument("format", choices=["man", "html"])
    parser.add_argument("output", type=Path)
    parser.add_argument("input", type=Path, nargs="+")
    return parser.parse_args()


def main():
    options = parse_command_line()
    text = lowdown(options, link(assemble(options), options))
    if options.format == "man":
        text = finish_man(text)
    options.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except Wrong as e:
        sys.exit(f"render-manual.py: {e}")
