# SPDX-License-Identifier: GPL-2.0-or-later
"""What `make install` installs works, and needs nothing of the build folder.

usage: test_install.py SOURCE BUILD

It is installed into a folder with DESTDIR, as for a package.  Then, in
namespaces of their own, that folder's prefix is mounted where the prefix
says, and an empty one over the source and over the build folder.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import run

FOLDERS = []

PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <guestfs.h>

int
main (void)
{
    guestfs_h *g = guestfs_create ();

    if (!g || guestfs_add_drive_scratch (g, 50 << 20, -1) < 0
        || guestfs_launch (g) < 0
        || guestfs_mkfs (g, "ext4", "/dev/sda") < 0
        || guestfs_mount (g, "/dev/sda", "/") < 0
        || guestfs_write (g, "/hello", "hello\n", 6) < 0)
        return EXIT_FAILURE;
    char *text = guestfs_cat (g, "/hello");
    fputs (text ? text : "nothing", stdout);
    free (text);
    guestfs_close (g);
    return EXIT_SUCCESS;
}
"""
SCRIPT = "sparse disk 50M\nrun\nmkfs ext4 /dev/sda\nlist-filesystems\n"
# $1: source, $2: build, $3: folder with what was installed, $4: prefix
INSIDE = r"""
set -e
mount --bind "$3$4" "$4"
mount -t tmpfs none "$1"
[ ! -e "$2" ] || mount -t tmpfs none "$2"
shift 4
exec "$@"
"""


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-install."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.source, cls.build = FOLDERS
        cls.destdir = cls.folder / "destdir"
        options = json.loads(run("meson", "introspect", "--buildoptions",
                                 cls.build))
        cls.prefix = next(o["value"] for o in options
                          if o["name"] == "prefix")
        if cls.prefix == "/usr" or not os.path.isdir(cls.prefix):
            raise unittest.SkipTest(f"the prefix {cls.prefix} can't be "
                                    "mounted over")
        cls.install()
        cls.pkgconfig = next(cls.destdir.rglob("pkgconfig"))
        cls.libdir = cls.inside(cls.pkgconfig.parent)

    @classmethod
    def install(cls):
        # The log of it would go to the build folder, which may be another
        # user's.
        run("unshare", "-Urm", "sh", "-c",
            'mount -t tmpfs none "$1/meson-logs" && '
            'DESTDIR="$2" meson install -C "$1" --no-rebuild --quiet',
            "sh", cls.build, cls.destdir)

    @classmethod
    def inside(cls, path):
        """The name that it has once it is where it belongs."""
        return "/" + str(path.relative_to(cls.destdir))

    def installed(self, *command, **options):
        """Run a command that sees only what was installed."""
        environment = {"PATH": f"{self.prefix}/bin:/usr/bin:/bin",
                       "HOME": str(self.folder),
                       "LD_LIBRARY_PATH": self.libdir}
        return run("unshare", "-Urm", "sh", "-c", INSIDE, "sh", self.source,
                   self.build, self.destdir, self.prefix, *command,
                   env=environment, cwd=self.folder, **options).decode()

    def pkg_config(self, *options):
        return run("pkg-config", *options, "libguestfs", env={
            "PATH": "/usr/bin:/bin",
            "PKG_CONFIG_LIBDIR": str(self.pkgconfig),
            "PKG_CONFIG_SYSROOT_DIR": str(self.destdir)}).decode().split()

    def test_pkg_config(self):
        version, = self.pkg_config("--modversion")
        self.assertRegex(version, r"^\d+\.\d+\.\d+$")
        for word in self.pkg_config("--cflags", "--libs"):
            if word[:2] in ("-I", "-L"):
                self.assertTrue(word[2:].startswith(str(self.destdir)), word)

    def test_program(self):
        (self.folder / "hello.c").write_text(PROGRAM, encoding="ascii")
        os.chdir(self.folder)
        run("cc", "-Wall", "-Werror", "-o", "hello", "hello.c",
            *self.pkg_config("--cflags", "--libs"))
        needed = run("readelf", "-d", "hello").decode()
        self.assertIn("Shared library: [libguestfs.so.0]", needed)
        self.assertEqual(self.installed("./hello"), "hello\n")

    def test_guestfish(self):
        self.assertIn("/dev/sda: ext4\n",
                      self.installed("guestfish", input=SCRIPT.encode()))
        self.assertRegex(self.installed("guestfish", "--version"),
                         r"guestfish \d")

    def test_python(self):
        modules = {self.inside(p.parent)
                   for p in self.destdir.rglob("libguestfsmod*.so")}
        self.assertEqual(len(modules), 1)
        program = ("import sys; sys.path.insert(0, %r); import guestfs; "
                   "g = guestfs.GuestFS(); g.launch(); "
                   "print(g.version()['major'])" % modules.pop())
        self.assertEqual(self.installed(sys.executable, "-B", "-c", program),
                         "1\n")

    def test_manual_pages(self):
        pages = list(self.destdir.rglob("man/man*/*"))
        if not pages:
            self.skipTest("none are built: lowdown is not there")
        self.assertIn("guestfs.3", {re.sub(r"\.gz$", "", p.name)
                                    for p in pages})

    # A path into the build folder or into DESTDIR would be wrong elsewhere.
    def test_no_path_of_the_build(self):
        for path in self.destdir.rglob("*"):
            if not path.is_file() or path.is_symlink():
                continue
            text = path.read_bytes()
            self.assertNotIn(str(self.destdir).encode(), text, path)
            if path.suffix in (".pc", ".h", ".py", ".pyi"):
                self.assertNotIn(self.build.encode(), text, path)
            else:
                dynamic = subprocess.run(["readelf", "-d", path], check=False,
                                         capture_output=True).stdout
                self.assertNotRegex(dynamic, b"R(UN)?PATH")

    def test_names_of_the_library(self):
        library = self.destdir / self.libdir.lstrip("/")
        self.assertEqual(os.readlink(library / "libguestfs.so"),
                         "libguestfs.so.0")
        real = os.readlink(library / "libguestfs.so.0")
        self.assertRegex(real, r"^libguestfs\.so\.0\.\d+\.0$")
        self.assertIn(b"Library soname: [libguestfs.so.0]",
                      run("readelf", "-d", library / real))


if __name__ == "__main__":
    FOLDERS = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main()
