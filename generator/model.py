# SPDX-License-Identifier: LGPL-2.1-or-later
"""The model: what the description in api/*.toml says, as typed objects.

Reading a file checks each entry for itself (an unknown key, a misspelt
kind, ...).  What must hold between entries is in checks.py.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

# Kinds of an argument that is one string, and what the value must be.
STRING_KINDS = {
    "string": "any text",
    "pathname": "an absolute path in the mounted file systems",
    "device": "a block device",
    "mountable": "a device or btrfs subvolume",
    "device_or_path": "a block device or an absolute path",
    "mountable_or_path": "a mountable or an absolute path",
    "filename": "the name of one file, without a slash",
    "guid": "a GUID",
    "key": "a secret, which is never traced nor logged",
    "file_in": "the name of a local file to read",
    "file_out": "the name of a local file to write",
}
SCALAR_KINDS = {"bool", "int", "int64"}
OTHER_KINDS = {"optstring", "buffer", "pointer"}
LIST_ELEMENTS = {"string", "pathname", "device", "filename"}
OPTION_KINDS = SCALAR_KINDS | {"string"}

RETURN_SCALARS = {"int", "int64", "bool", "const_string", "const_optstring",
                  "buffer", "string", "device"}
RETURN_ELEMENTS = {"string", "device", "mountable"}

FIELD_KINDS = {"char", "int32", "uint32", "int64", "uint64", "bytes",
               "percent", "string", "device", "uuid", "buffer"}

VISIBILITIES = {"public", "debug", "internal", "state", "test"}
FLAGS = {"progress", "cancellable", "config_only", "once_had_no_optargs",
         "protocol_limit_warning"}
SHELL_OUTPUTS = {"hex", "octal"}

NAME = re.compile(r"[a-z][a-zA-Z0-9_]*\Z")


class DescriptionError(Exception):
    """Something is wrong in the description: file, entry and what."""

    def __init__(self, where, message):
        super().__init__(f"{where}: {message}")


@dataclass(frozen=True)
class Arg:
    kind: str
    name: str
    is_list: bool = False

    @property
    def is_file(self):
        return self.kind in ("file_in", "file_out")


@dataclass(frozen=True)
class Return:
    kind: str            # "none", a scalar, "list", "hash", "struct", "structs"
    name: str = ""
    element: str = ""    # of a list: the kind of its elements
    key: str = ""        # of a hash: the kind of its keys
    struct: str = ""


@dataclass(frozen=True)
class Field:
    kind: str
    name: str


@dataclass(frozen=True)
class Struct:
    name: str
    camel: str
    fields: tuple
    internal: bool = False


@dataclass(frozen=True)
class Event:
    name: str
    bit: int
    doc: str


@dataclass(frozen=True)
class Group:
    """An optional group: calls that need something which may be missing."""
    name: str
    doc: str
    retired: bool = False


@dataclass(frozen=True)
class Example:
    start: str
    run: str
    needs: str = ""      # an optional group
    shell: bool = True   # also run through guestfish
    appliance: bool = False  # relies on the start's file system
    host_tools: bool = False  # and on the host's tools in the appliance, and
                              # names of devices, as User Mode Linux has them


@dataclass(frozen=True)
class Call:
    name: str
    subject: str
    args: tuple
    optargs: tuple
    returns: Return
    since: str = ""
    proc: int = 0
    visibility: str = "public"
    deprecated: bool = False
    replaced_by: str = ""
    group: str = ""
    flags: frozenset = frozenset()
    aliases: tuple = ()
    shell_output: str = ""
    shell: bool = True
    planned: bool = False
    untested: str = ""
    summary: str = ""
    doc: str = ""
    see_also: tuple = ()
    tests: tuple = ()

    @property
    def in_daemon(self):
        return self.proc != 0

    @property
    def once_had_no_optargs(self):
        return "once_had_no_optargs" in self.flags

    @property
    def opts_name(self):
        """The name that takes the options: add_drive_opts, but mke2fs."""
        return self.name + ("_opts" if self.once_had_no_optargs else "")

    @property
    def file_in(self):
        return next((a for a in self.args if a.kind == "file_in"), None)

    @property
    def file_out(self):
        return next((a for a in self.args if a.kind == "file_out"), None)

    @property
    def wire_args(self):
        """The arguments that cross the wire: files do in chunks instead."""
        return tuple(a for a in self.args if not a.is_file)

    @property
    def has_secret(self):
        return any(a.kind == "key" for a in self.args)

    @property
    def shell_name(self):
        return self.name.replace("_", "-")

    @property
    def in_shell(self):
        return self.shell and self.visibility in ("public", "debug")


@dataclass(frozen=True)
class Command:
    """One of guestfish's own, which is no call."""
    name: str
    usage: str           # the words after the name; [...]: optional
    summary: str
    doc: str
    aliases: tuple = ()
    see_also: tuple = ()

    planned = False
    deprecated = False

    @property
    def shell_name(self):
        return self.name.replace("_", "-")

    @property
    def min_words(self):
        return len(re.sub(r"\[.*\]", "", self.usage).split())

    @property
    def max_words(self):
        """None if there is no limit."""
        return None if "..." in self.usage else len(self.usage.split())

    @property
    def takes_command(self):
        """Is its first word the name of another command?"""
        return self.usage.lstrip("[").startswith("command")


