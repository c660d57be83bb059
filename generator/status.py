# SPDX-License-Identifier: LGPL-2.1-or-later
"""How much of the API exists: a table by subject."""


def table(api):
    calls = [c for c in api.calls.values() if c.visibility != "test"]
    lines = [f"{'subject':<14}{'calls':>7}{'ready':>7}{'planned':>9}"]
    for subject in sorted({c.subject for c in calls}):
        of_subject = [c for c in calls if c.subject == subject]
        lines.append(_row(subject, of_subject))
    lines.append(_row("all", calls))
    return "\n".join(lines) + "\n"


def _row(title, calls):
    planned = sum(c.planned for c in calls)
    ready = len(calls) - planned
    return f"{title:<14}{len(calls):>7}{ready:>7}{planned:>9}"
