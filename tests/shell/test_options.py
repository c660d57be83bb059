# SPDX-License-Identifier: GPL-2.0-or-later
"""The options of the command line."""

import os
import pty

import guestfish
from guestfish import contains, equal, fails, output, run

# What scripts of fifteen years use.
OPTIONS = """-a --add --blocksize -c --connect --csh -d --domain --echo-keys
-f --file --format -h --cmd-help --help -i --inspector --key
--keys-from-stdin --listen -m --mount --network -N --new -n --no-sync
--no-dest-paths -D --no-progress-bars --pipe-error --progress-bars --remote
-r --ro -v --verbose -V --version -w --rw -x""".split()


def make_image(name="disk.img", size="10M"):
    with open(name, "w", encoding="ascii") as f:
        f.truncate(int(size.removesuffix("M")) << 20)
    return name


def test_version():
    for option in ("-V", "--version"):
        contains(output(option), "guestfish 1.")


def test_help_lists_every_option():
    text = output("--help")
    listed = output("--long-options").split()
    listed += output("--short-options").split()
    for option in OPTIONS:
        contains(text, option)
        assert option in listed, option
    for line in text.splitlines():
        assert len(line) <= 80, line


def test_command_help():
    text = output("-h")
    for name in ("mount", "add-drive", "quit", "glob", "touch"):
        contains(text, f"\n{name} ")
    text = output("-h", "mount", "quit")
    contains(text, "mount - ")
    contains(text, "quit - ")
    equal(output("--cmd-help=mount", "quit"), text)
    contains(fails("--cmd-help", "moutn"), "did you mean mount?")


def test_every_command_has_help():
    names = [line.split()[0] for line in output("-h").splitlines()]
    assert len(names) > 500
    text = output(script="".join(f"help {name}\n" for name in names))
    for name in names:
        contains(text, f"{name}")


def test_unknown_options():
    contains(fails("--bogus"), "unknown option --bogus")
    contains(fails("-Z"), "unknown option -Z")
    contains(fails("-a"), "option -a needs a value")
    contains(fails("--add"), "option --add needs a value")
    contains(fails("--ro=1"), "takes no value")


def test_what_is_not_there_yet():
    contains(fails("--live"), "shut it down first")
    run("--selinux", "--network", "-c", "qemu:///session", "echo", "a")


def test_domain():
    contains(fails("-d", "no-such", "-c", "no-such:///", "echo"),
             "libguestfs: error: add_domain: ")
    trace = run("-x", "-r", "-c", "test:///x", "-d", "no-such", "echo",
                check=False).stderr
    for part in ('add_domain "no-such"', '"libvirturi:test:///x"',
                 "readonly:true", "allowuuid:true", "readonlydisk:read"):
        contains(trace, part)


def test_inspector_needs_a_disk():
    contains(fails("-i", "-f", "/dev/null"), "-i: there is no disk")
    contains(fails("-m", "/dev/sda1", "echo"), "-m: there is no disk")


def test_inspector_in_old_words():
    """What follows -i are disks if there is no -a."""
    make_image()
    for words in (["-i", "disk.img"], ["disk.img", "-i", "--ro"]):
        trace = run("-x", *words, check=False).stderr
        contains(trace, 'add_drive "disk.img"')
        contains(trace, "inspect_os")
    contains(run("-x", "-i", "no-such", check=False).stderr,
             'add_domain "no-such"')


def test_keys():
    for key in ("x", "x:key", "x:clevis:y", ":key:y", "x:other:secret"):
        text = fails("--key", key, "echo")
        contains(text, "not of the form")
        assert "secret" not in text
    contains(fails("--key", "x:file:/no-such", "echo"),
             "--key x: /no-such: No such file or directory")
    contains(run("-x", "--key", "all:clevis", "echo").stderr,
             "set_network true")
    # Without an encrypted device, keys change nothing.
    make_image()
    run("-a", "disk.img", "run", ":", "mkfs", "ext2", "/dev/sda")
    equal(output("-a", "disk.img", "--key", "all:key:secret",
                 "-m", "/dev/sda", "mounts"), "/dev/sda\n")


def test_planned_command():
    planned = [line.split()[0] for line in output("-h").splitlines()
               if line.endswith("(not implemented yet)")]
    if not planned:
        raise guestfish.Skip("everything is implemented")
    contains(fails(planned[0]), f"{planned[0]}: not implemented yet")


def test_combinations():
    equal(output("--csh", "echo", "no effect"), "no effect\n")
    contains(fails("--listen", "echo"), "takes no commands")
    contains(fails("--listen", "--remote=1"), "one or the other")
    contains(fails("-f", "x", "echo"), "not both")
    contains(fails("--remote=1", "-a", "x", "echo"), "send 'add'")


def test_add():
    make_image()
    equal(output("-a", "disk.img", "run", ":", "list-devices"), "/dev/sda\n")
    contains(fails("-a", "no.img", "echo"), "no.img")


