# SPDX-License-Identifier: GPL-2.0-or-later
"""How a command looks in guestfish: its usage line and its help as text."""

import re
import textwrap

from . import model

_LINK = re.compile(r"\[(\w+)\](?!\()")
_CODE = re.compile(r"`([^`]+)`")


# What help texts may take, and the usage below them.
_HELP_WIDTH = 76
_USAGE_WIDTH = 69


def usage(command):
    """The words after the name; keys are asked for instead."""
    if isinstance(command, model.Command):
        return command.usage
    words = [arg.name for arg in command.args if arg.kind != "key"]
    words += [f"[{opt.name}:..]" for opt in command.optargs]
    return " ".join(words)


def usage_lines(command):
    """Name and usage; what does not fit goes below the arguments."""
    name = command.shell_name
    return textwrap.fill(f"{name} {usage(command)}", _USAGE_WIDTH,
                         subsequent_indent=" " * (len(name) + 1),
                         break_long_words=False, break_on_hyphens=False)


def aliases(command):
    """Its other names.  The description keeps those that come from the
    call's own name beside them.
    """
    if getattr(command, "once_had_no_optargs", False):
        return (command.shell_name + "-opts", *command.aliases)
    return command.aliases


def kind(arg):
    return "ARGUMENT_" + arg.kind.upper()


def counts_bytes(call):
    """Do its progress messages count bytes?"""
    return any(arg.is_file for arg in call.args) or \
        call.name.startswith("copy_")


def cancellable(call):
    """Files can be stopped halfway, and what says so of itself."""
    return any(arg.is_file for arg in call.args) or \
        "cancellable" in call.flags


def _plain(text):
    """Links in the shell's spelling; marks for code become quotes."""
    parts = re.split(r"(`[^`]+`)", text)
    for i, part in enumerate(parts):
        if part.startswith("`"):
            parts[i] = _CODE.sub(r"'\1'", part)
        else:
            parts[i] = _LINK.sub(lambda m: m[1].replace("_", "-"), part)
    return "".join(parts)


def _fill(text, **options):
    return textwrap.fill(text, _HELP_WIDTH, break_on_hyphens=False, **options)


def _paragraph(text):
    if text.startswith("```"):
        return textwrap.indent("\n".join(text.split("\n")[1:-1]), "    ")
    if not text.startswith("- "):
        return _fill(_plain(text))
    items = re.split(r"\n(?=- )", text)
    return "\n".join(_fill(_plain(item), subsequent_indent="  ")
                     for item in items)


def code(names):
    return ", ".join(f"`{name}`" for name in names)


def dashed(names):
    return ", ".join(name.replace("_", "-") for name in names)


def deprecation(command):
    if not command.replaced_by:
        return "This command is deprecated."
    return f"This command is deprecated: use [{command.replaced_by}] instead."


def help_text(command):
    """The description in lines for a terminal."""
    paragraphs = re.split(r"\n\s*\n", command.doc.strip())
    if command.deprecated:
        paragraphs.append(deprecation(command))
    if command.see_also:
        paragraphs.append(f"See also: {dashed(command.see_also)}")
    return "\n\n".join(_paragraph(p) for p in paragraphs) + "\n"
