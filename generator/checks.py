# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must hold between the entries of the description."""

import re
from pathlib import Path

from . import examples, markdown
from .model import DescriptionError

# Words that no argument, option or struct field may be called, since one
# of the languages that bindings exist for reserves them.
RESERVED = {
    # C and C++
    "auto", "break", "case", "char", "class", "const", "continue", "default",
    "delete", "do", "double", "else", "enum", "explicit", "export", "extern",
    "float", "for", "friend", "goto", "if", "inline", "int", "long",
    "mutable", "namespace", "new", "operator", "private", "protected",
    "public", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "template", "this", "throw", "try",
    "typedef", "typename", "union", "unsigned", "using", "virtual", "void",
    "volatile", "while",
    # Python
    "and", "as", "assert", "async", "await", "def", "del", "elif", "except",
    "finally", "from", "global", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "with", "yield", "None", "True", "False",
    # OCaml
    "begin", "constraint", "done", "downto", "end", "exception", "external",
    "fun", "function", "functor", "include", "inherit", "initializer",
    "lazy", "let", "match", "method", "module", "object", "of", "open",
    "rec", "sig", "then", "to", "type", "val", "when",
    # Go, Rust, Java, Ruby, Perl, Lua, Erlang
    "chan", "defer", "fallthrough", "func", "interface", "map", "package",
    "range", "select", "var", "fn", "impl", "loop", "mod", "move", "mut",
    "pub", "ref", "self", "super", "trait", "unsafe", "use", "where",
    "abstract", "boolean", "byte", "extends", "final", "implements",
    "instanceof", "native", "synchronized", "throws", "transient",
    "ensure", "nil", "redo", "rescue", "retry", "undef", "unless", "until",
    "elseif", "local", "repeat", "my", "our", "sub", "receive",
}
# What the calls have been using for ever, and every binding copes with.
GRANDFATHERED = {
    ("aug_defnode", "val"), ("aug_get", "val"), ("aug_set", "val"),
    ("aug_setm", "val"), ("aug_setm", "sub"), ("hivex_node_set_value", "val"),
    ("lsetxattr", "val"), ("setxattr", "val"), ("set_backend_setting", "val"),
    ("hivex_open", "unsafe"),
    ("umount_local", "retry"),
    ("ntfsclone_out", "rescue"),
}

_CODE = re.compile(r"`([^`]+)`")


def check(api, folder):
    """Raises DescriptionError for the first rule that does not hold."""
    procs = {}
    _check_frozen(api, folder)
    for call in api.calls.values():
        where = f"{call.subject}.toml: {call.name}"
        _check_names(where, call)
        _check_references(where, call, api)
        _check_protocol(where, call, procs)
        if not call.planned:
            _check_words(where, call, api.calls)
            _check_arguments_named(where, call)
            _check_tests(where, call, api)
    for command in api.commands.values():
        _check_command(f"guestfish.toml: {command.name}", command, api)
    _check_command_names(api)


def _check_frozen(api, folder):
    """frozen.txt: what was published once stays as it is."""
    path = Path(folder) / "frozen.txt"
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, proc, *options = line.split()
        call = api.calls.get(name)
        if call is None:
            raise DescriptionError(path.name, f"{name} is gone")
        where = f"{call.subject}.toml: {name}"
        if call.proc != int(proc):
            raise DescriptionError(where, "its procedure number is "
                                          f"{proc}, not {call.proc}")
        if [a.name for a in call.optargs][:len(options)] != options:
            raise DescriptionError(where, "its options were reordered")


def _check_names(where, call):
    seen = set()
    for arg in call.args + call.optargs:
        if arg.name in seen:
            raise DescriptionError(where, f"two arguments are called "
                                          f"'{arg.name}'")
        seen.add(arg.name)
        if arg.name in RESERVED and call.visibility != "test" and \
           (call.name, arg.name) not in GRANDFATHERED:
            raise DescriptionError(where, f"'{arg.name}' is a reserved word "
                                          "in a language with bindings")


def _check_references(where, call, api):
    if call.returns.struct and call.returns.struct not in api.structs:
        raise DescriptionError(where, "returns an unknown struct "
                                      f"'{call.returns.struct}'")
    if call.group and call.group not in api.groups:
        raise DescriptionError(where, f"unknown group '{call.group}'")
    if call.replaced_by and call.replaced_by not in api.calls:
        raise DescriptionError(where, "replaced by an unknown call "
                                      f"'{call.replaced_by}'")
    if call.replaced_by and not call.deprecated:
        raise DescriptionError(where, "replaced_by without deprecated")
    for other in call.see_also:
        if other not in api.calls:
            raise DescriptionError(where, f"see also unknown call '{other}'")


def _check_protocol(where, call, procs):
    if call.in_daemon:
        if call.proc in procs:
            raise DescriptionError(where, f"procedure number {call.proc} is "
                                          f"{procs[call.proc]}'s")
        procs[call.proc] = call.name
    if len(call.optargs) > 63:
        raise DescriptionError(where, "more than 63 optional arguments")
    if call.once_had_no_optargs and not call.optargs:
        raise DescriptionError(where, "once_had_no_optargs without optargs")
    if call.in_daemon and call.file_in and call.file_out:
        raise DescriptionError(where, "a daemon call can't have both a file "
                                      "to read and a file to write")


def _check_words(where, call, linkable):
    for key in ("summary", "doc"):
        if not getattr(call, key):
            raise DescriptionError(where, f"no '{key}'")
    if call.summary[0].isupper() or call.summary.endswith("."):
        raise DescriptionError(where, "the summary starts with a small "
                                      "letter and has no full stop")
    for number, what in markdown.problems(call.doc):
        raise DescriptionError(where, f"line {number} of the doc: {what}")
    for link in markdown.LINK.findall(markdown.blank_code(call.doc)):
        if link not in linkable:
            raise DescriptionError(where, f"the doc links to unknown call "
                                          f"[{link}]")


def _words_in_code(doc):
    return {word for code in _CODE.findall(doc)
            for word in re.findall(r"\w+", code)}


def _check_arguments_named(where, call):
    words = _words_in_code(call.doc)
    for arg in call.args + call.optargs:
        if arg.name not in words:
            raise DescriptionError(where, f"the doc does not name `{arg.name}`")


def _check_command(where, command, api):
    _check_words(where, command, api.calls | api.commands)
    words = _words_in_code(command.doc)
    for name in re.findall(r"(?<!-)\b\w+", command.usage):
        if name not in words:
            raise DescriptionError(where, f"the doc does not name `{name}`")
    for other in command.see_also:
        if other not in api.calls and other not in api.commands:
            raise DescriptionError(where, f"see also unknown call '{other}'")


def _check_command_names(api):
    """In guestfish a name stands for one command."""
    owners = {}
    for command in api.shell_commands:
        for name in (command.shell_name, *command.aliases):
            other = owners.setdefault(name, command.name)
            if other != command.name:
                raise DescriptionError("guestfish", f"'{name}' is both "
                                       f"{other} and {command.name}")


def _check_tests(where, call, api):
    if not call.tests and not call.untested:
        raise DescriptionError(where, "neither a test nor a reason in "
                                      "'untested'")
    for example in call.tests:
        steps = examples.parse(where, example, api)
        if not any(step.call.name == call.name for step in steps):
            raise DescriptionError(where, "a test that does not call it")
        if example.needs and example.needs not in api.groups:
            raise DescriptionError(where, "a test needs unknown group "
                                          f"'{example.needs}'")
