# SPDX-License-Identifier: GPL-2.0-or-later
"""What pip builds works, in a folder of its own and without the network.

usage: test_wheel.py TOP-OF-SOURCE MESON-UNINSTALLED
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

TOP, PKG_CONFIG_PATH = Path(sys.argv[1]), sys.argv[2]

PROGRAM = """
import guestfs
assert guestfs.__file__.startswith({where!r}), guestfs.__file__
assert guestfs.libguestfsmod.__file__.startswith({where!r})
g = guestfs.GuestFS()
print(g.internal_test_rstringlist("2"))
"""


class Wheel(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.top = Path(self.dir.name)
        # pip builds inside the tree: not in ours.
        for name in ("api", "generator", "bindings/python"):
            shutil.copytree(TOP / name, self.top / name)

    def pip(self, *args):
        env = os.environ | {"PKG_CONFIG_PATH": PKG_CONFIG_PATH}
        r = subprocess.run([sys.executable, "-m", "pip", *args],
                           cwd=self.top, env=env, capture_output=True,
                           text=True)
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)

    def test_wheel(self):
        self.pip("wheel", "--no-build-isolation", "--no-deps", "--no-index",
                 "-w", "out", "./bindings/python")
        wheel, = (self.top / "out").glob("*.whl")
        self.assertIn("-cp310-abi3-linux", wheel.name)
        installed = self.top / "installed"
        with zipfile.ZipFile(wheel) as z:
            z.extractall(installed)
        for name in ("guestfs/__init__.pyi", "guestfs/py.typed"):
            self.assertTrue((installed / name).exists(), name)
        r = subprocess.run([sys.executable, "-B", "-c",
                            PROGRAM.format(where=str(installed))],
                           env=os.environ | {"PYTHONPATH": str(installed)},
                           capture_output=True, text=True)
        self.assertEqual((r.returncode, r.stdout), (0, "['0', '1']\n"),
                         r.stderr)


if __name__ == "__main__":
    for module in ("pip", "setuptools", "wheel"):
        if importlib.util.find_spec(module) is None:
            print(f"this Python has no {module}")
            sys.exit(77)
    unittest.main(argv=sys.argv[:1])
