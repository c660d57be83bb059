# SPDX-License-Identifier: GPL-2.0-or-later
"""Events and the errors of callbacks."""

import sys
import unittest

import guestfs


class Events(unittest.TestCase):
    def test_names(self):
        self.assertEqual(guestfs.event_to_string(0), "")
        self.assertEqual(guestfs.event_to_string(guestfs.EVENT_CLOSE
                                                 | guestfs.EVENT_PROGRESS),
                         "close,progress")
        self.assertEqual(guestfs.EVENT_ALL, 0x3ff)
        self.assertEqual(guestfs.EVENT_WARNING, 0x200)

    def test_life(self):
        seen = []

        def callback(event, event_handle, buf, array):
            seen.append((guestfs.event_to_string(event), event_handle, buf,
                         array))

        g = guestfs.GuestFS()
        handle = g.set_event_callback(callback, guestfs.EVENT_ALL
                                      & ~guestfs.EVENT_APPLIANCE)
        g.launch()
        g.set_trace(True)
        g.set_identifier("ID")
        g.close()
        self.assertTrue(all(e[1] == handle for e in seen))
        names = [e[0] for e in seen]
        self.assertEqual(names[0], "enter")
        self.assertIn("launch_done", names)
        self.assertEqual(names[-1], "close")
        self.assertEqual(seen[-1], ("close", handle, None, []))
        progress = [e[3] for e in seen if e[0] == "progress"]
        self.assertTrue(all(0 <= p[2] <= p[3] for p in progress))
        self.assertEqual(progress[-1][2], progress[-1][3])
        self.assertIn(("trace", handle, 'set_identifier "ID"', []), seen)

    def test_delete(self):
        seen = []
        g = guestfs.GuestFS()
        first = g.set_event_callback(lambda *args: seen.append(1),
                                     guestfs.EVENT_ENTER)
        g.set_event_callback(lambda *args: seen.append(2),
                             guestfs.EVENT_ENTER)
        g.get_smp()
        g.delete_event_callback(first)
        g.get_smp()
        self.assertEqual(seen, [1, 2, 2])
        g.delete_event_callback(first)
        g.delete_event_callback(99)
        g.get_smp()
        self.assertEqual(seen, [1, 2, 2, 2])
        g.close()

    def test_delete_itself(self):
        seen = []
        g = guestfs.GuestFS()

        def callback(event, event_handle, buf, array):
            seen.append(buf)
            g.delete_event_callback(event_handle)

        g.set_event_callback(callback, guestfs.EVENT_ENTER)
        del callback
        g.get_smp()
        g.get_smp()
        self.assertEqual(seen, ["get_smp"])
        g.close()

    def test_exception_in_callback(self):
        unraisable = []
        g = guestfs.GuestFS()
        g.set_event_callback(lambda *args: 1 // 0, guestfs.EVENT_ENTER)
        sys.unraisablehook, hook = unraisable.append, sys.unraisablehook
        self.addCleanup(setattr, sys, "unraisablehook", hook)
        self.assertEqual(g.get_smp(), 1)
        self.assertIs(unraisable[0].exc_type, ZeroDivisionError)
        g.close()

    def test_refused(self):
        g = guestfs.GuestFS()
        with self.assertRaisesRegex(TypeError, "can't be called"):
            g.set_event_callback(1, guestfs.EVENT_ALL)
        with self.assertRaisesRegex(RuntimeError, "there are no events"):
            g.set_event_callback(print, 1 << 40)
        g.close()

    def test_calls_inside(self):
        results = []
        g = guestfs.GuestFS()

        def callback(event, event_handle, buf, array):
            results.append(g.is_launching())
            for call in (g.close, g.ping_daemon):
                try:
                    call()
                except RuntimeError as e:
                    results.append(str(e))

        handle = g.set_event_callback(callback, guestfs.EVENT_PROGRESS)
        g.launch()
        g.delete_event_callback(handle)
        self.assertIs(results[0], True)
        self.assertIn("a call is running", results[1])
        self.assertIn("still being launched", results[2])
        g.close()


if __name__ == "__main__":
    unittest.main()
