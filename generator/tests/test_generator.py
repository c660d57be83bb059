# SPDX-License-Identifier: GPL-2.0-or-later
"""The generator's tests.

Golden outputs: each template, rendered for the ten calls of sample/, must
give the file of that name in golden/.  After a change that is meant to show
there, `scripts/generator-goldens` writes them anew; read the difference.

Bad inputs: each file of bad/, put beside those of sample/ (a .txt file as
frozen.txt), must be refused with the message in its first line.
"""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

from generator import checks, model, render

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def templates():
    """All of the project, but those that need what only Meson knows."""
    return sorted(p for p in ROOT.glob("*/**/*.jinja")
                  if not p.relative_to(ROOT).parts[0].startswith("build"))


def golden_of(template):
    name = str(template.relative_to(ROOT)).removesuffix(".jinja")
    return HERE / "golden" / name.replace("/", "--")


def rendered(template):
    api = model.load(HERE / "sample")
    checks.check(api, HERE / "sample")
    return render.render(api, template, {"version": "1.2.3"})


class Goldens(unittest.TestCase):
    def test_goldens(self):
        self.assertTrue(templates())
        for template in templates():
            with self.subTest(template=template.name):
                golden = golden_of(template)
                self.assertTrue(golden.exists(), f"no {golden.name}")
                self.assertMultiLineEqual(rendered(template),
                                          golden.read_text(encoding="utf-8"))

    def test_no_golden_without_template(self):
        known = {golden_of(t).name for t in templates()}
        found = {p.name for p in (HERE / "golden").iterdir()}
        self.assertEqual(found - known, set())


class Readme(unittest.TestCase):
    """api/README.md has every word that a description may use."""

    def test_words(self):
        text = (ROOT / "api/README.md").read_text(encoding="utf-8")
        named = set(re.findall(r"`([^`\n]+)`", text.replace("NAME", "")))
        words = {w for code in named for w in re.findall(r"\w+", code)}
        known = (model._CALL_KEYS - {"test"} | model._EXAMPLE_KEYS
                 | model.STRING_KINDS.keys() | model.SCALAR_KINDS
                 | model.OTHER_KINDS | model.RETURN_SCALARS
                 | model.FIELD_KINDS | model.FLAGS | model.VISIBILITIES
                 | model.SHELL_OUTPUTS)
        self.assertEqual(known - words, set())


class BadInputs(unittest.TestCase):
    def check_bad(self, path):
        expected = path.read_text(encoding="utf-8").splitlines()[0]
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(HERE / "sample", folder, dirs_exist_ok=True)
            name = "frozen.txt" if path.suffix == ".txt" else path.name
            shutil.copy(path, Path(folder) / name)
            with self.assertRaises(model.DescriptionError) as caught:
                checks.check(model.load(folder), folder)
        self.assertEqual("# " + str(caught.exception), expected)

    def test_bad_inputs(self):
        bad = sorted((HERE / "bad").iterdir())
        self.assertTrue(bad)
        for path in bad:
            with self.subTest(bad=path.name):
                self.check_bad(path)


if __name__ == "__main__":
    unittest.main()
