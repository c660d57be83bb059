# SPDX-License-Identifier: LGPL-2.1-or-later
"""python3 -m generator [--api FOLDER] check | status |
                        tested-subjects | max-proc | render TEMPLATE OUTPUT [NAME=VALUE...]
"""

import argparse
import sys
from pathlib import Path

from . import checks, model, render, status

ROOT = Path(__file__).resolve().parent.parent


def parse_command_line():
    parser = argparse.ArgumentParser(prog="generator")
    parser.add_argument("--api", default=ROOT / "api",
                        help="the folder of the description")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="only check the description")
    commands.add_parser("status", help="count the calls that exist")
    commands.add_parser("tested-subjects",
                        help="list the subjects that have tests")
    commands.add_parser("max-proc", help="print the last procedure's number")
    one = commands.add_parser("render", help="fill in a template")
    one.add_argument("template")
    one.add_argument("output")
    one.add_argument("variables", nargs="*", metavar="NAME=VALUE")
    return parser.parse_args()


def main():
    options = parse_command_line()
    api = model.load(options.api)
    checks.check(api, options.api)
    if options.command == "status":
        print(status.table(api), end="")
    elif options.command == "tested-subjects":
        print("\n".join(sorted({c.subject for c in api.calls.values()
                                if c.tests and not c.planned})))
    elif options.command == "max-proc":
        print(api.max_proc)
    elif options.command == "render":
        variables = dict(v.split("=", 1) for v in options.variables)
        text = render.render(api, options.template, variables)
        Path(options.output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except (model.DescriptionError, render.GeneratorError) as e:
        sys.exit(f"generator: {e}")