def test_read_only():
    make_image()
    for options in (["--ro", "-a", "disk.img"], ["-a", "disk.img", "-r"],
                    ["-r", "-w", "-a", "disk.img"]):
        with open("disk.img", "rb") as f:
            equal(f.read(), bytes(10 << 20))
        run(*options, "run", ":", "mkfs", "ext2", "/dev/sda")
    with open("disk.img", "rb") as f:
        assert f.read() != bytes(10 << 20)


def test_read_only_by_default():
    """libguestfs-tools.conf, in the order of importance."""
    make_image()
    places = [".own/libguestfs/libguestfs-tools.conf",
              ".libguestfs-tools.rc", ".hosts/libguestfs/libguestfs-tools.conf"]
    environment = {**os.environ, "XDG_CONFIG_HOME": os.getcwd() + "/.own",
                   "XDG_CONFIG_DIRS": f"/no-such:{os.getcwd()}/.hosts"}

    def is_read_only(*options):
        trace = run("-x", *options, "-a", "disk.img", "echo",
                    env=environment).stderr
        return "readonly:true" in trace

    truth = False
    assert not is_read_only()
    for place in reversed(places):
        os.makedirs(os.path.dirname(place) or ".", exist_ok=True)
        truth = not truth
        with open(place, "w", encoding="ascii") as f:
            f.write(f"# as\n/* many */ other = \"a;b\"; // ones\n"
                    f"read_only = {str(truth).lower()};\n")
        equal(is_read_only(), truth)
    assert not is_read_only("--rw")
    assert is_read_only("--ro")
    del environment["XDG_CONFIG_HOME"]
    assert not is_read_only()
    os.makedirs(".config/libguestfs")
    os.rename(places[0], ".config/libguestfs/libguestfs-tools.conf")
    assert is_read_only()
    for wrong in ("read_only", "read_only = ", "read_only = 1;", "{}",
                  'a = "b', "= true;", "read_only = true false;"):
        with open(places[1], "w", encoding="ascii") as f:
            f.write("\n" + wrong)
        contains(fails("echo", env=environment), "/.libguestfs-tools.rc:2: ")


def test_format():
    make_image()
    trace = run("-x", "--format=raw", "-a", "disk.img", "--format", "-a",
                "disk.img", "echo").stderr
    contains(trace, '"format:raw"')
    equal(trace.count("format"), 1)


def test_blocksize():
    make_image()
    contains(run("-x", "--blocksize=512", "-a", "disk.img", "echo").stderr,
             "blocksize:512")
    contains(fails("--blocksize=1024", "-a", "disk.img"), "only 512 and 4096")


def test_mount():
    make_image()
    run("-a", "disk.img", "run", ":", "mkfs", "ext4", "/dev/sda")
    equal(output("-a", "disk.img", "-m", "/dev/sda", "mounts"), "/dev/sda\n")
    equal(output("-a", "disk.img", "-m", "/dev/sda:/:noatime:ext4",
                 "mounts"), "/dev/sda\n")
    contains(fails("--ro", "-a", "disk.img", "-m", "/dev/sda", "touch", "/x"),
             "Read-only file system")
    text = fails("-a", "disk.img", "-m", "/dev/sdq", "echo")
    contains(text, "libguestfs: error: mount_options: /dev/sdq: ")
    contains(text, "\nthese file systems are there:\n    /dev/sda (ext4)\n")
    contains(fails("-m", "a:b:c:d:e"), "not of the form")


def test_trace_and_verbose():
    contains(run("-x", "get-memsize").stderr, "libguestfs: trace: ")
    run("-v", "get-memsize")


def test_no_sync():
    equal(output("-n", "get-autosync"), "false\n")
    equal(output("get-autosync"), "true\n")


def test_uri():
    make_image()
    path = os.path.abspath("disk.img")
    equal(output("-a", f"file://{path}", "run", ":", "list-devices"),
          "/dev/sda\n")
    trace = run("-x", "-a", "ssh://us%65r@example.com:22/d%20k.img", "echo",
                check=False).stderr
    for part in ('"/d k.img"', "protocol:ssh", "server:tcp:example.com:22",
                 "username:user"):
        contains(trace, part)
    trace = run("-x", "-a", "nbd:///exp?socket=/s", "echo",
                check=False).stderr
    contains(trace, "server:unix:/s")
    contains(fails("-a", "foo://x/y", "echo"), "this protocol is unknown")
    contains(fails("-a", "file://disk.img", "echo"), "file:///PATH")


def test_keys_from_stdin():
    guestfish.needs("cryptsetup-open")
    contains(fails("--keys-from-stdin", "--", "cryptsetup-open", "/dev/sda",
                   "x", script="secret\n"), "launch")


def test_no_prompt_without_a_terminal():
    ours, theirs = pty.openpty()
    result = run(script="echo a\n")
    os.close(ours)
    os.close(theirs)
    equal(result.stdout, "a\n")
    equal(result.stderr, "")


if __name__ == "__main__":
    guestfish.main()
