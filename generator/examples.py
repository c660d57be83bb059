# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tests beside the calls: a script of a few lines, each of them

    CALL ARGUMENT... [OPTION:VALUE...] [EXPECTATION]

in guestfish's words and with shell quoting, where an EXPECTATION is one of

    == VALUE...           the result (a list's elements, a hash's k=v)
    =~ REGEX              the result, a string, matches
    .FIELD == VALUE...    that field of a struct (of each in a list)
    [KEY] == VALUE        that entry of a hash
    has VALUE             a list contains it
    fails ERRNO REGEX     the call fails: errno's name, message

'#' starts a comment line.  $TMP stands for a private directory of the
test, $DATA for tests/data; "$'...'" quotes escapes such as \\n.
"""

import re
import shlex
from dataclasses import dataclass

from .model import DescriptionError

_OPERATORS = {"==", "=~", "has", "fails"}


@dataclass(frozen=True)
class Step:
    call: object
    args: tuple          # one string, or a tuple of strings for a list
    optargs: dict        # name -> the same
    operator: str = ""
    selector: str = ""   # ".field" or "[key]"
    expected: tuple = ()
    line: str = ""


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\",
            "'": "'", '"': '"'}


def _unescape(text):
    def one(m):
        if m[1][0] == "x":
            return chr(int(m[1][1:], 16))
        return _ESCAPES[m[1]]
    return re.sub(r"\\(x[0-9a-f]{2}|.)", one, text)


def split(line):
    """The words of a line; $'...' has escapes."""
    def literal(m):
        return shlex.quote(_unescape(m[1]))
    return shlex.split(re.sub(r"\$'((?:[^'\\]|\\.)*)'", literal, line))


def _operator_at(words):
    for i, word in enumerate(words):
        if i > 0 and word in _OPERATORS:
            return i
    return len(words)


def _parse_options(where, call, words, line):
    options = {}
    for word in words:
        name, colon, value = word.partition(":")
        arg = next((a for a in call.optargs if a.name == name), None)
        if not colon or arg is None:
            raise DescriptionError(where, f"'{line}': '{word}' is no option "
                                          f"of {call.name}")
        options[name] = tuple(value.split()) if arg.is_list else value
    return options


def _parse_step(where, line, api):
    words = split(line)
    at = _operator_at(words)
    words, expectation = words[:at], words[at:]
    selector = ""
    if expectation and re.fullmatch(r"\.\w+|\[.+\]", words[-1]):
        selector = words.pop()
    name = words[0].replace("-", "_")
    call = api.calls.get(name)
    if call is None:
        raise DescriptionError(where, f"'{line}': unknown call '{words[0]}'")
    count = len(call.args)
    if len(words) - 1 < count:
        raise DescriptionError(where, f"'{line}': {call.name} takes {count} "
                                      "arguments")
    args = tuple(tuple(split(word)) if arg.is_list else word
                 for arg, word in zip(call.args, words[1:count + 1]))
    options = _parse_options(where, call, words[count + 1:], line)
    operator = expectation[0] if expectation else ""
    return Step(call, args, options, operator, selector,
                tuple(expectation[1:]), line)


def parse(where, example, api):
    """The steps of one test."""
    steps = []
    for line in example.run.splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            try:
                steps.append(_parse_step(where, line, api))
            except ValueError as e:
                raise DescriptionError(where, f"'{line}': {e}") from None
    return steps


# Subjects whose calls are about the machine, even without a device's name.
_MACHINE = {"appliance", "command", "mount", "device", "partition", "lvm",
            "filesystem", "launch", "handle", "swap", "md"}


def needs_devices(where, example, api):
    """Is it about more than files?  Then it needs an appliance."""
    return example.appliance or any(
        step.call.subject in _MACHINE or "/dev/" in step.line
        for step in parse(where, example, api))
