# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the manual says of a call that is no prose of its own."""

import textwrap

from . import c

# What fits into a terminal of 80 columns, indented as man(1) does.
_CODE_WIDTH = 69

_SCALARS = {
    "none": "Returns 0, or -1 on error.",
    "int": "Returns a number, or -1 on error.",
    "int64": "Returns a number, or -1 on error.",
    "bool": "Returns 1 for true and 0 for false, or -1 on error.",
    "const_string": "Returns a string that belongs to the handle, or `NULL` "
                    "on error.",
    "const_optstring": "Returns a string that belongs to the handle, or "
                       "`NULL` if there is none.",
    "string": "Returns a string, which the caller frees, or `NULL` on error.",
    "device": "Returns a string, which the caller frees, or `NULL` on error.",
    "buffer": "Returns a buffer, which the caller frees, and its size in "
              "`*size_r`; or `NULL` on error.",
    "list": "Returns a list of strings, which the caller frees, or `NULL` on "
            "error.",
    "hash": "Returns a list of keys and values by turns, which the caller "
            "frees, or `NULL` on error.",
}


def returns(call):
    r = call.returns
    if r.kind not in ("struct", "structs"):
        return _SCALARS[r.kind]
    name = r.struct + ("_list" if r.kind == "structs" else "")
    return (f"Returns a `struct guestfs_{name} *`, which the caller frees "
            f"with `guestfs_free_{name}`, or `NULL` on error.")


def _prototype(call, name, form):
    text = c.prototype(call, name, form, width=_CODE_WIDTH - 1) + ";"
    if max(map(len, text.splitlines())) <= _CODE_WIDTH:
        return text
    # A long name leaves its parameters no room: they begin a line.
    params = c.wrap("    (", c.params(call, form), 5, _CODE_WIDTH - 1)
    return f"{c.return_type(call).rstrip()}\n{name}\n{params};"


def prototypes(call):
    """All forms of a call, as C."""
    if not call.optargs:
        return _prototype(call, "guestfs_" + call.name, "none")
    name = "guestfs_" + call.opts_name
    forms = [(name, "dots"), (name + "_va", "va"), (name + "_argv", "argv")]
    if call.once_had_no_optargs:
        forms.insert(0, ("guestfs_" + call.name, "none"))
    return "\n".join(_prototype(call, n, form) for n, form in forms)


def options(call):
    """The optional arguments as they are written in the first form."""
    lines = []
    for opt in call.optargs:
        number = f"GUESTFS_{call.opts_name}_{opt.name},".upper()
        value = c.arg_type(opt) + opt.name + ","
        one_line = f"{number} {value}"
        lines += ([one_line] if len(one_line) <= _CODE_WIDTH
                  else [number, "    " + value])
    return "\n".join(lines)


def notes(call, api):
    """Short sentences about the call: what its flags mean."""
    if call.deprecated:
        new = call.replaced_by
        yield ("Deprecated" + (f": use [{new}] instead." if new
                               else "; there is nothing that replaces it."))
    if call.group:
        yield (f"Needs the optional group `{call.group}`: "
               f"{api.groups[call.group].doc}. [feature_available] tells "
               "whether the appliance has it.")
    if "progress" in call.flags:
        yield "Sends progress events."
    if "cancellable" in call.flags:
        yield "Can be cancelled: [user_cancel]."
    if "config_only" in call.flags:
        yield "Must be called before [launch]."
    if call.has_secret:
        yield "Keys are never traced nor logged."
    if call.since:
        yield f"Since {call.since}."


def links(names):
    return ", ".join(f"[{name}]" for name in names)


def fill(text):
    return textwrap.fill(text, 79, break_long_words=False,
                         break_on_hyphens=False)


def in_manual(api):
    """Calls that programs may make, by name."""
    return [call for call in api.sorted_calls
            if call.visibility in ("public", "state")]


def by_subject(calls):
    """Pairs of a subject's title and its calls."""
    subjects = {}
    for call in calls:
        subjects.setdefault(call.subject.replace("_", " "), []).append(call)
    return sorted(subjects.items())
