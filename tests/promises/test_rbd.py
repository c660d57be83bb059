# SPDX-License-Identifier: GPL-2.0-or-later
"""Images in a cluster of Ceph: reading, writing, logins, configurations, and
servers that don't answer.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse

from ceph_server import POOL, USER, Ceph, make_key
from remote_case import SIZE, Remote
from servers import LOOPBACK, OddServer, free_port
from support import MIB, TIMEOUT, run

# Seconds in which servers that are there answer even on a busy machine.
PATIENCE = 4


class Rbd(Remote):
    has_usual_ports = False

    def setUp(self):
        super().setUp()
        self.ceph = Ceph(self, self.has_usual_ports)
        self.ceph.upload(self.disk, "disk")
        self.image_name = f"{POOL}/disk"
        self.where = "rbd", self.image_name, self.ceph.port
        self.login = {"username": USER, "secret": self.ceph.secret}

    def configure(self, text):
        path = self.folder / "ceph.conf"
        path.write_text("[global]\n" + text)
        self.set_environment("CEPH_CONF", path)

    def use_keyring(self):
        path = self.folder / "someone's keyring"
        path.write_text(f"[client.{USER}]\nkey = {self.ceph.secret}\n")
        self.set_environment("CEPH_KEYRING", path)


class Drives(Rbd):
    def test_disk(self):
        self.check_reading(*self.where, **self.login)
        self.check_writing(*self.where, **self.login, format="raw")
        copy = self.folder / "copy"
        self.ceph.download("disk", copy)
        run("/sbin/e2fsck", "-fn", copy)

    def test_younger_protocol(self):
        where = "rbd", f"/{self.image_name}", f"localhost:{self.ceph.port_v2}"
        self.check_reading(*where, **self.login)
        self.check_writing(*where, **self.login)
        self.remote(*where, **self.login, discard="enable")

    def test_direct(self):
        """The first launch makes an appliance and a template, for which no
        server waits."""
        g = self.remote(*self.where, **self.login, format="raw", launch=False)
        g.set_backend("direct")
        g.set_cachedir(str(self.folder))
        g.launch()
        g.mount("/dev/sda", "/")
        g.write("/new", b"content")
        g.shutdown()
        g = self.remote(*self.where, **self.login, readonly=True)
        g.mount("/dev/sda", "/")
        self.assertEqual(g.read_file("/new"), b"content")

    def test_format(self):
        path = self.qcow2()
        os.truncate(path, 2 * SIZE)  # room to grow
        self.ceph.upload(path, "qcow2")
        where = "rbd", f"{POOL}/qcow2", self.ceph.port
        self.check_reading(*where, **self.login)
        self.check_writing(*where, **self.login, format="qcow2")

    def test_lock(self):
        """Who writes has a lock in the cluster.  If it were not given back,
        the next one would wait for half a minute."""
        nobody = "Watchers: none"
        for i in range(2):
            g = self.remote(*self.where, **self.login)
            g.pwrite_device("/dev/sda", b"%d" % i, 10 * MIB)
            self.assertNotIn(nobody, self.ceph.clients("disk"))
            g.shutdown()
            self.assertIn(nobody, self.ceph.clients("disk"))
        with self.writer() as process:
            process.kill()
        deadline = time.monotonic() + TIMEOUT
        while nobody not in self.ceph.clients("disk"):
            self.assertLess(time.monotonic(), deadline)

    def writer(self):
        """A process that has written to the image, and waits."""
        script = """if True:
            import guestfs, json, sys
            g = guestfs.GuestFS()
            g.add_drive_opts(*json.loads(sys.argv[1]),
                             **json.loads(sys.argv[2]))
            g.launch()
            g.pwrite_device("/dev/sda", b"x", 0)
            print("written", flush=True)
            sys.stdin.read()
            """
        process = subprocess.Popen(
            [sys.executable, "-c", script, json.dumps(self.where[1:2]),
             json.dumps({"protocol": "rbd", "format": "raw",
                         "server": [f"{LOOPBACK}:{self.ceph.port}"],
                         **self.login})],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), b"written\n")
        return process

    def test_guestfish(self):
        place = f"{LOOPBACK}:{self.ceph.port}/{self.image_name}"
        secret = urllib.parse.quote(self.ceph.secret, safe="")
        self.assertEqual(self.fish(f"rbd://{USER}:{secret}@{place}"),
                         "remote")
        self.use_keyring()
        self.assertEqual(self.fish(f"rbd://{USER}@{place}", "--ro"), "remote")


class Login(Rbd):
    def test_secret(self):
        self.check_secret(self.ceph.secret,
                          [self.ceph.monitor, self.ceph.objects], *self.where,
                          username=USER)

    def test_secret_in_errors(self):
        """Ceph's client would print it."""
        self.configure("log to stderr = true\nerr to stderr = true\n"
                       "debug auth = 20\n")
        secret = "AQBqc2VjcmV0"
        g = self.remote(*self.where, username=USER, secret=secret,
                        launch=False)
        with self.assertRaisesRegex(RuntimeError, "secret one that") as caught:
            g.launch()
        self.assertNotIn(secret, str(caught.exception))
        self.assertNotIn("auth", str(caught.exception))

    def test_refused(self):
        """If both protocols are tried, no answer means nothing."""
        self.configure(f"client mount timeout = {PATIENCE}\n")
        self.check_refused(
            re.escape(f"rbd://{LOOPBACK}:{self.ceph.port}/{self.image_name}: "
                      "error connecting: Connection timed out (no monitor "
                      "answers, or none accepts the user and the secret)"),
            *self.where, username=USER, secret=make_key())

    def test_configuration(self):
        self.configure(f"mon host = {LOOPBACK}:{self.ceph.port}\n"
                       # of which nothing is there
                       f"log file = {self.folder}/log\n"
                       f"admin socket = {self.folder}/socket\n")
        where = "rbd", self.image_name, []
        self.check_reading(*where, **self.login)
        self.use_keyring()
        self.check_reading(*where, username=USER)
        self.check_writing(*where, username=USER)


