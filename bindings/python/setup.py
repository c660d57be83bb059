# SPDX-License-Identifier: LGPL-2.1-or-later
"""Build the module for pip, against the library that pkg-config finds.

In the project's tree the sources are generated first, into generated/; a
source distribution has them already.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup

here = Path(__file__).resolve().parent
top = here.parent.parent
generated = here / "generated"
templates = ["libguestfsmod.c", "guestfs/__init__.py",
             "guestfs/__init__.pyi"]


def pkg_config(option):
    return subprocess.run(["pkg-config", option, "libguestfs"], check=True,
                          capture_output=True, text=True).stdout.split()


def generate(version):
    (generated / "guestfs").mkdir(parents=True, exist_ok=True)
    shutil.copy(here / "guestfs" / "py.typed", generated / "guestfs")
    for name in templates:
        subprocess.run([sys.executable, "-B", "-m", "generator", "render",
                        here / (name + ".jinja"), generated / name,
                        "version=" + version],
                       check=True,
                       env=os.environ | {"PYTHONPATH": str(top)})


version = pkg_config("--modversion")[0]
if (top / "generator").is_dir():
    generate(version)

setup(
    version=version,
    packages=["guestfs"],
    package_dir={"": "generated"},
    package_data={"guestfs": ["py.typed", "*.pyi"]},
    ext_modules=[Extension(
        "libguestfsmod",
        ["generated/libguestfsmod.c", "convert.c", "events.c", "handle.c"],
        depends=["convert.h", "handle.h"],
        include_dirs=[str(here)],
        define_macros=[("GUESTFS_PRIVATE", "1")],
        extra_compile_args=pkg_config("--cflags")
        + ["-Wno-deprecated-declarations"],
        extra_link_args=pkg_config("--libs"),
        py_limited_api=True)],
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
