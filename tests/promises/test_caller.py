# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that are not what they usually are: with another umask, without
stdin, stdout or stderr, that ignore the end of their children or collect all
of them, from a folder that is gone, without an environment, that fork.
"""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import guestfs

MIB = 1 << 20
TIMEOUT = 120  # seconds
CACHE = None


def setUpModule():
    global CACHE
    CACHE = tempfile.mkdtemp(prefix="test-caller-cache.")


def tearDownModule():
    # Whatever mode it has after all this.
    subprocess.run(["chmod", "-R", "u+rwx", CACHE], check=True)
    shutil.rmtree(CACHE)


def set_umask(value):
    return lambda: os.umask(value)


def close_all(*fds):
    def close():
        for fd in fds:
            os.close(fd)
    return close


def ignore_children():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def collect_children():
    def collect():
        while True:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                pass
    threading.Thread(target=collect, daemon=True).start()


def block_signals():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def leave_folder():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)


def forget_environment():
    helpers = os.environ["LIBGUESTFS_LIBEXECDIR"].encode()
    libc = ctypes.CDLL(None)
    libc.clearenv()
    libc.setenv(b"LIBGUESTFS_LIBEXECDIR", helpers, 1)


PROGRAMS = {
    "umask-0777": set_umask(0o777),
    "umask-0177": set_umask(0o177),
    "no-stdio": close_all(0, 1, 2),
    "no-stdout": close_all(1, 2),
    "ignore-children": ignore_children,
    "collect-children": collect_children,
    "block-signals": block_signals,
    "no-folder": leave_folder,
    "no-environment": forget_environment,
}


def stay(g):
    """A child with copies of everything, which lives on."""
    if os.fork() == 0:
        signal.pause()


def fork_and_exit(g):
    """A child with a copy of the handle, which closes that at its end."""
    pid = os.fork()
    if pid != 0:
        os.waitpid(pid, 0)
        return
    g.close()
    sys.exit()


def fork_and_use(g):
    """A child that takes it over, and ends it."""
    pid = os.fork()
    if pid == 0:
        g.pwrite_device("/dev/sda", b"hello", 0)
        return
    os.waitpid(pid, 0)
    try:
        g.ping_daemon()
    except RuntimeError:
        os._exit(0)


IN_THE_MIDDLE = {"child-stays": stay, "child-ends": fork_and_exit,
                 "child-uses": fork_and_use}


def run(what, backend, cache, answer):
    """A program: says "done" to the descriptor, or what went wrong."""
    PROGRAMS.get(what, lambda: None)()
    try:
        g = guestfs.GuestFS(python_return_dict=True)
        g.set_backend(backend)
        g.set_cachedir(cache)
        g.add_drive_scratch(MIB)
        g.add_drive_opts(__file__, format="raw", readonly=True)
        g.launch()
        IN_THE_MIDDLE.get(what, lambda g: None)(g)
        g.pwrite_device("/dev/sda", b"hello", 0)
        g.pwrite_device("/dev/sdb", b"hello", 0)
        g.shutdown()
        g.close()
        text = "done"
    except RuntimeError as error:
        text = str(error)
    os.write(answer, text.encode())


# Goes into the background with its handle, which it only has to end there.
# Then nobody has the image open any more: all of it has been written.
DAEMON = """
import fcntl, guestfs, os, struct, time
F_OFD_SETLK = 37
g = guestfs.GuestFS(python_return_dict=True)
g.set_backend("uml")
g.set_recovery_proc(False)
g.add_drive_opts("{image}", format="raw")
g.launch()
g.mkfs("ext2", "/dev/sda")
g.mount("/dev/sda", "/")
g.write("/file", "content")
before = os.getpid()
if os.fork() != 0:
    os._exit(0)
while os.getppid() == before:
    time.sleep(0.01)
g.{end}()
with open("{image}", "r+b") as image:
    whole = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    fcntl.fcntl(image, F_OFD_SETLK, whole)
print("done")
"""


class Callers(unittest.TestCase):
    def check(self, what, *backends):
        for backend in backends or ("uml", "direct"):
            with self.subTest(backend=backend):
                self.assertEqual(self.start(what, backend), "done")

    @staticmethod
    def start(what, backend):
        reader, writer = os.pipe()
        with open(reader, encoding="utf-8") as result:
            process = subprocess.Popen(
                [sys.executable, "-B", __file__, what, backend, CACHE,
                 str(writer)], pass_fds=[writer], start_new_session=True)
            os.close(writer)
            try:
                process.wait(TIMEOUT)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            return result.read()

    def test_umask(self):
        """Nor may what they leave be of no use to others."""
        self.check("umask-0777")
        self.check("no-folder", "direct")
        modes = {path.stat().st_mode & 0o777
                 for path in pathlib.Path(CACHE).glob(".guestfs-*")}
        self.assertEqual(modes, {0o700})

    def test_folder_that_was_made_with_an_umask(self):
        for path in pathlib.Path(CACHE).glob(".guestfs-*"):
            path.chmod(0)
        self.check("umask-0177", "direct")

    def test_without_stdio(self):
        self.check("no-stdio")
        self.check("no-stdout")

    def test_ignored_children(self):
        self.check("ignore-children")

    def test_collected_children(self):
        self.check("collect-children")

    def test_blocked_signals(self):
        self.check("block-signals")

    def test_forked(self):
        self.check("child-stays")
        self.check("child-ends")
        self.check("child-uses")

    def test_parent_that_leaves(self):
        for end in "close", "shutdown":
            with self.subTest(end=end), tempfile.TemporaryDirectory() as d:
                image = pathlib.Path(d) / "image"
                with image.open("wb") as f:
                    f.truncate(8 * MIB)
                text = subprocess.run(
                    [sys.executable, "-B", "-c",
                     DAEMON.format(image=image, end=end)], check=True,
                    stdout=subprocess.PIPE, timeout=TIMEOUT).stdout
                self.assertEqual(text, b"done\n")
                g = guestfs.GuestFS(python_return_dict=True)
                g.add_drive_opts(str(image), format="raw", readonly=True)
                g.launch()
                g.mount_ro("/dev/sda", "/")
                self.assertEqual(g.read_file("/file"), b"content")
                g.close()

    def test_without_folder(self):
        self.check("no-folder")

    def test_without_environment(self):
        self.check("no-environment")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in {**PROGRAMS, **IN_THE_MIDDLE}:
        run(*sys.argv[1:4], int(sys.argv[4]))
    else:
        unittest.main()
