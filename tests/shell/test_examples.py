# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests that stand beside the calls' descriptions, through guestfish:
each becomes a part of a script, whose output says what the results were.
With names of subjects as arguments, only those.

Most of the time would be spent on starting guestfish and the appliance and on
making file systems.  So one guestfish carries out several examples, each with
a new handle; those which are about nothing but files even share one, where all
files are removed in between.  When a script breaks off, or the next example
does not find what it should start from, a new one goes on there.
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import guestfish

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from generator import examples, model  # pylint: disable=wrong-import-position

DISKS = "\n".join(f"scratch {size}M" for size in (500, 50, 10)) + "\nrun\n"
# As in tests/api/start.c.
STARTS = {
    "config": "",
    "launched": "run\n",
    "disks": DISKS,
    "partition": DISKS + "part-disk /dev/sda mbr\n",
    "mounted": DISKS + "mkfs ext4 /dev/sda\nmount /dev/sda /\n",
    "lvm": DISKS + "pvcreate /dev/sda\nvgcreate VG /dev/sda\n"
                   "lvcreate LV VG 200\n",
}
GUEST = guestfish.BUILD / "tests/data/guest.img"
if GUEST.exists():
    STARTS["guest"] = f"add-ro {GUEST}\nrun\nmount-ro /dev/sda /\n"

# Makes the root folder as if it were new, if all goes well.  What it prints:
# the mask from before, nothing that find finds, whether a feature is there.
REMOVE_FILES = """-umask 022
-glob rm-rf /*
-glob rm-rf /.[!.]*
-glob rm-rf /..?*
-chmod 0755 /
-find /
-mkdir-mode /lost+found 0700
"""
NOTHING_LEFT = re.compile(r"0\d+\n(true\n|false\n)?\Z")
# So many examples in a script; so long, in seconds, may they take together.
TOGETHER = 20
TIMEOUT = 180

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}


class Unsuitable(Exception):
    """No script can say this."""


def quote(text):
    if "\0" in text:
        raise Unsuitable("a NUL character")
    return '"' + "".join(ESCAPES.get(c, c) for c in text) + '"'


def quote_list(strings):
    return quote(" ".join("'" + s.replace("'", "\\'") + "'"
                          for s in strings))


def expand(text, folder):
    return text.replace("$TMP", folder).replace(
        "$DATA", str(ROOT / "tests/data"))


def words_of(step, folder, keys):
    if not step.call.in_shell:
        raise Unsuitable(f"{step.call.name} is no command")
    yield step.call.shell_name
    for arg, value in zip(step.call.args, step.args):
        if arg.is_list:
            yield quote_list([expand(v, folder) for v in value])
        elif arg.kind == "key":
            keys.append(value)
        else:
            yield quote(expand(value, folder))
    for name, value in step.optargs.items():
        if isinstance(value, tuple):
            value = quote_list(value)[1:-1]
            yield f'"{name}:{expand(value, folder)}"'
        else:
            yield quote(f"{name}:{expand(value, folder)}")


@dataclass
class Part:
    """An example on its way through a script.  On stdout and on stderr there
    is a mark behind its start, and behind each step.
    """
    number: int
    name: str
    example: model.Example
    steps: list
    only_files: bool
    folder: str = ""
    keys: list = field(default_factory=list)

    @property
    def marks(self):
        return [f"<<<{self.number}.{i}>>>" for i in range(len(self.steps) + 1)]


def mark_lines(mark):
    """The message of a failing command is the mark on stderr."""
    return [f"echo {mark}", f"-lcd {mark}"]


STDERR_MARK = re.compile(r"guestfish: (<<<[\d.]+>>>): .*\n.* this was: .*\n")


def start_lines(part, is_first):
    if is_first or not part.only_files:
        yield "" if is_first else "reopen"
        yield STARTS[part.example.start]
    if part.only_files:
        yield REMOVE_FILES
    if part.example.needs:
        yield f"-feature-available {part.example.needs}"


def step_lines(part):
    for step, mark in zip(part.steps, part.marks[1:]):
        yield "-" + " ".join(words_of(step, part.folder, part.keys))
        yield from mark_lines(mark)


def make_script(parts):
    lines = []
    for part in parts:
        lines += start_lines(part, part is parts[0])
        lines += mark_lines(part.marks[0])
        lines += step_lines(part)
    return "".join(line + "\n" for line in lines)


def execute(parts):
    """Carry out a script of parts: what it printed on stdout and stderr."""
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            part.folder = f"{folder}/{part.number}"
            part.keys = []
            os.mkdir(part.folder)
        path = Path(folder) / "script.gf"
        path.write_text(make_script(parts), encoding="utf-8")
        keys = "".join(key + "\n" for part in parts for key in part.keys)
        try:
            done = subprocess.run(
                [guestfish.GUESTFISH, "--keys-from-stdin", "-f", path],
                input=keys.encode(), check=False, capture_output=True,
                timeout=TIMEOUT)
        except subprocess.TimeoutExpired as e:
            done = e
    out, err = [(text or b"").decode(errors="surrogateescape")
                for text in (done.stdout, done.stderr)]
    return out, STDERR_MARK.sub(r"\1\n", err)