class UsualPorts(Rbd):
    has_usual_ports = True

    def test_login(self):
        address = self.ceph.address
        for server in address, f"{address}:3300":
            where = "rbd", self.image_name, server
            for login in ({"username": USER, "secret": make_key()},
                          {"username": "nobody", "secret": self.ceph.secret},
                          {"secret": self.ceph.secret}):
                self.check_refused("connecting: Permission denied", *where,
                                   **login)
            self.check_reading(*where, **self.login)
        self.check_refused("neither a secret nor a keyring", "rbd",
                           self.image_name, address, username=USER)


class Trouble(Rbd):
    def test_not_there(self):
        port = self.ceph.port
        for name in "disk2", "disk/x":
            self.check_refused(f"/{POOL}/{name}: .*No such file", "rbd",
                               f"{POOL}/{name}", port, **self.login)
        self.check_refused("error opening pool none: No such file", "rbd",
                           "none/disk", port, **self.login)

    def test_several_monitors(self):
        """The first does not answer."""
        for server in (f"{LOOPBACK}:{free_port()}", f"[::1]:{free_port()}"):
            g = self.remote("rbd", self.image_name,
                            [server, f"localhost:{self.ceph.port}"],
                            readonly=True, **self.login)
            self.assertEqual(g.vfs_label("/dev/sda"), "remote")

    def test_unknown_name(self):
        self.check_refused("disk: server name not found: no-such.invalid",
                           "rbd", self.image_name, "no-such.invalid",
                           **self.login)

    def test_nobody_there(self):
        g = self.remote("rbd", self.image_name, free_port(), **self.login,
                        launch=False)
        with self.assertRaisesRegex(RuntimeError, "no monitor answers"):
            g.launch()

    def test_garbage(self):
        self.configure(f"client mount timeout = {PATIENCE}\n")
        for start in b"", b"ceph v027", b"ceph v2\n\x10\0":
            server = OddServer(self, lambda s, start=start:
                               s.sendall(start + os.urandom(100000)))
            self.check_refused("no monitor answers", "rbd", self.image_name,
                               server.port, **self.login)

    def test_dies(self):
        """Whether it has gone, or says nothing, it is given up."""
        self.configure(f"rados osd op timeout = {PATIENCE}\n")
        for end in self.ceph.pause, self.ceph.stop:
            g = self.remote(*self.where, **self.login, readonly=True)
            end()
            with self.assertRaisesRegex(RuntimeError, "Input/output error"):
                g.pread_device("/dev/sda", 4096, 10 * MIB)
            g.close()
            if end == self.ceph.pause:
                self.ceph.resume()

    def test_dies_before_writing(self):
        self.configure(f"rados osd op timeout = {PATIENCE}\n")
        g = self.remote(*self.where, **self.login, format="raw")
        self.ceph.stop()
        with self.assertRaisesRegex(RuntimeError, "Input/output error"):
            g.pwrite_device("/dev/sda", b"content", 10 * MIB)
            g.sync()
        with self.assertRaisesRegex(RuntimeError, "Input/output error"):
            g.shutdown()

    def test_comes_back(self):
        """It is waited for."""
        g = self.remote(*self.where, **self.login, format="raw")
        for i in 1, 2:
            self.ceph.pause()
            later = threading.Timer(1, self.ceph.resume)
            later.start()
            g.pwrite_device("/dev/sda", b"content", i * 10 * MIB - 4096)
            self.assertEqual(g.pread_device("/dev/sda", 7, i * 10 * MIB - 4096),
                             b"content")
            later.join()


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
