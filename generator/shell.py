# SPDX-License-Identifier: GPL-2.0-or-later
"""How a call looks in guestfish: its usage line and its help as text."""

import re
import textwrap

_LINK = re.compile(r"\[(\w+)\](?!\()")
_CODE = re.compile(r"`([^`]+)`")


def usage(call):
    """The words after the name; keys are asked for instead."""
    words = [arg.name for arg in call.args if arg.kind != "key"]
    words += [f"[{opt.name}:..]" for opt in call.optargs]
    return " ".join(words)


def kind(arg):
    return "ARGUMENT_" + arg.kind.upper()


def counts_bytes(call):
    """Do its progress messages count bytes?"""
    return any(arg.is_file for arg in call.args) or \
        call.name.startswith("copy_")


def _plain(text):
    """Links in the shell's spelling; marks for code become quotes."""
    parts = re.split(r"(`[^`]+`)", text)
    for i, part in enumerate(parts):
        if part.startswith("`"):
            parts[i] = _CODE.sub(r"'\1'", part)
        else:
            parts[i] = _LINK.sub(lambda m: m[1].replace("_", "-"), part)
    return "".join(parts)


def _paragraph(text):
    if not text.startswith("- "):
        return textwrap.fill(_plain(text), 76, break_on_hyphens=False)
    items = re.split(r"\n(?=- )", text)
    return "\n".join(textwrap.fill(_plain(item), 76, subsequent_indent="  ",
                                   break_on_hyphens=False)
                     for item in items)


def help_text(call):
    """The description in lines for a terminal."""
    paragraphs = re.split(r"\n\s*\n", call.doc.strip())
    text = [_paragraph(p) for p in paragraphs if p]
    if call.deprecated and call.replaced_by:
        other = call.replaced_by.replace("_", "-")
        text.append(f"This command is deprecated: use '{other}' instead.")
    if call.see_also:
        others = ", ".join(n.replace("_", "-") for n in call.see_also)
        text.append(textwrap.fill(f"See also: {others}", 76,
                                  break_on_hyphens=False))
    return "\n\n".join(text) + "\n"
