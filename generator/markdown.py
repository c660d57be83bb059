# SPDX-License-Identifier: LGPL-2.1-or-later
"""The subset of Markdown that all words of the project are written in.

What the description says of a call has paragraphs, lists with "- ", `code`
and [links] to other calls.  Manual pages and guides have besides: headings
with "#", fenced blocks, *emphasis* and **strong emphasis**.
"""

import re

FENCE = re.compile(r"^```.*\n(?:.*\n)*?```$", re.M)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\[(\w+)\](?![\[(])")

# Outside of code these mean something to some renderer.
SPECIAL = re.compile(r"[*_<>\\|~^`]|\]\(|!\[")
EMPHASIS = re.compile(r"(?<![\w*])(\*\*?)(?=\S)[^*\n]+(?<=\S)\1(?![\w*])")
LINE_START = re.compile(r"(?: {4}|\t|[#+>]|\d+[.)] |---|===)")
HEADING = re.compile(r"#{1,2} \S.*\Z")


def blank_code(text):
    """The same text, with code replaced by as many "x"; fences vanish."""
    text = FENCE.sub(lambda m: "\n" * m[0].count("\n"), text)
    return CODE.sub(lambda m: "x" * len(m[0]), text)


def _problem(line, previous, guide):
    if guide and HEADING.match(line):
        return None
    if guide:
        line = EMPHASIS.sub(lambda m: "x" * len(m[0]), line)
    line = LINK.sub("link", line)
    if m := SPECIAL.search(line):
        return f"'{m[0]}' outside of code"
    if m := LINE_START.match(line):
        return f"a line that begins with '{m[0]}'"
    in_list = previous.startswith(("- ", "  "))
    if line.startswith("- ") and previous and not in_list:
        return "a list without an empty line before it"
    if line.startswith(" ") and not (in_list and line.startswith("  ")):
        return "a line that begins with a space"
    if line and previous and in_list and not line.startswith(("- ", "  ")):
        return "a list without an empty line after it"
    return None


def problems(text, guide=False):
    """What is not of the subset, as (line number, what is wrong)."""
    previous = ""
    for number, line in enumerate(blank_code(text).split("\n"), 1):
        if what := _problem(line, previous, guide):
            yield number, what
        previous = line


def replace_links(text, replacement):
    """Each [link] outside of code becomes replacement(its name)."""
    kept = re.compile(f"({FENCE.pattern}|{CODE.pattern})", re.M)
    parts = kept.split(text)
    for i in range(0, len(parts), 2):
        parts[i] = LINK.sub(lambda m: replacement(m[1]), parts[i])
    return "".join(parts)
