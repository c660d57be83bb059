# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests that stand beside the calls' descriptions, through guestfish:
each becomes a script, whose output says what the results were.  With names
of subjects as arguments, only those.
"""

import os
import re
import subprocess
import sys
import tempfile
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

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
MARK = "<<<{}>>>"


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


def make_script(example, steps, folder, keys):
    lines = [STARTS[example.start]]
    if any(s.selector and "\n" in e for s in steps for e in s.expected):
        raise Unsuitable("a field of several lines")
    if example.needs:
        lines.append(f"-feature-available {example.needs}\n")
    lines.append("echo <<<start>>>\n")
    for i, step in enumerate(steps):
        lines.append("-" + " ".join(words_of(step, folder, keys)) + "\n")
        lines.append(f"echo {MARK.format(i)}\n")
        lines.append(f"!echo '{MARK.format(i)}' >&2\n")
    return "".join(lines)


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


def split_parts(text, count):
    """What stands before each mark."""
    for i in range(count):
        before, mark, text = text.partition(MARK.format(i) + "\n")
        assert mark, f"the script broke off: {before}"
        yield before


def run_example(name, example, api):
    steps = examples.parse(name, example, api)
    keys = []
    with tempfile.TemporaryDirectory() as folder:
        script = make_script(example, steps, folder, keys)
        path = Path(folder) / "script.gf"
        path.write_text(script, encoding="utf-8")
        done = subprocess.run(
            [guestfish.GUESTFISH, "--keys-from-stdin", "-f", path],
            input="".join(k + "\n" for k in keys).encode(), check=False,
            capture_output=True, timeout=guestfish.TIMEOUT)
    out = done.stdout.decode(errors="surrogateescape")
    err = done.stderr.decode(errors="surrogateescape")
    start, mark, out = out.partition("<<<start>>>\n")
    assert mark, f"the start failed: {err}"
    if example.needs and start != "true\n":
        raise guestfish.Skip(f"{example.needs} is not available")
    for step, step_out, step_err in zip(steps, split_parts(out, len(steps)),
                                        split_parts(err, len(steps))):
        check_step(step, step_out, step_err, folder)


def report(number, name, example, api):
    try:
        if not example.shell or example.start not in STARTS:
            raise guestfish.Skip("not for guestfish")
        run_example(name, example, api)
        print(f"ok {number} - {name}", flush=True)
    except (guestfish.Skip, Unsuitable) as e:
        print(f"ok {number} - {name} # SKIP {e}", flush=True)
    except (AssertionError, subprocess.TimeoutExpired) as e:
        for line in str(e).splitlines():
            print(f"# {line}")
        print(f"not ok {number} - {name}", flush=True)


def main(subjects):
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    api = model.load(ROOT / "api")
    chosen = [(f"{call.name} {i}", test) for call in api.sorted_calls
              for i, test in enumerate(call.tests, 1)
              if not call.planned and call.in_shell
              and (not subjects or call.subject in subjects)]
    print(f"1..{len(chosen)}")
    for number, (name, example) in enumerate(chosen, 1):
        report(number, name, example, api)


if __name__ == "__main__":
    main(sys.argv[1:])
