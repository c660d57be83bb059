# SPDX-License-Identifier: GPL-2.0-or-later
"""Making, closing and using a handle; what happens at exit."""

import copy
import os
import pickle
import subprocess
import sys
import unittest

import guestfs


def run(program):
    return subprocess.run([sys.executable, "-B", "-c", program],
                          capture_output=True, text=True, timeout=60)


class Handle(unittest.TestCase):
    def test_real_work(self):
        with guestfs.GuestFS(python_return_dict=True) as g:
            g.add_drive_scratch(50 << 20)
            g.launch()
            self.assertEqual(g.list_devices(), ["/dev/sda"])
            g.mkfs("ext4", "/dev/sda")
            g.mount("/dev/sda", "/")
            g.touch("/file")
            self.assertEqual(g.cat("/file"), "")
            self.assertEqual(g.mountpoints(), {"/dev/sda": "/"})
            with self.assertRaises(RuntimeError) as raised:
                g.cat("/nothing")
            self.assertEqual(str(raised.exception),
                             "cat: /nothing: No such file or directory")
            self.assertEqual(raised.exception.errno, 2)
            self.assertIs(type(raised.exception), RuntimeError)
        with self.assertRaises(guestfs.ClosedHandle):
            g.touch("/file")

    def test_closed(self):
        g = guestfs.GuestFS()
        g.close()
        g.close()
        for call in (g.launch, g.shutdown, g.get_smp,
                     lambda: g.set_event_callback(print, 1),
                     lambda: g.delete_event_callback(0)):
            with self.assertRaisesRegex(guestfs.ClosedHandle,
                                        "the handle is closed"):
                call()
        self.assertTrue(issubclass(guestfs.ClosedHandle, ValueError))

    def test_context(self):
        with guestfs.GuestFS() as g:
            g.close()
        with self.assertRaisesRegex(KeyError, "mine"):
            with guestfs.GuestFS() as g:
                g.launch()
                raise KeyError("mine")
        with self.assertRaises(guestfs.ClosedHandle):
            g.get_smp()

    def test_environment(self):
        os.environ["LIBGUESTFS_MEMSIZE"] = "x"
        self.addCleanup(os.environ.pop, "LIBGUESTFS_MEMSIZE", None)
        with self.assertRaisesRegex(RuntimeError, "LIBGUESTFS_MEMSIZE=x"):
            guestfs.GuestFS()
        guestfs.GuestFS(environment=False).close()
        os.environ["LIBGUESTFS_MEMSIZE"] = "333"
        self.assertEqual(guestfs.GuestFS().get_memsize(), 333)

    def test_no_copies(self):
        g = guestfs.GuestFS()
        for make in (copy.copy, copy.deepcopy, pickle.dumps):
            for o in (g, g._o):
                with self.assertRaises(TypeError):
                    make(o)
        g.close()

    def test_not_implemented(self):
        g = guestfs.GuestFS()
        with self.assertRaisesRegex(RuntimeError, "drives can not be"):
            g.remove_drive("x")
        g.close()

    def test_version(self):
        g = guestfs.GuestFS()
        v = g.version()
        self.assertEqual("{major}.{minor}.{release}".format(**v),
                         guestfs.__version__)
        g.close()


class Exit(unittest.TestCase):
    def test_closes(self):
        r = run("import guestfs; g = guestfs.GuestFS(); g.launch();"
                "g.set_event_callback(lambda *a: print('closed'),"
                "                     guestfs.EVENT_CLOSE)")
        self.assertEqual((r.returncode, r.stdout, r.stderr),
                         (0, "closed\n", ""))

    def test_does_not_close(self):
        r = run("import guestfs; g = guestfs.GuestFS(close_on_exit=False);"
                "g.launch(); guestfs.keep = g;"
                "g.set_event_callback(lambda *a: print('closed'),"
                "                     guestfs.EVENT_SUBPROCESS_QUIT);"
                "print(g.get_pid()); import os; os._exit(0)")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertNotIn("closed", r.stdout)

    def test_child_leaves_it_alone(self):
        r = run("import guestfs, os, sys\n"
                "g = guestfs.GuestFS()\n"
                "g.launch()\n"
                "if os.fork() == 0: sys.exit(0)\n"
                "os.wait()\n"
                "g.ping_daemon()\n"
                "print('alive')")
        self.assertEqual((r.returncode, r.stdout, r.stderr),
                         (0, "alive\n", ""))


if __name__ == "__main__":
    unittest.main()