def field_values(text, selector):
    name = re.escape(selector.strip(".[]"))
    return re.findall(rf"^ *{name}: (.*)$", text, re.M)


def results(step, text):
    """What was printed, as the strings that are expected."""
    kind = step.call.returns.kind
    if step.selector:
        return field_values(text, step.selector)
    if kind == "hash":
        return [line.replace(": ", "=", 1) for line in text.splitlines()]
    if kind == "list":
        return text.split("\n")[:-1]
    if kind == "buffer":
        return [text.replace("\0", "\\0")]
    text = text.removesuffix("\n")
    base = {"octal": 8, "hex": 16}.get(step.call.shell_output)
    return [str(int(text, base)) if base else text]


def check_step(step, out, err, folder):
    expected = [expand(e, folder) for e in step.expected]
    if step.operator == "fails":
        assert err, f"{step.line}: did not fail"
        if len(expected) > 1:
            assert re.search(expected[1], err, re.S), f"{step.line}: {err}"
        return
    assert "error: " not in err and "guestfish: " not in err, \
        f"{step.line}: {err}"
    if step.operator == "==" and step.call.returns.kind == "list":
        # Elements may contain newlines.
        guestfish.equal(out, "".join(e + "\n" for e in expected))
    elif step.operator == "==":
        guestfish.equal(results(step, out), expected)
    elif step.operator == "has":
        guestfish.contains(results(step, out), expected[0])
    elif step.operator == "=~":
        assert any(re.search(expected[0], r, re.S)
                   for r in results(step, out)), f"{step.line}: {out}"


def split_at(text, marks):
    """What stands before each mark, as far as there are any; the rest."""
    before = []
    for mark in marks:
        part, found, after = text.partition(mark + "\n")
        if not found:
            break
        before.append(part)
        text = after
    return before, text


def began(part, out):
    """Did it find what it should start from?"""
    return out and (not part.only_files or NOTHING_LEFT.match(out[0]))


def outputs(parts):
    """Each part with what its start and its steps printed on stdout and on
    stderr, up to the last one that began; but the first in any case.
    """
    out, err = execute(parts)
    for part in parts:
        part_out, out = split_at(out, part.marks)
        part_err, err = split_at(err, part.marks)
        if part is not parts[0] and not began(part, part_out):
            return
        yield part, part_out, part_err + [err]
        if len(part_out) < len(part.marks):
            return


def check_part(part, out, err):
    assert began(part, out), f"the start failed: {err[0]}"
    if part.example.needs and not out[0].endswith("true\n"):
        raise guestfish.Skip(f"{part.example.needs} is not available")
    for step, step_out, step_err in zip(part.steps, out[1:], err[1:]):
        check_step(step, step_out, step_err, part.folder)
    assert len(out) == len(part.marks), \
        f"the script broke off: {err[len(out)]}"


def tap(number, name, problem=None):
    """The lines that report an example."""
    if isinstance(problem, (guestfish.Skip, Unsuitable)):
        return f"ok {number} - {name} # SKIP {problem}"
    if problem:
        lines = [f"# {line}" for line in str(problem).splitlines()]
        return "\n".join([*lines, f"not ok {number} - {name}"])
    return f"ok {number} - {name}"


def run_parts(parts):
    """The numbers of the parts with their reports."""
    reports = {}
    while parts:
        for part, out, err in outputs(parts):
            problem = None
            try:
                check_part(part, out, err)
            except (AssertionError, guestfish.Skip) as e:
                problem = e
            reports[part.number] = tap(part.number, part.name, problem)
        parts = [part for part in parts if part.number not in reports]
    return reports


def make_part(number, name, example, api):
    if not example.shell or example.start not in STARTS:
        raise Unsuitable("not for guestfish")
    steps = examples.parse(name, example, api)
    if any(s.selector and "\n" in e for s in steps for e in s.expected):
        raise Unsuitable("a field of several lines")
    only_files = example.start == "mounted" and not examples.needs_devices(
        name, example, api)
    part = Part(number, name, example, steps, only_files)
    list(step_lines(part))  # to see whether it can be written at all
    return part


def chunks(parts):
    """Those of one kind, some at a time."""
    for only_files in (False, True):
        alike = [part for part in parts if part.only_files == only_files]
        for i in range(0, len(alike), TOGETHER):
            yield alike[i:i + TOGETHER]


def main(subjects):
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    api = model.load(ROOT / "api")
    chosen = [(f"{call.name} {i}", test) for call in api.sorted_calls
              for i, test in enumerate(call.tests, 1)
              if not call.planned and call.in_shell
              and (not subjects or call.subject in subjects)]
    print(f"1..{len(chosen)}")
    parts, reports, printed = [], {}, 0
    for number, (name, example) in enumerate(chosen, 1):
        try:
            parts.append(make_part(number, name, example, api))
        except Unsuitable as e:
            reports[number] = tap(number, name, e)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done in pool.map(run_parts, chunks(parts)):
            reports |= done
            while printed + 1 in reports:
                printed += 1
                print(reports[printed], flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
