# SPDX-License-Identifier: GPL-2.0-or-later
"""guestfish(1): its examples do what it says, and it agrees with --help,
'help' and the code.

An example is a fenced block, marked as one of

    sh          commands of the host's shell
    guestfish   commands at work on disk.img, its file system mounted
    session     "$ guestfish ...", then what is typed at prompts
    script      a file that is executed
    text        nothing that could be run

Each begins in a folder with nothing but disk.img.  A block "output" is what
the one before it prints.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import guestfish
from guestfish import contains, equal, output

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from generator import markdown, model  # pylint: disable=wrong-import-position

PAGE = (ROOT / "docs/guestfish.1.md").read_text(encoding="utf-8")
COMMANDS = (guestfish.BUILD / "docs/guestfish-commands.md").read_text(
    encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
PROMPT = "><fs> "

DISK = """sparse disk.img 50M
run
part-disk /dev/sda mbr
mkfs ext4 /dev/sda1
mount /dev/sda1 /
mkdir /etc
write /etc/hostname "alpha\\n"
write /etc/fstab "# device\\n/dev/sda1 / ext4 defaults 0 1\\n"
mkdir-p /home/ann
mkdir-p /home/bob
"""


def section(name):
    return re.search(rf"^# {name}\n(.*?)(?=^# |\Z)", PAGE, re.M | re.S)[1]


def items(text):
    """The items of lists, each in one line."""
    return [" ".join(item.split())
            for item in re.findall(r"^- (.*(?:\n  .*)*)", text, re.M)]


def execute(argv, stdin=None):
    folder = os.path.dirname(guestfish.GUESTFISH)
    done = subprocess.run(
        argv, input=stdin, capture_output=True, text=True, check=False,
        timeout=guestfish.TIMEOUT,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}",
             "EDITOR": "true", "XDG_RUNTIME_DIR": os.getcwd() + "/.run"})
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return done.stdout


def run_sh(text):
    return execute(["/bin/sh", "-e", "-c", text], "")


def run_guestfish(text):
    return execute(["guestfish", "-a", "disk.img", "-m", "/dev/sda1"], text)


def run_script(text):
    first, _, rest = text.partition("\n")
    assert first == "#!/usr/bin/guestfish -f", first
    Path("script").write_text(f"#!{guestfish.GUESTFISH} -f\n{rest}",
                              encoding="utf-8")
    os.chmod("script", 0o755)
    return execute(["./script"])


def run_session(text):
    """What the prompts do not show is what is printed."""
    start, *lines = text.splitlines(keepends=True)
    assert start.startswith("$ guestfish "), start
    typed = [line.removeprefix(PROMPT) for line in lines
             if line.startswith(PROMPT)]
    equal(execute(shlex.split(start[2:]), "".join(typed)),
          "".join(line for line in lines if not line.startswith(PROMPT)))
    return None


RUNNERS = {"sh": run_sh, "guestfish": run_guestfish, "script": run_script,
           "session": run_session}


def fresh_folder(number):
    folder = Path("..") / f"example-{number}"
    folder.mkdir()
    (folder / ".run").mkdir(mode=0o700)
    shutil.copy("../disk.img", folder)
    os.chdir(folder)


def test_examples():
    blocks = BLOCK.findall(PAGE.partition("# DESCRIPTION")[2])
    blocks = [(kind, text) for kind, text in blocks if kind != "text"]
    guestfish.run(script=DISK)
    os.mkdir("start")
    os.chdir("start")
    for number, (kind, text) in enumerate(blocks):
        if kind == "output":
            continue
        fresh_folder(number)
        printed = RUNNERS[kind](text)
        after = blocks[number + 1:number + 2]
        if after and after[0][0] == "output":
            equal(printed, after[0][1])
    assert len(blocks) > 30


def test_options_are_those_of_help():
    # What --help shows of an option, without what explains it.
    shown = re.findall(r"^ {2,6}(-\S+(?: --\S+)?)", output("--help"), re.M)
    shown = [s for s in shown if not s.startswith("--ro ")]
    written = [item.split("`")[1] for item in items(section("OPTIONS"))]
    equal(written, shown)


def test_prepared_disks_are_those_of_help():
    shown = re.findall(r"^  (\w+): (.*)\n    (.*)$", output("-N", "help"),
                       re.M)
    equal(items(section("PREPARED DISKS")),
          [f"`{name}`: {what} (`{parameters}`)"
           for name, what, parameters in shown])


def test_environment_is_that_of_the_code():
    looked_up = re.compile(r'\b(?:getenv|variable|prompt_print)\s*'
                           r'\(\s*"(\w+)"')
    used = {name for folder in ("shell", "guest-options")
            for path in (ROOT / folder).glob("*.c")
            for name in looked_up.findall(path.read_text(encoding="utf-8"))}
    written = {name for item in items(section("ENVIRONMENT"))
               for name in re.findall(r"`(\w+)`", item.split(":")[0])}
    equal(sorted(written), sorted(used))
    assert len(used) > 8


def plain(text):
    """Only the words: no marks for code, no line breaks."""
    return " ".join(re.sub(r"[`']", "", text).split())


def test_commands_are_those_of_help():
    entries = dict(re.findall(r"^## (\S+)\n(.*?)(?=^##? |\Z)", COMMANDS,
                              re.M | re.S))
    lines = output("-h").splitlines()
    planned = [line.split()[0] for line in lines
               if line.endswith("(not implemented yet)")]
    equal(sorted(entries),
          sorted({line.split()[0] for line in lines} - set(planned)))
    for name in planned:
        contains(COMMANDS.partition("# PLANNED COMMANDS")[2], f"`{name}`")


def without_links(text):
    return markdown.replace_links(text, lambda name: name.replace("_", "-"))


def test_words_are_those_of_help():
    api = model.load(ROOT / "api")
    entries = re.findall(r"^## (\S+)\n(.*?)(?=^##? |\Z)", COMMANDS,
                         re.M | re.S)
    helped = output(script="".join(f"help {name}\necho ===\n"
                                   for name, _ in entries)).split("===\n")
    names = {c.shell_name: c for c in api.shell_commands}
    for (name, entry), text in zip(entries, helped):
        summary = names[name].summary
        text = text.removeprefix(f"{name} - {summary}\n")
        head, _, entry = without_links(entry).partition("```")
        equal(head.strip().lower().rstrip(".!?"),
              summary.lower().rstrip(".!?"))
        equal(plain(text), plain(entry))


def test_overview_leads_somewhere():
    """What 'help' tells beginners to type."""
    guestfish.run(script=DISK)
    steps = [line.strip().split("  ")[0]
             for line in output("help").splitlines()
             if line.startswith("    ")]
    text = output(script="\n".join(steps) + "\n")
    contains(text, "/dev/sda1: ext4")
    contains(text, " home\n")
    equal(len(steps), 5)


if __name__ == "__main__":
    guestfish.main()
