# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the model looks in C and in XDR: the types and the names that the
templates use as filters and globals.
"""

import textwrap

_ARG_TYPES = {"bool": "int ", "int": "int ", "int64": "int64_t ",
              "pointer": "void *"}

# What a function returns, and the value that means failure.
_RETURN_TYPES = {
    "none": ("int ", "-1"),
    "int": ("int ", "-1"),
    "bool": ("int ", "-1"),
    "int64": ("int64_t ", "-1"),
    "const_string": ("const char *", "NULL"),
    "const_optstring": ("const char *", "NULL"),
    "string": ("char *", "NULL"),
    "device": ("char *", "NULL"),
    "buffer": ("char *", "NULL"),
    "list": ("char **", "NULL"),
    "hash": ("char **", "NULL"),
}

_FIELD_TYPES = {"char": "char ", "int32": "int32_t ", "uint32": "uint32_t ",
                "int64": "int64_t ", "uint64": "uint64_t ",
                "bytes": "uint64_t ", "percent": "float ",
                "string": "char *", "device": "char *"}


def arg_type(arg):
    """With the space or star that the name follows."""
    if arg.is_list:
        return "char *const *"
    return _ARG_TYPES.get(arg.kind, "const char *")


def arg_decls(arg):
    """The parameters that one argument makes."""
    decls = [arg_type(arg) + arg.name]
    if arg.kind == "buffer":
        decls.append(f"size_t {arg.name}_size")
    return decls


def arg_names(arg):
    names = [arg.name]
    if arg.kind == "buffer":
        names.append(f"{arg.name}_size")
    return names


def return_type(call):
    r = call.returns
    if r.kind == "struct":
        return f"struct guestfs_{r.struct} *"
    if r.kind == "structs":
        return f"struct guestfs_{r.struct}_list *"
    return _RETURN_TYPES[r.kind][0]


def error_value(call):
    return _RETURN_TYPES.get(call.returns.kind, (None, "NULL"))[1]


def opts_struct(call):
    return f"struct guestfs_{call.opts_name}_argv"


def wrap(head, params, indent, width=79):
    """The parameter list, filled to so many columns."""
    lines, line = [], head
    for i, param in enumerate(params):
        word = param + ("," if i < len(params) - 1 else ")")
        if len(line) + len(word) + 1 > width and line.strip():
            lines.append(line.rstrip())
            line = " " * indent
        line += word + " "
    lines.append(line.rstrip())
    return "\n".join(lines)


def params(call, options="none"):
    """options: "none", "dots", "va" or "argv" - for calls that have any."""
    result = ["guestfs_h *g"]
    for arg in call.args:
        result += arg_decls(arg)
    if call.returns.kind == "buffer":
        result.append("size_t *size_r")
    if call.optargs:
        if options == "dots":
            result.append("...")
        elif options == "va":
            result.append("va_list args")
        elif options == "argv":
            result.append(f"const {opts_struct(call)} *optargs")
    return result


def prototype(call, name, options="none", newline=True, width=79):
    """A function's head, the type on its own line or not."""
    head = f"{name} ("
    if newline:
        return (return_type(call).rstrip() + "\n"
                + wrap(head, params(call, options), len(head), width))
    head = return_type(call) + head
    return wrap(head, params(call, options), len(head), width)


def arg_list(call, options=False):
    """What a function passes on to another one of the same parameters."""
    names = ["g"]
    for arg in call.args:
        names += arg_names(arg)
    if call.returns.kind == "buffer":
        names.append("size_r")
    if call.optargs and options:
        names.append(options)
    return ", ".join(names)


def macro(name):
    return name.upper()


def field_decl(field):
    if field.kind == "uuid":
        return [f"char {field.name}[32]"]
    if field.kind == "buffer":
        return [f"uint32_t {field.name}_len", f"char *{field.name}"]
    return [_FIELD_TYPES[field.kind] + field.name]


# XDR

_XDR_ARGS = {"bool": "bool {}", "int": "int {}", "int64": "hyper {}",
             "buffer": "opaque {}<>", "optstring": "wire_str *{}"}
_XDR_FIELDS = {"char": "char {}", "int32": "int {}",
               "uint32": "unsigned int {}", "int64": "hyper {}",
               "uint64": "unsigned hyper {}", "bytes": "unsigned hyper {}",
               "percent": "float {}", "string": "string {}<>",
               "device": "string {}<>", "uuid": "opaque {}[32]",
               "buffer": "opaque {}<>"}
_XDR_RETURNS = {"int": "int {}", "int64": "hyper {}", "bool": "bool {}",
                "string": "string {}<>", "device": "string {}<>",
                "buffer": "opaque {}<>", "list": "wire_str {}<>",
                "hash": "wire_str {}<>"}


def xdr_arg(arg):
    if arg.is_list:
        return f"wire_str {arg.name}<>"
    return _XDR_ARGS.get(arg.kind, "string {}<>").format(arg.name)


def xdr_field(field):
    return _XDR_FIELDS[field.kind].format(field.name)


def xdr_return(returns):
    if returns.kind == "struct":
        return f"wire_{returns.struct} {returns.name}"
    if returns.kind == "structs":
        return f"wire_{returns.struct}_list {returns.name}"
    return _XDR_RETURNS[returns.kind].format(returns.name)


# The daemon's functions

_DO_TYPES = _RETURN_TYPES | {"struct": ("int ", "-1"),
                             "structs": ("int ", "-1")}


def do_type(call):
    return _DO_TYPES[call.returns.kind][0]


def do_params(call):
    result = ["struct call *call"]
    for arg in call.wire_args:
        if arg.kind in ("mountable", "mountable_or_path"):
            result.append(f"const struct mountable *{arg.name}")
        else:
            result += arg_decls(arg)
    kind = call.returns.kind
    if kind == "buffer":
        result.append("size_t *ret_size")
    elif kind == "struct":
        result.append(f"wire_{call.returns.struct} *ret")
    elif kind == "structs":
        result.append(f"wire_{call.returns.struct}_list *ret")
    if call.optargs:
        result.append(f"const struct {call.name}_opts *opts")
    return result


def do_prototype(call):
    head = f"{do_type(call)}do_{call.name} ("
    return wrap(head, do_params(call), len(head))


def string(text):
    """A C string literal of any text, in several lines when it is long."""
    out = []
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif char == "\t":
            out.append("\\t")
        elif " " <= char <= "~":
            out.append(char)
        else:
            out.extend(f"\\{byte:03o}" for byte in char.encode())
    return '"' + "".join(out) + '"'


def comment(text, indent=0):
    """A block comment, filled."""
    pad = " " * indent
    paragraphs = text.strip().split("\n\n")
    lines = []
    for i, paragraph in enumerate(paragraphs):
        if i:
            lines.append("")
        if paragraph.startswith(" "):
            lines += paragraph.splitlines()
        else:
            lines += textwrap.wrap(paragraph, 74 - indent)
    body = "\n".join((f"{pad} * {line}").rstrip() for line in lines)
    return f"{pad}/*{body.lstrip()[1:]}\n{pad} */"