@dataclass
class Api:
    calls: dict = field(default_factory=dict)
    commands: dict = field(default_factory=dict)
    structs: dict = field(default_factory=dict)
    events: list = field(default_factory=list)
    groups: dict = field(default_factory=dict)

    @property
    def sorted_calls(self):
        return [self.calls[name] for name in sorted(self.calls)]

    @property
    def shell_commands(self):
        """All that guestfish knows, by name."""
        calls = [c for c in self.calls.values() if c.in_shell]
        return sorted([*calls, *self.commands.values()],
                      key=lambda c: c.shell_name)

    @property
    def daemon_calls(self):
        """By procedure number."""
        return sorted((c for c in self.calls.values() if c.in_daemon),
                      key=lambda c: c.proc)

    @property
    def max_proc(self):
        return max((c.proc for c in self.daemon_calls), default=0)

    def structs_returned(self):
        """Names of structs that replies carry: (alone, in lists)."""
        replies = [c.returns for c in self.daemon_calls if not c.planned]
        return ({r.struct for r in replies if r.kind == "struct"},
                {r.struct for r in replies if r.kind == "structs"})


def _two_words(where, text, what):
    words = text.split()
    if len(words) != 2 or not NAME.match(words[1]):
        raise DescriptionError(where, f"{what} '{text}' is not "
                                      "'KIND NAME'")
    return words


def parse_arg(where, text, optional=False):
    kind, name = _two_words(where, text,
                            "option" if optional else "argument")
    is_list = kind.endswith("[]")
    kind = kind.removesuffix("[]")
    if optional:
        allowed = {"string"} if is_list else OPTION_KINDS
    elif is_list:
        allowed = LIST_ELEMENTS
    else:
        allowed = STRING_KINDS.keys() | SCALAR_KINDS | OTHER_KINDS
    if kind not in allowed:
        raise DescriptionError(where, f"'{text}': unknown kind '{kind}"
                                      f"{'[]' if is_list else ''}'")
    return Arg(kind, name, is_list)


_HASH = re.compile(r"hash\[(\w+), (\w+)\] (\w+)\Z")
_STRUCT = re.compile(r"struct(\[\])? (\w+) (\w+)\Z")


def parse_returns(where, text):
    if text == "none":
        return Return("none")
    if m := _HASH.match(text):
        for kind in m.group(1, 2):
            if kind not in RETURN_ELEMENTS:
                raise DescriptionError(where, f"'{text}': unknown kind "
                                              f"'{kind}'")
        return Return("hash", m[3], element=m[2], key=m[1])
    if m := _STRUCT.match(text):
        return Return("structs" if m[1] else "struct", m[3], struct=m[2])
    kind, name = _two_words(where, text, "return")
    if kind.endswith("[]") and kind[:-2] in RETURN_ELEMENTS:
        return Return("list", name, element=kind[:-2])
    if kind not in RETURN_SCALARS:
        raise DescriptionError(where, f"'{text}': unknown kind '{kind}'")
    return Return(kind, name)


_CALL_KEYS = {"since", "proc", "args", "optargs", "returns", "visibility",
              "deprecated", "replaced_by", "group", "flags", "aliases",
              "shell_output", "shell", "planned", "untested", "summary",
              "doc", "see_also", "test"}
