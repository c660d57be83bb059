# SPDX-License-Identifier: GPL-2.0-or-later
"""libguestfs-test-tool: what it prints and exits with, where the library works
and where not.  A program in the place of guestfs-confine refuses to start what
it is told to, or hangs.

usage: test_test_tool.py PROGRAM
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

LIBEXEC = pathlib.Path(os.environ["LIBGUESTFS_LIBEXECDIR"])
TIMEOUT = 120  # seconds
OK = "\n\n===== TEST FINISHED OK =====\n"
FAILED = "\n\n===== TEST FAILED =====\n"
HEADINGS = ["Environment", "Versions", "Host", "Settings of a new handle"]
# What it would read of the caller's.
VARIABLES = re.compile("(LIBGUESTFS|SUPERMIN)_(?!LIBEXECDIR)|TMPDIR$")

CONFINE = """#!{python} -SE
import os, sys
argv = sys.argv[1:]
profile = [a[10:] for a in argv if a.startswith("--profile=")][0]
control = [int(a[10:]) for a in argv if a.startswith("--control=")][0]
what = {behaviour!r}.get("qemu" if profile == "kvm" else profile)
if what == "refuse":
    os.write(control, b"error EPERM this test refuses " + profile.encode()
             + b"\\n")
elif what == "hang":
    open("{folder}/hangs", "w").close()
    os.read(control, 1)
else:
    os.execv("{real}", ["{real}"] + argv)
"""
BUILD = """#!/bin/sh
for name in kernel initrd root; do
    : > {folder}/$name
    echo "$name {folder}/$name"
