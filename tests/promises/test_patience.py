# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever the appliance does, no launch lasts for ever, and no shutdown.

QEMU is a script here, which does nothing but what it must not: a little,
again and again, each time just before it would be given up.
"""

import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import guestfs

QEMU = f"/usr/bin/qemu-system-{os.uname().machine}"
SILENCE = 2  # seconds, in which something has to happen
PATIENCE = 10  # times SILENCE, for a whole launch
FOR_EVER = 120  # seconds, after which one has surely been forgotten

WRAPPER = """#!/bin/sh -
case "$*" in
*id=channel,fd=*) exec {python} -B {script} {what} "$@";;
esac
exec {qemu} "$@"
"""


CONFINE = """#!/bin/sh -
exec {python} -B {script} confine "$@"
"""


def look_at_image(folder):
    """With a qemu-img that does not end."""
    helpers = pathlib.Path(folder) / "helpers"
    helpers.mkdir()
    confine = helpers / "guestfs-confine"
    confine.write_text(CONFINE.format(python=sys.executable, script=__file__),
                       encoding="ascii")
    confine.chmod(0o755)
    os.environ["LIBGUESTFS_LIBEXECDIR"] = str(helpers)
    try:
        guestfs.GuestFS().disk_has_backing_file(__file__)
    except RuntimeError as error:
        print(error)


def launch(what, folder):
    """In a process of its own: what the script does, and how that ends."""
    wrapper = pathlib.Path(folder) / what
    wrapper.write_text(WRAPPER.format(python=sys.executable, script=__file__,
                                      what=what, qemu=QEMU),
                       encoding="ascii")
    wrapper.chmod(0o755)
    g = guestfs.GuestFS(python_return_dict=True)
    g.set_backend("direct")
    g.set_backend_setting("force_tcg", "1")
    g.set_backend_setting("no_template", "1")
    g.set_autosync(False)  # no call before its end
    g.set_hv(str(wrapper))
    if what == "server":
        g.add_drive_opts("", protocol="nbd", server=[serve(folder)])
    g.add_drive_scratch(512)
    try:
        g.launch()
    except RuntimeError as error:
        print(error)
        return
    print("launched")
    try:
        g.shutdown()
    except RuntimeError as error:
        print(error)
        return
    print("shut down")


def serve(folder):
    """An NBD server that has much to say about its export, slowly."""
    path = os.path.join(folder, "socket")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def talk():
        peer = listener.accept()[0]
        peer.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3))
        peer.sendall(struct.pack(">Q3I", 0x3e889045565a9, 7, 3, 65536))
        trickle(peer.sendall, b"x")

    threading.Thread(target=talk, daemon=True).start()
    return f"unix:{path}"


class Patience(unittest.TestCase):
    """What takes most of the time is to wait: all wait together."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="test-patience.")
        cls.addClassCleanup(cls.folder.cleanup)
        env = os.environ | {"LIBGUESTFS_LAUNCH_TIMEOUT": str(SILENCE)}
        cls.runs = {}
        for what in *FAKES, "server", "image":
            process = subprocess.Popen(
                [sys.executable, "-B", __file__, "launch", what,
                 cls.folder.name], env=env, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            cls.runs[what] = process
            cls.addClassCleanup(process.communicate)
            cls.addClassCleanup(process.kill)

    def end_of(self, what):
        try:
            return self.runs[what].communicate(timeout=FOR_EVER)[0]
        except subprocess.TimeoutExpired:
            self.fail(f"{what}: it never ends")

    def test_silence(self):
        text = self.end_of("silence")
        self.assertIn(f"the appliance did not answer for {SILENCE} seconds",
                      text)
        self.assertIn("the last it printed:\nhello", text)

    def is_given_up(self, what):
        text = self.end_of(what)
        self.assertIn("the appliance is not ready after "
                      f"{SILENCE * PATIENCE} seconds; the last it printed:\n",
                      text)

    def test_console(self):
        self.is_given_up("console")

    def test_console_flood(self):
        self.is_given_up("flood")

    def test_monitor(self):
        self.is_given_up("monitor")

    def test_channel(self):
        self.is_given_up("channel")

    def test_progress(self):
        self.assertIn("the daemon broke the protocol: its first word is "
                      "0xffff5555", self.end_of("progress"))

    def test_server(self):
        self.assertIn("the server did not answer for 30 seconds",
                      self.end_of("server"))

    def test_image(self):
        self.assertIn("qemu-img: Connection timed out",
                      self.end_of("image"))

    def test_shutdown(self):
        self.assertEqual(self.end_of("shutdown"), "launched\nshut down\n")
        self.assertEqual(self.end_of("shutdown_flood"),
                         "launched\nshut down\n")


# What follows is the script.  It has no network, and can write no file.

LAUNCHED = b"\xf5\xf5\x5f\xf5"


def fake(what, arguments):
    text = " ".join(arguments)
    ends = {}
    for name in "channel", "monitor":
        fd = re.search(rf"id={name},fd=(\d+)", text)[1]
        ends[name] = socket.socket(fileno=int(fd))
    os.write(1, b"hello\n")
    FAKES[what](**ends)


def confine(arguments):
    """Instead of guestfs-confine: ends when it has to, not before."""
    fd = re.search(r"--control=(\d+)", " ".join(arguments))[1]
    socket.socket(fileno=int(fd)).recv(1)


def greet(monitor):
    monitor.sendall(b'{"QMP": {}}\n')
    monitor.recv(4096)
    monitor.sendall(b'{"return": {}}\n')


def trickle(write, data):
    """For ever.  A reader who has gone is no reason to end."""
    while True:
        try:
            write(data)
        except OSError:
            pass
        time.sleep(SILENCE / 20)


def print_for_ever(data):
    while True:
        os.write(1, data)


def wait_for_ever():
    while True:
        signal.pause()


def do_silence(channel, monitor):
    greet(monitor)
    wait_for_ever()


def do_console(channel, monitor):
    greet(monitor)
    trickle(lambda data: os.write(1, data), b".\n")


def do_flood(channel, monitor):
    greet(monitor)
    print_for_ever(b"all work and no play\n" * 1000)


def do_monitor(channel, monitor):
    trickle(monitor.sendall, b" ")


def do_channel(channel, monitor):
    greet(monitor)
    channel.sendall(b"\x00\x10\x00\x00")
    trickle(channel.sendall, b"x")


def do_progress(channel, monitor):
    greet(monitor)
    print_progress = b"\xff\xff\x55\x55" + bytes(24)
    while True:
        channel.sendall(print_progress * 1000)


def do_shutdown(channel, monitor):
    greet(monitor)
    channel.sendall(LAUNCHED)
    trickle(lambda data: os.write(1, data), b".\n")


def do_shutdown_flood(channel, monitor):
    greet(monitor)
    channel.sendall(LAUNCHED)
    print_for_ever(b"all work and no play\n" * 1000)


FAKES = {name.removeprefix("do_"): function
         for name, function in list(globals().items())
         if name.startswith("do_")}


if __name__ == "__main__":
    if sys.argv[1:3] == ["launch", "image"]:
        look_at_image(sys.argv[3])
    elif sys.argv[1:2] == ["confine"]:
        confine(sys.argv[2:])
    elif sys.argv[1:2] == ["launch"]:
        launch(*sys.argv[2:])
    elif sys.argv[1:2] and sys.argv[1] in FAKES:
        fake(sys.argv[1], sys.argv[2:])
    else:
        unittest.main()