_EXAMPLE_KEYS = {"start", "run", "needs", "shell", "appliance", "host_tools"}


def _reject_unknown(where, entry, known):
    for key in entry:
        if key not in known:
            raise DescriptionError(where, f"unknown key '{key}'")


def _one_of(where, key, value, allowed):
    if value not in allowed:
        raise DescriptionError(
            where, f"{key} '{value}' is none of {', '.join(sorted(allowed))}")
    return value


def parse_example(where, entry):
    _reject_unknown(where, entry, _EXAMPLE_KEYS)
    for key in ("start", "run"):
        if key not in entry:
            raise DescriptionError(where, f"a test without '{key}'")
    return Example(entry["start"], entry["run"], entry.get("needs", ""),
                   entry.get("shell", True), entry.get("appliance", False),
                   entry.get("host_tools", False))


def parse_call(where, name, subject, entry):
    _reject_unknown(where, entry, _CALL_KEYS)
    if not NAME.match(name):
        raise DescriptionError(where, "not a name for a call")
    if "returns" not in entry:
        raise DescriptionError(where, "no 'returns'")
    flags = entry.get("flags", [])
    for flag in flags:
        _one_of(where, "flag", flag, FLAGS)
    if "shell_output" in entry:
        _one_of(where, "shell_output", entry["shell_output"], SHELL_OUTPUTS)
    return Call(
        name=name,
        subject=subject,
        args=tuple(parse_arg(where, a) for a in entry.get("args", [])),
        optargs=tuple(parse_arg(where, a, optional=True)
                      for a in entry.get("optargs", [])),
        returns=parse_returns(where, entry["returns"]),
        since=entry.get("since", ""),
        proc=entry.get("proc", 0),
        visibility=_one_of(where, "visibility",
                           entry.get("visibility", "public"), VISIBILITIES),
        deprecated=entry.get("deprecated", False),
        replaced_by=entry.get("replaced_by", ""),
        group=entry.get("group", ""),
        flags=frozenset(flags),
        aliases=tuple(entry.get("aliases", [])),
        shell_output=entry.get("shell_output", ""),
        shell=entry.get("shell", True),
        planned=entry.get("planned", False),
        untested=entry.get("untested", ""),
        summary=entry.get("summary", ""),
        doc=entry.get("doc", "").strip(),
        see_also=tuple(entry.get("see_also", [])),
        tests=tuple(parse_example(where, t) for t in entry.get("test", [])),
    )


def parse_struct(where, name, entry):
    _reject_unknown(where, entry, {"camel", "fields", "internal"})
    fields = []
    for text in entry["fields"]:
        kind, field_name = _two_words(where, text, "field")
        if kind not in FIELD_KINDS:
            raise DescriptionError(where, f"'{text}': unknown kind '{kind}'")
        fields.append(Field(kind, field_name))
    return Struct(name, entry.get("camel", name), tuple(fields),
                  entry.get("internal", False))


def parse_command(where, name, entry):
    _reject_unknown(where, entry, {"usage", "summary", "doc", "aliases",
                                   "see_also"})
    return Command(name, entry.get("usage", ""), entry.get("summary", ""),
                   entry.get("doc", "").strip(),
                   tuple(entry.get("aliases", [])),
                   tuple(entry.get("see_also", [])))


def load(folder):
    """Read a folder of descriptions.  Raises DescriptionError."""
    api = Api()
    for path in sorted(Path(folder).glob("*.toml")):
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as e:
            raise DescriptionError(path.name, str(e)) from None
        for name, entry in entries.items():
            where = f"{path.name}: {name}"
            if path.stem == "structs":
                api.structs[name] = parse_struct(where, name, entry)
            elif path.stem == "events":
                api.events.append(Event(name, entry["bit"], entry["doc"]))
            elif path.stem == "guestfish":
                api.commands[name] = parse_command(where, name, entry)
            elif path.stem == "groups":
                api.groups[name] = Group(name, entry["doc"],
                                         entry.get("retired", False))
            elif name in api.calls:
                raise DescriptionError(where, "described twice, also in "
                                       f"{api.calls[name].subject}.toml")
            else:
                api.calls[name] = parse_call(where, name, path.stem, entry)
    return api
