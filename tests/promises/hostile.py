# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of hostile disks share.  Each case is a disk with bytes
that were made to harm; whatever is called with it must end, with a result or
with an error that says something, and the handle must be usable after it.
"""

import contextlib
import faulthandler
import struct

from support import TestCase

SECTOR = 512
LONGEST_CALL = 60  # seconds; then the test is ended


def patch(data, *changes):
    """A copy of the bytes; changes are offset, format of struct, value."""
    copy = bytearray(data)
    for offset, form, value in changes:
        struct.pack_into(form, copy, offset, value)
    return bytes(copy)


class HostileTestCase(TestCase):
    def setUp(self):
        super().setUp()
        faulthandler.dump_traceback_later(LONGEST_CALL, exit=True)
        self.addCleanup(faulthandler.cancel_dump_traceback_later)
        self.deaths = []

    def attack(self, cases, calls):
        """cases: image by name.  All are drives of one handle, read-only,
        and calls (g, device) is made with each.  Returns the results by
        name, exceptions among them."""
        g = self.handle(*cases.values(), readonly=True)
        results = {}
        for name, device in zip(cases, g.list_devices(), strict=True):
            with self.subTest(name):
                faulthandler.dump_traceback_later(LONGEST_CALL, exit=True)
                results[name] = self.try_call(calls, g, device)
                self.assert_usable(g, name)
        g.close()
        return results

    def try_call(self, call, *args):
        """Its result, or the error.  Other exceptions are bugs."""
        try:
            return call(*args)
        except RuntimeError as e:
            self.assertRegex(str(e), r"^[a-z0-9_]+: .{4,}")
            return e

    def assert_usable(self, g, name):
        with contextlib.suppress(RuntimeError):
            g.umount_all()
        if g.is_config():
            self.deaths.append(name)
            g.launch()
        g.ping_daemon()

    def each(self, g, device, **calls):
        """Results and errors of several calls, by name."""
        return {name: self.try_call(call, g, device)
                for name, call in calls.items() if not g.is_config()}
