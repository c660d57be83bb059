# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster of Ceph: one monitor and one server of objects, which has them in
memory.  Nothing of it needs root, or a name outside of a folder.
"""

import base64
import os
import signal
import struct
import uuid

from servers import LOOPBACK, Server, free_port, program
from support import run

POOL = "pool"
USER = "someone"

# Where clients know which protocol a monitor has: the older, the younger.
USUAL_PORTS = 6789, 3300

# Changes are agreed on at once: there is nobody to agree with.
CONFIG = """
[global]
fsid = {fsid}
mon host = [v2:{address}:{port_v2},v1:{address}:{port_v1}]
keyring = {folder}/keyring
public network = {loopback}/32
cluster network = {loopback}/32
run dir = {folder}
crash dir = {folder}
admin socket =
pid file =
log file =
log to stderr = true
debug rocksdb = 0
paxos propose interval = 0.02
paxos min wait = 0.01
osd pool default size = 1
osd pool default min size = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data = {folder}/mon
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 256M
rbd validate pool = false
"""

KEYRING = """
[mon.]
key = {mon}
caps mon = "allow *"
[client.admin]
key = {admin}
caps mon = "allow *"
caps osd = "allow *"
[osd.0]
key = {osd}
caps mon = "allow profile osd"
caps osd = "allow *"
[client.{user}]
key = {secret}
caps mon = "profile rbd"
caps osd = "profile rbd"
"""


def make_key():
    """As Ceph writes them: AES, no date, 16 bytes."""
    return base64.b64encode(struct.pack("<HIIH", 1, 0, 0, 16)
                            + os.urandom(16)).decode()


class ObjectServer(Server):
    """It takes its ports where it finds them, and tells the monitor."""

    def listens(self):
        return "booting -> active" in self.messages()


class Ceph:
    """The monitor is at `port`, or at `port_v2` with the younger protocol;
    `USER` may use the pool `POOL` with the key `secret`.  With the usual ports
    it has an `address` of its own on this machine."""

    def __init__(self, test, has_usual_ports=False):
        programs = [program(name) for name in
                    ("ceph-mon", "ceph-osd", "monmaptool", "ceph", "rbd")]
        self.mon, self.osd, self.monmaptool, self.ceph, self.rbd = programs
        self.folder = test.folder / "ceph"
        for name in "mon", "osd":
            (self.folder / name).mkdir(parents=True)
        self.address = LOOPBACK
        self.port, self.port_v2 = free_port(), free_port()
        if has_usual_ports:
            self.address = ".".join(["127", *(str(byte % 254 + 1)
                                              for byte in os.urandom(3))])
            self.port, self.port_v2 = USUAL_PORTS
        self.secret = make_key()
        self.config = self.folder / "config"
        self.start(test)

    def start(self, test):
        fsid, osd_id = uuid.uuid4(), uuid.uuid4()
        where = {"address": self.address, "port_v1": self.port,
                 "port_v2": self.port_v2}
        self.config.write_text(CONFIG.format(fsid=fsid, folder=self.folder,
                                             loopback=LOOPBACK, **where))
        keyring, monmap = self.folder / "keyring", self.folder / "monmap"
        keyring.write_text(KEYRING.format(
            mon=make_key(), admin=make_key(), osd=make_key(), user=USER,
            secret=self.secret))
        run(self.monmaptool, "--create", "--fsid", fsid, "--addv", "a",
            "[v2:{address}:{port_v2},v1:{address}:{port_v1}]".format(**where),
            monmap)
        config = "-c", self.config
        run(self.mon, *config, "--mkfs", "-i", "a", "--monmap", monmap,
            "--keyring", keyring)
        self.monitor = Server(test, self.port, self.mon, *config, "-f", "-i",
                              "a")
        run(self.ceph, *config,
            input=f"osd new {osd_id} 0\nosd pool create {POOL} 1 1\n".encode())
        run(self.osd, *config, "--mkfs", "-i", "0", "--osd-uuid", osd_id)
        self.objects = ObjectServer(test, 0, self.osd, *config, "-f", "-i",
                                    "0")

    def upload(self, image, name, *options):
        run(self.rbd, "-c", self.config, "--no-progress", *options, "import",
            image, f"{POOL}/{name}")

    def download(self, name, image):
        run(self.rbd, "-c", self.config, "--no-progress", "export",
            f"{POOL}/{name}", image)

    def clients(self, name):
        """Who has the image open, as text."""
        return run(self.rbd, "-c", self.config, "status",
                   f"{POOL}/{name}").decode()

    def signal(self, number):
        for server in self.monitor, self.objects:
            os.kill(server.process.pid, number)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def stop(self):
        for server in self.monitor, self.objects:
            server.stop()
