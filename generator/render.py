# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fill in a template.  The templates stand where their output belongs and
end in .jinja; what they may use is set up here.
"""

from pathlib import Path

import jinja2

from . import c, examples, manual, python, shell


class GeneratorError(Exception):
    pass


def _fail(message):
    raise GeneratorError(message)


def render(api, template, variables):
    path = Path(template)
    root = Path(__file__).resolve().parent.parent
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader([path.parent, root]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters["c_string"] = c.string
    env.globals.update(api=api, c=c, fail=_fail, examples=examples,
                       manual=manual,
                       python=python, shell=shell, **variables)
    return env.get_template(path.name).render()
