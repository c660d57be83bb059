# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the model looks in Python: signatures, docstrings and types."""

import re
import textwrap

_ARG_TYPES = {"bool": "bool", "int": "int", "int64": "int", "pointer": "int",
              "optstring": "_Text | None", "buffer": "_Buffer"}
_RETURN_TYPES = {"none": "None", "int": "int", "int64": "int",
                 "bool": "bool", "const_string": "str",
                 "const_optstring": "str | None", "string": "str",
                 "device": "str", "buffer": "bytes", "list": "list[str]",
                 "hash": "_Hash"}
_FIELD_TYPES = {"string": "str", "device": "str", "uuid": "str",
                "char": "str", "buffer": "bytes", "percent": "float"}


def calls(api):
    """Those that Python programs can make."""
    return [c for c in api.sorted_calls if c.visibility != "internal"]


def structs_returned(api):
    """Names of structs: (alone, in lists)."""
    returns = [c.returns for c in calls(api)]
    return ({r.struct for r in returns if r.kind == "struct"},
            {r.struct for r in returns if r.kind == "structs"})


def arg_type(arg):
    if arg.is_list:
        return "Iterable[_Text]"
    return _ARG_TYPES.get(arg.kind, "_Text")


def return_type(call):
    r = call.returns
    if r.kind == "struct":
        return "_" + r.struct
    if r.kind == "structs":
        return f"list[_{r.struct}]"
    return _RETURN_TYPES[r.kind]


def field_type(field):
    return _FIELD_TYPES.get(field.kind, "int")


def _fill(head, words, end):
    """Comma-separated words after a head that ends in "("; 79 columns."""
    indent = " " * (head.rindex("(") + 1)
    lines, line = [], head
    for i, word in enumerate(words):
        word += "," if i < len(words) - 1 else end
        if line.strip() and len(line) + len(word) > 79 and line != head:
            lines.append(line.rstrip())
            line = indent
        line += word + " "
    lines.append((line if words else head + end).rstrip())
    return "\n".join(lines)


def definition(call, indent=4):
    words = ["self"] + [a.name for a in call.args]
    words += [f"{o.name}=None" for o in call.optargs]
    return _fill(" " * indent + f"def {call.name}(", words, "):")


def stub(call, indent=4):
    words = ["self"] + [f"{a.name}: {arg_type(a)}" for a in call.args]
    words += [f"{o.name}: {arg_type(o)} | None = None" for o in call.optargs]
    return _fill(" " * indent + f"def {call.name}(", words,
                 f") -> {return_type(call)}: ...")


def invocation(call, indent=8):
    """What hands the arguments to the extension."""
    head = "return "
    if call.returns.kind == "hash":
        head += "self._hash("
    head += f"self._o.{call.name}("
    words = [a.name for a in call.args + call.optargs]
    end = "))" if call.returns.kind == "hash" else ")"
    return _fill(" " * indent + head, words, end)


def _notes(call):
    if call.planned:
        yield "This call is not implemented yet."
    if call.replaced_by:
        yield f"Deprecated: use `{call.replaced_by}` instead."
    elif call.deprecated:
        yield "Deprecated."
    if call.group:
        yield f"It depends on the optional group `{call.group}`."
    if call.since:
        yield f"Added in version {call.since}."


def docstring(call, indent=8):
    """With its quotes."""
    paragraphs = [(call.summary or call.name) + "."]
    paragraphs[0] = paragraphs[0][0].upper() + paragraphs[0][1:]
    if call.doc:
        paragraphs.append(re.sub(r"\[(\w+)\](?!\()", r"`\1`", call.doc))
    paragraphs += [textwrap.fill(note, 79 - indent) for note in _notes(call)]
    if call.see_also:
        paragraphs.append(textwrap.fill("See also: "
                                        + ", ".join(call.see_also) + ".",
                                        79 - indent))
    text = "\n\n".join(paragraphs).replace("\\", "\\\\")
    text = text.replace('"""', '\\"\\"\\"')
    return textwrap.indent(f'"""{text}\n"""', " " * indent).rstrip()
