# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing is left behind: references, memory, descriptors, processes."""

import gc
import os
import sys
import unittest
import weakref

import guestfs
import libguestfsmod


def memory_in_use():
    """Of this process, in KiB."""
    with open("/proc/self/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith("VmData:"))


class References(unittest.TestCase):
    def setUp(self):
        self.g = guestfs.GuestFS()
        self.addCleanup(self.g.close)

    def assert_constant(self, *objects, repeat):
        before = [sys.getrefcount(o) for o in objects]
        for i in range(1000):
            try:
                repeat()
            except (RuntimeError, TypeError, ValueError, OverflowError):
                pass
        after = [sys.getrefcount(o) for o in objects]
        # Those of None go up and down by themselves.
        for a, b in zip(before, after):
            self.assertLess(abs(a - b), 500)

    def call(self, **kwargs):
        args = dict(str="s", optstr="o", strlist=["a"], b=True, integer=1,
                    integer64=2, filein="i", fileout="o", bufferin=b"b")
        self.g.internal_test(**(args | kwargs))

    def test_arguments(self):
        self.g.internal_test_set_output("/dev/null")
        text = "text \u20ac"
        data = bytes(range(1, 256))
        strings = [text, data]
        self.assert_constant(text, data, strings, None, repeat=lambda:
                             self.call(str=text, optstr=data,
                                       strlist=strings, bufferin=data,
                                       ostring=text, ostringlist=strings))

    def test_wrong_arguments(self):
        wrong = object()
        strings = ["text", wrong]
        for name in ("str", "integer", "bufferin", "ostring", "strlist"):
            self.assert_constant(wrong, None, repeat=lambda:
                                 self.call(**{name: wrong}))
        self.assert_constant(wrong, strings, None, repeat=lambda:
                             self.call(strlist=strings))

    def test_results(self):
        for kind in ("rint", "rint64", "rbool", "rconststring",
                     "rconstoptstring", "rstring", "rstringlist",
                     "rhashtable", "rbufferout", "rstruct", "rstructlist"):
            call = getattr(self.g, "internal_test_" + kind)
            result = call("30")
            if isinstance(result, (list, dict, bytes)):
                self.assertLessEqual(sys.getrefcount(result), 2)
            self.assert_constant(None, True, repeat=lambda: call("30"))

    def test_memory(self):
        def work():
            for kind in ("rstringlist", "rhashtable", "rstructlist"):
                getattr(self.g, "internal_test_" + kind)("2000")
            self.g.internal_test_rbufferout("x" * 100000)
            try:
                self.g.internal_test_rstringerr()
            except RuntimeError:
                pass

        for i in range(20):
            work()
        gc.collect()
        before = memory_in_use()
        for i in range(200):
            work()
        gc.collect()
        self.assertLess(memory_in_use() - before, 4096)


class Handles(unittest.TestCase):
    def test_many(self):
        def some():
            for i in range(200):
                g = guestfs.GuestFS()
                g.set_event_callback(lambda *args: None, guestfs.EVENT_ALL)
                try:
                    g.set_smp(0)
                except RuntimeError:
                    pass
        some()
        descriptors = len(os.listdir("/proc/self/fd"))
        before = memory_in_use()
        for i in range(20):
            some()
        self.assertEqual(len(os.listdir("/proc/self/fd")), descriptors)
        self.assertLess(memory_in_use() - before, 2048)

    def test_closed_when_dropped(self):
        g = guestfs.GuestFS()
        g.launch()
        pid = g.get_pid()
        del g
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)
        with self.assertRaises(ChildProcessError):
            os.wait()

    def test_cycle(self):
        """A callback that refers to the handle."""
        g = guestfs.GuestFS()
        g.set_event_callback(lambda *args: g.get_pid(),
                             guestfs.EVENT_LAUNCH_DONE)
        g.launch()
        pid = g.get_pid()
        ref = weakref.ref(g)
        g = None
        gc.collect()
        self.assertIsNone(ref())
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)

    def test_cycle_without_wrapper(self):
        seen = []

        def make():
            handle = libguestfsmod.Handle(True)
            cycle = [handle, seen]
            handle.set_event_callback(lambda *args: cycle[1].append(1),
                                      guestfs.EVENT_CLOSE)

        make()
        gc.collect()
        self.assertEqual(seen, [1])

    def test_callbacks_are_dropped(self):
        class Callback:
            def __call__(self, *args):
                pass

        callback = Callback()
        ref = weakref.ref(callback)
        g = guestfs.GuestFS()
        handle = g.set_event_callback(callback, guestfs.EVENT_ALL)
        del callback
        self.assertIsNotNone(ref())
        g.delete_event_callback(handle)
        self.assertIsNone(ref())
        g.close()


if __name__ == "__main__":
    unittest.main()
