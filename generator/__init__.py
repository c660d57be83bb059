# SPDX-License-Identifier: LGPL-2.1-or-later
"""From the API description in api/*.toml to everything derived from it.

model.py    what the description says, as typed objects
checks.py   what must hold between the entries
c.py        how the model looks in C and in XDR
python.py   how the model looks in Python
examples.py the tests beside the calls, as steps to perform
render.py   the templates
__main__.py the command line
"""