done
"""


class TestTool(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-tool."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.cache = self.folder / "cache"
        self.cache.mkdir()
        self.environment = {name: value for name, value in os.environ.items()
                            if not VARIABLES.match(name)}
        self.environment["LIBGUESTFS_CACHEDIR"] = str(self.cache)

    def replace_helpers(self, **behaviour):
        """What a profile of guestfs-confine does instead of working."""
        libexec = self.folder / "libexec"
        libexec.mkdir()
        facts = {"python": sys.executable, "folder": self.folder,
                 "behaviour": behaviour, "real": LIBEXEC / "guestfs-confine"}
        for path in LIBEXEC.iterdir():
            (libexec / path.name).symlink_to(path.resolve())
        for name, text in (("guestfs-confine", CONFINE),
                           ("guestfs-build-appliance", BUILD)):
            (libexec / name).unlink()
            (libexec / name).write_text(text.format(**facts),
                                        encoding="ascii")
            (libexec / name).chmod(0o755)
        self.environment["LIBGUESTFS_LIBEXECDIR"] = str(libexec)

    def start(self, *options, **variables):
        return subprocess.Popen([PROGRAM, *options], text=True,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE,
                                env=self.environment | variables,
                                start_new_session=True)

    def run_tool(self, *options, status=0, errors="", **variables):
        process = self.start(*options, **variables)
        out, err = process.communicate(timeout=TIMEOUT)
        self.assertEqual((process.returncode, err), (status, errors), out)
        return out

    def check_end(self, out, end):
        self.assertTrue(out.endswith(end), out[-500:])

    def headings(self, out):
        return [h for h in re.findall("^===== (.*) =====$", out, re.M)
                if not h.startswith("TEST ")]

    def assert_cache_is_clean(self):
        self.assertEqual(list(self.cache.glob("*test*")), [])

    def test_it_works(self):
        out = self.run_tool()
        self.check_end(out, OK)
        self.assertEqual(self.headings(out), HEADINGS + ["Launch", "Result"])
        self.assertRegex(out, r"(?m)^libguestfs  +1\.[0-9]+\.[0-9]+$")
        self.assertRegex(out, r"(?m)^kernel  +Linux ")
        self.assertRegex(out, r"(?m)^KVM  +(works|absent|forbidden|broken) ")
        self.assertRegex(out, r"(?m)^backend  +auto$")
        self.assertRegex(out, r"(?m)^libguestfs: launch: the back end is ")
        self.assertRegex(out, r"(?m)^libguestfs: launch: ready after ")
        self.assertRegex(out, r"(?m)^libguestfs-test-tool: reading the file ")
        self.assertRegex(out, r"(?m)^The back end '(uml|direct)' was ready "
                              r"after [0-9]+\.[0-9]+ s, and did its job\.$")

    def test_environment(self):
        out = self.run_tool("-n", LIBGUESTFS_MEMSIZE="300",
                            LIBGUESTFS_BACKEND_SETTINGS="force_tcg",
                            PASSWORD="well-kept", LIBGUESTFS_TRACE="1",
                            MY_LIBGUESTFS_TOKEN="well-kept")
        self.assertIn("\nLIBGUESTFS_MEMSIZE=300\n", out)
        self.assertIn("\nPATH=", out)
        self.assertNotIn("well-kept", out)
        self.assertRegex(out, r"(?m)^memsize \(MiB\)  +300$")
        self.assertRegex(out, r"(?m)^backend setting  +force_tcg$")
        self.assertIn(f"\nuser id {' ' * 20}{os.geteuid()}\n", out)

    def test_nothing_is_launched(self):
        self.replace_helpers(uml="refuse", qemu="refuse")
        out = self.run_tool("-n")
        self.check_end(out, "\n\nNothing was launched.\n")
        self.assertEqual(self.headings(out), HEADINGS)

    def test_it_does_not_work(self):
        self.replace_helpers(uml="refuse", qemu="refuse")
        out = self.run_tool(status=1)
        self.check_end(out, FAILED)
        result = out.split("===== Result =====\n")[1]
        self.assertIn("It does not work: launch: no back end can be launched:",
                      result)
        self.assertIn("\n- uml: this test refuses uml\n", result)
        self.assertIn("\n- direct with TCG: this test refuses qemu\n", result)

    def test_named_back_end(self):
        self.replace_helpers(uml="refuse")
        out = self.run_tool(status=1, LIBGUESTFS_BACKEND="uml")
        self.assertIn("\nIt does not work: launch: this test refuses uml\n",
                      out)

    def test_other_program(self):
        out = self.run_tool("--qemu", "/bin/false", status=1)
        self.assertRegex(out, r"(?m)^--qemu  +/bin/false: \w")
        self.assertIn("\n- uml: the appliance has died", out)
        self.check_end(out, FAILED)

    def test_bad_environment(self):
        process = self.start(LIBGUESTFS_MEMSIZE="x")
        out, err = process.communicate(timeout=TIMEOUT)
        self.assertEqual(process.returncode, 1)
        self.check_end(out, FAILED)
        self.assertIn("LIBGUESTFS_MEMSIZE=x", err)

    def test_bad_options(self):
        for options in (["--timeout=0"], ["-t", "x"], ["--timeout=-1"],
                        ["--timeout=99999999999"], ["--other"], ["word"]):
            process = self.start(*options)
            out, err = process.communicate(timeout=TIMEOUT)
            self.assertEqual((process.returncode, out), (1, ""))
            self.assertTrue(err.startswith("libguestfs-test-tool: "), err)

    def test_nobody_reads_it(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            process = subprocess.run(
                [PROGRAM, "-n"], stdout=full, stderr=subprocess.PIPE, text=True,
                env=self.environment, timeout=TIMEOUT, check=False)
        self.assertEqual(process.returncode, 1)
        self.assertIn("not all of it could be written", process.stderr)

    def test_version(self):
        for option in "-V", "--version":
            self.assertRegex(self.run_tool(option),
                             r"^libguestfs-test-tool 1\.[0-9]+\.[0-9]+\n$")

    def test_launch_that_hangs(self):
        self.replace_helpers(uml="hang", qemu="hang")
        for option in ["-t", "1"], ["--timeout=1"]:
            out = self.run_tool(*option, status=1)
            self.check_end(out, FAILED)
            self.assertIn("\nlibguestfs-test-tool: the launch takes too long",
                          out)

    def table(self, out):
        """The rows: first, again, and the rest, by name."""
        text = out.split("===== Back ends =====\n")[1].split("\n\n")[0]
        rows = re.findall(r"^(.{16})  +(\S+(?: s)?)  +(\S+(?: s)?)  (.*)$",
                          text, re.M)
        self.assertEqual([r[0].rstrip() for r in rows],
                         ["direct with KVM", "uml", "direct with TCG"], text)
        return {name.rstrip(): rest for name, *rest in rows}

    def test_all(self):
        self.replace_helpers(qemu="refuse")
        out = self.run_tool("--all", LIBGUESTFS_BACKEND="direct",
                            LIBGUESTFS_BACKEND_SETTINGS="force_tcg")
        self.check_end(out, OK)
        self.assertEqual(self.headings(out), HEADINGS + [
            "Log of direct with KVM", "Log of direct with TCG", "Back ends"])
        rows = self.table(out)
        for seconds in rows["uml"][:2]:
            self.assertRegex(seconds, r"^[0-9]+\.[0-9][0-9] s$")
        self.assertEqual(rows["uml"][2], "works")
        self.assertEqual(rows["direct with TCG"],
                         ["-", "-", "launch: this test refuses qemu"])
        self.assertEqual(rows["direct with KVM"][:2], ["-", "-"])
        self.assertIn("get uml.\n", out)
        self.assert_cache_is_clean()

    def test_all_of_which_none_works(self):
        self.replace_helpers(uml="refuse", qemu="refuse")
        out = self.run_tool("--all", status=1)
        self.check_end(out, FAILED)
        self.assertEqual(self.table(out)["uml"],
                         ["-", "-", "launch: this test refuses uml"])
        self.assertNotIn("Programs that name no back end", out)
        self.assert_cache_is_clean()

    def test_all_of_which_one_hangs(self):
        """The others are tried all the same."""
        self.replace_helpers(uml="hang", qemu="refuse")
        out = self.run_tool("--all", "-t", "1", status=1)
        self.assertEqual(self.table(out)["uml"],
                         ["-", "-", "not ready after 1 seconds"])
        self.assertIn("refuses qemu", self.table(out)["direct with TCG"][2])
        self.assertRegex(out, r"===== Log of uml =====\nlibguestfs: launch: ")

    def test_all_is_interrupted(self):
        self.replace_helpers(uml="hang", qemu="refuse")
        with self.start("--all") as process:
            for line in process.stdout:
                if line.startswith("===== Log of direct with KVM"):
                    break
            while not (self.folder / "hangs").exists():
                self.assertIsNone(process.poll())
            os.killpg(process.pid, signal.SIGINT)
            out = process.communicate(timeout=TIMEOUT)[0]
        self.assertEqual(process.returncode, 1)
        self.assertNotIn("Back ends", out)
        self.check_end(out, FAILED)
        self.assert_cache_is_clean()


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
