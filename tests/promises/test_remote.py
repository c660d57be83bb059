# SPDX-License-Identifier: GPL-2.0-or-later
"""Images on servers: each protocol that has a server here, what is wrong
with servers, and what happens to secrets.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import unittest

from ftp_server import Ftp
from gluster_server import Brick, Volumes
from remote_case import SIZE, Remote
from servers import (LOOPBACK, Iscsi, OddServer, Server, Ssh, Web, free_port,
                     nbdkit, program, qemu_nbd)
from support import MIB, adopt_orphans, new_handle, reap_all, run

SECRET = "tr0ub4dor,&3"


class Nbd(Remote):
    def test_socket_and_export(self):
        path = self.folder / "socket"
        qemu_nbd(self, self.disk, address=path, export="a/b, c\"ü")
        where = "nbd", "a/b, c\"ü", f"unix:{path}"
        self.check_reading(*where)
        self.check_writing(*where, format="raw")
        run("/sbin/e2fsck", "-fn", self.disk)

    def test_port_and_format(self):
        path = self.qcow2()
        os.truncate(path, 2 * SIZE)  # a server's image can't grow
        server = qemu_nbd(self, path)
        self.check_reading("nbd", "", server.port)
        self.check_writing("nbd", "", server.port, format="qcow2")
        g = self.remote("nbd", "", f"localhost:{server.port}")
        self.assertEqual(g.debug_drives(),
                         [f"nbd://localhost:{server.port}/ format=qcow2"])
        self.assertEqual(g.blockdev_getsize64("/dev/sda"), SIZE)

    def test_other_formats(self):
        for kind in "vdi", "vmdk", "vhdx":
            path = self.folder / f"disk.{kind}"
            run("qemu-img", "convert", "-O", kind, self.disk, path)
            self.check_reading("nbd", "", qemu_nbd(self, path).port)

    def test_nbdkit_exports(self):
        images = self.folder / "images"
        images.mkdir()
        for name in "one", "two":
            shutil.copy(self.disk, images / name)
        run("/sbin/e2label", images / "two", "second")
        server = nbdkit(self, "file", f"dir={images}")
        self.check_reading("nbd", "one", server.port)
        g = self.remote("nbd", "two", server.port, readonly=True)
        self.assertEqual(g.vfs_label("/dev/sda"), "second")
        self.check_refused("the server refuses the export 'three'", "nbd",
                           "three", server.port)

    def test_one_connection(self):
        """Raw and written to: there is one connection, and no other."""
        server = qemu_nbd(self, self.disk, one=True)
        g = self.remote("nbd", "", server.port, format="raw")
        g.mount("/dev/sda", "/")
        g.write("/new", b"content")
        g.shutdown()
        g = self.handle(self.disk, readonly=True)
        g.mount("/dev/sda", "/")
        self.assertEqual(g.cat("/new"), "content")

    def test_what_can_not_be_written(self):
        """The server takes no more: sync must say so, and QEMU go on."""
        trigger = self.folder / "trigger"
        server = nbdkit(self, "--filter=error", "memory", "64M",
                        "error-pwrite=ENOSPC", "error-pwrite-rate=100%",
                        f"error-file={trigger}")
        for backend in "uml", "direct":
            with self.subTest(backend):
                self.check_full_server(server, trigger, backend)

    def check_full_server(self, server, trigger, backend):
        trigger.unlink(missing_ok=True)
        g = self.remote("nbd", "", server.port, format="raw", launch=False)
        g.set_backend(backend)
        g.launch()
        g.mkfs("ext2", "/dev/sda")
        g.mount("/dev/sda", "/")
        g.write("/good", b"x" * 100000)
        g.sync()
        trigger.touch()
        g.write("/bad", b"x" * 100000)
        with self.assertRaisesRegex(RuntimeError, "/: writing the file "
                                                  "system to its device"):
            g.sync()

    def test_for_reading_only(self):
        server = qemu_nbd(self, self.disk, "-r")
        self.check_reading("nbd", "", server.port)
        self.check_refused("offers it for reading only", "nbd", "",
                           server.port, readonly=False)

    def test_several_and_local(self):
        one = qemu_nbd(self, self.disk)
        two = qemu_nbd(self, self.qcow2())
        g = self.handle(self.image("local", MIB), launch=False)
        for server in one, two:
            g.add_drive_opts("", protocol="nbd", readonly=True, label="abc",
                             server=[f"localhost:{server.port}"])
        g.launch()
        self.assertEqual(g.list_devices(),
                         ["/dev/sda", "/dev/sdb", "/dev/sdc"])
        self.assertEqual([g.blockdev_getsize64(d) for d in g.list_devices()],
                         [MIB, SIZE, SIZE])
        self.assertEqual(g.vfs_label("/dev/sdc"), "remote")

    def test_backing_file(self):
        """An image on a server may not choose files of this host."""
        path = self.folder / "hostile.qcow2"
        run("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b",
            "/etc/passwd", path, "1M")
        # qemu-nbd would follow it if it were told what this is.
        server = qemu_nbd(self, path, kind="raw")
        for options in ({}, {"format": "qcow2"},
                        {"format": "qcow2", "readonly": False}):
            self.check_refused("backing file, '/etc/passwd', which images on "
                               "servers", "nbd", "", server.port, **options)

    def test_options(self):
        """What an NBD server is asked to do."""
        server = qemu_nbd(self, self.qcow2(), "--discard=unmap")
        g = self.remote("nbd", "", server.port, format="qcow2",
                        discard="enable", cachemode="unsafe", label="one",
                        blocksize=4096)
        self.assertEqual(g.blockdev_getss("/dev/sda"), 4096)
        self.assertEqual(g.list_disk_labels(), {"one": "/dev/sda"})
        g = self.remote("nbd", "", server.port, readonly=True,
                        copyonread=True)
        self.assertEqual(g.vfs_label("/dev/sda"), "remote")
        script = self.plugin("get_size) echo 1048576 ;;")
        server = nbdkit(self, "sh", script)
        self.check_refused("the server can not discard", "nbd", "",
                           server.port, readonly=False, discard="enable",
                           format="raw")


class NbdTrouble(Remote):
    def test_nobody_there(self):
        port = free_port()
        self.check_refused(f"connecting to {LOOPBACK}, port {port}: "
                           "Connection refused", "nbd", "", port)
        self.check_refused("no-such.invalid: Name or service not known|"
                           "no-such.invalid: Temporary failure",
                           "nbd", "", "no-such.invalid")
        self.check_refused("connecting to /nowhere/x: No such file", "nbd",
                           "", "unix:/nowhere/x")

    def test_no_nbd(self):
        server = OddServer(self, lambda s: s.sendall(b"SSH-2.0-Odd\r\n"))
        for options in {}, {"readonly": False, "format": "raw"}:
            self.check_refused("speaks no NBD", "nbd", "", server.port,
                               **options)

    def test_hangs_up(self):
        server = OddServer(self, lambda s: None)
        self.check_refused("closed the connection", "nbd", "", server.port)
        server = OddServer(self, lambda s: s.sendall(b"NBDMAGIC"))
        self.check_refused("closed the connection", "nbd", "", server.port)
        self.check_refused("qemu-storage-daemon", "nbd", "", server.port,
                           readonly=False, format="raw")

    def test_garbage(self):
        greeting = b"NBDMAGICIHAVEOPT\0\3"

        def serve(connection):
            connection.sendall(greeting)
            connection.recv(4096)
            connection.sendall(os.urandom(100000))

        server = OddServer(self, serve)
        self.check_refused("breaks the NBD protocol|closed the connection|"
                           "talking to the server", "nbd", "", server.port)
        self.check_refused("qemu-storage-daemon", "nbd", "", server.port,
                           readonly=False, format="raw")

    def test_impossible_size(self):
        info = (b"\0\3\xe8\x89\4\x55\x65\xa9" b"\0\0\0\7" b"\0\0\0\3"
                b"\0\0\0\x0c" b"\0\0" + b"\xff" * 8 + b"\0\1")
        ack = (b"\0\3\xe8\x89\4\x55\x65\xa9" b"\0\0\0\7" b"\0\0\0\1"
               b"\0\0\0\0")

        def serve(connection):
            connection.sendall(b"NBDMAGICIHAVEOPT\0\3")
            connection.recv(26, socket.MSG_WAITALL)
            connection.sendall(info + ack)
            connection.recv(1)

        self.check_refused("breaks the NBD protocol", "nbd", "",
                           OddServer(self, serve).port)

    def test_shorter_than_said(self):
        """The server says 20 MiB, and can't read from 1 MiB on."""
        server = nbdkit(self, "sh", self.plugin(f"""
            get_size) echo {SIZE} ;;
            pread)
                if [ $(($3 + $4)) -gt {MIB} ]; then
                    echo EIO nothing there >&2
                    exit 1
                fi
                dd if={self.disk} bs=64k count=$3 skip=$4 \
                    iflag=skip_bytes,count_bytes status=none ;;"""))
        self.check_refused("can't read the image", "nbd", "", server.port)
        g = self.remote("nbd", "", server.port, format="raw")
        self.assertEqual(g.pread_device("/dev/sda", 16, 4096),
                         self.disk.read_bytes()[4096:4112])
        with self.assertRaisesRegex(RuntimeError, "/dev/sda.*Input/output"):
            g.pread_device("/dev/sda", 4096, 10 * MIB)

    def test_dies(self):
        for options in {"format": "raw"}, {"readonly": True}:
            server = qemu_nbd(self, self.disk)
            g = self.remote("nbd", "", server.port, **options)
            server.stop()
            with self.assertRaisesRegex(RuntimeError, "Input/output error"):
                g.pread_device("/dev/sda", 4096, 10 * MIB)
            if "readonly" in options:
                g.shutdown()
            else:
                with self.assertRaisesRegex(RuntimeError, "Input/output"):
                    g.shutdown()
            with self.assertRaisesRegex(RuntimeError, "Connection refused"):
                g.launch()
            server.start()
            g.launch()
            self.assertEqual(g.vfs_label("/dev/sda"), "remote")
            g.close()


class Http(Remote):
    def test_http(self):
        web = Web(self)
        shutil.copy(self.disk, web.folder / "a disk%20?#ü.img")
        shutil.copy(self.qcow2(), web.folder / "disk.qcow2")
        self.check_reading("http", "/a disk%20?#ü.img", web.port)
        self.check_reading("http", "/disk.qcow2", f"localhost:{web.port}")
        self.check_reading("http", "/disk.qcow2", web.port, format="qcow2",
                           copyonread=True)

    def test_write_protected(self):
        web = Web(self)
        shutil.copy(self.disk, web.folder)
        g = self.remote("http", "/disk.img", web.port, format="raw")
        g.mount_ro("/dev/sda", "/")
        self.assertEqual(g.ls("/"), ["lost+found"])
        g.umount_all()
        self.assertEqual(g.blockdev_getro("/dev/sda"), 1)
        with self.assertRaisesRegex(RuntimeError, "/dev/sda"):
            g.pwrite_device("/dev/sda", b"x", 0)
        self.assertEqual((web.folder / "disk.img").read_bytes(),
                         self.disk.read_bytes())

    def test_refused(self):
        web = Web(self)
        shutil.copy(self.disk, web.folder / "whole")
        self.check_refused("error: 404", "http", "/none.img", web.port)
        self.check_refused("does not support 'range'", "http",
                           "/whole/disk.img", web.port)
        web.server.stop()
        self.check_refused(f"port {web.port}", "http", "/x", web.port)
        self.check_refused("Could not resolve host: no-such.invalid", "http",
                           "/x", "no-such.invalid")
        server = OddServer(self, lambda s: s.sendall(b"garbage\n"))
        self.check_refused("CURL: ", "http", "/x", server.port)

    def test_dies(self):
        web = Web(self)
        shutil.copy(self.disk, web.folder)
        g = self.remote("http", "/disk.img", web.port, readonly=True)
        web.server.stop()
        with self.assertRaisesRegex(RuntimeError, "Input/output error"):
            g.pread_device("/dev/sda", 4096, 10 * MIB)

    def test_shorter_than_said(self):
        """The length in the header is a lie."""
        def serve(connection):
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 206 Partial Content\r\n"
                               b"Accept-Ranges: bytes\r\n"
                               b"Connection: close\r\n"
                               b"Content-Length: 20971520\r\n\r\nshort")

        self.check_refused("can't read the image", "http", "/x",
                           OddServer(self, serve).port)

    def test_https(self):
        web = Web(self, tls=True)
        shutil.copy(self.disk, web.folder)
        where = "https", "/disk.img", f"localhost:{web.port}"
        self.check_refused("certificate verification failed", *where)
        self.set_environment("SSL_CERT_FILE", self.folder / "ca.crt")
        self.check_reading(*where)
        # The certificate is good, but for another name.
        self.check_refused("certificate", "https", "/disk.img", web.port)

    def test_killed(self):
        """With the program, what connects to the server is gone."""
        adopt_orphans()
        web = Web(self)
        shutil.copy(self.disk, web.folder)
        before = set(os.listdir(self.folder))
        self.set_environment("XDG_RUNTIME_DIR", self.folder)
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            self.hold(web.port, theirs)
        os.close(theirs)
        self.assertEqual(os.read(ours, 1), b"x")
        os.close(ours)
        os.kill(pid, signal.SIGKILL)
        web.server.stop()
        reap_all()
        self.assertEqual(set(os.listdir(self.folder)), before)

    @staticmethod
    def hold(port, ready):
        try:
            g = new_handle(launch=False)
            g.add_drive_opts("/disk.img", protocol="http",
                             server=[f"{LOOPBACK}:{port}"])
            g.launch()
            os.write(ready, b"x")
            signal.pause()
            g.close()
        finally:
            os._exit(1)

    def test_secret(self):
        web = Web(self)
        shutil.copy(self.disk, web.folder / "private")
        password = run(program("openssl"), "passwd", "-apr1", SECRET).decode()
        (self.folder / "passwords").write_text(f"some,one:{password}")
        where = "http", "/private/disk.img", web.port
        self.check_refused("error: 401", *where)
        self.check_refused("error: 401", *where, username="some,one",
                           secret=SECRET + "x")
        self.check_reading(*where, username="some,one", secret=SECRET)

    def test_secret_stays_secret(self):
        web = Web(self)
        shutil.copy(self.disk, web.folder / "private")
        password = run(program("openssl"), "passwd", "-apr1", SECRET).decode()
        (self.folder / "passwords").write_text(f"me:{password}")
        self.check_secret(SECRET, [web.server], "http", "/private/disk.img",
                          web.port, username="me")


class OverFtp(Remote):
    def test_ftp(self):
        ftp = Ftp(self, {"disk.img": self.disk.read_bytes(),
                         "disk.qcow2": self.qcow2().read_bytes()})
        self.check_reading("ftp", "/folder/disk.img", ftp.port)
        self.check_reading("ftp", "/disk.qcow2", ftp.port, format="qcow2")
        self.assertIn("REST", ftp.commands)
        self.check_refused("/none", "ftp", "/none", ftp.port)
        g = self.remote("ftp", "/disk.img", ftp.port, format="raw")
        self.assertEqual(g.blockdev_getro("/dev/sda"), 1)

    def test_login(self):
        ftp = Ftp(self, {"disk.img": self.disk.read_bytes()},
                  login=("some,one", SECRET))
        where = "ftp", "/disk.img", ftp.port
        self.check_refused("(?i)denied|login", *where)
        self.check_refused("(?i)denied|login", *where, username="some,one",
                           secret=SECRET + "x")
        self.check_reading(*where, username="some,one", secret=SECRET)

    def test_slow_servers(self):
        """They are connected to at the same time: one after the other, the
        first would not wait for the last."""
        g = self.handle(launch=False)
        for _ in range(5):
            ftp = Ftp(self, {"disk.img": self.disk.read_bytes()}, delay=3)
            self.add(g, "ftp", "/disk.img", ftp.port, readonly=True)
        g.launch()
        for device in g.list_devices():
            self.assertEqual(g.vfs_label(device), "remote")

    def test_whole_files_only(self):
        ftp = Ftp(self, {"disk.img": self.disk.read_bytes()},
                  has_ranges=False)
        self.check_refused("can't read the image", "ftp", "/disk.img",
                           ftp.port)

    def test_nobody_there(self):
        port = free_port()
        self.check_refused(f"port {port}", "ftp", "/x", port)

    def test_dies(self):
        ftp = Ftp(self, {"disk.img": self.disk.read_bytes()})
        g = self.remote("ftp", "/disk.img", ftp.port, readonly=True)
        ftp.stop()
        with self.assertRaisesRegex(RuntimeError, "Input/output error"):
            g.pread_device("/dev/sda", 4096, 10 * MIB)


class OverGluster(Remote):
    def test_disk(self):
        brick = Brick(self)
        (brick.files / "folder").mkdir()
        copy = shutil.copy(self.disk, brick.files / "folder")
        glusterd = Volumes(self, {"vol": brick.volume})
        where = "gluster", "vol/folder/disk.img", glusterd.port
        self.check_reading(*where)
        self.check_writing(*where, format="raw")
        run("/sbin/e2fsck", "-fn", copy)
        self.check_refused("No such file", "gluster", "vol/none",
                           glusterd.port)
        self.check_refused("volume no-vol", "gluster", "no-vol/disk.img",
                           glusterd.port)

    def test_format(self):
        brick = Brick(self)
        shutil.copy(self.qcow2(), brick.files)
        glusterd = Volumes(self, {"vol": brick.volume})
        where = "gluster", "/vol/disk.qcow2", f"tcp:localhost:{glusterd.port}"
        self.check_reading(*where)
        self.check_refused("only raw images can be written to", *where,
                           readonly=False)

    def test_socket(self):
        brick = Brick(self)
        shutil.copy(self.disk, brick.files)
        path = self.folder / "glusterd"
        Volumes(self, {"vol": brick.volume}, path)
        self.check_reading("gluster", "vol/disk.img", f"unix:{path}")
        self.check_refused("failed to connect", "gluster", "vol/disk.img",
                           "unix:/nowhere/x")

    def test_dies(self):
        brick = Brick(self)
        shutil.copy(self.disk, brick.files)
        glusterd = Volumes(self, {"vol": brick.volume})
        g = self.remote("gluster", "vol/disk.img", glusterd.port,
                        readonly=True)
        brick.server.stop()
        with self.assertRaisesRegex(RuntimeError, "Input/output error"):
            g.pread_device("/dev/sda", 4096, 10 * MIB)

    def test_commands_of_a_server(self):
        """Gluster's client runs what a server has put between backticks."""
        trace = self.folder / "taken-over"
        glusterd = Volumes(self, {"vol": f"volume `touch {trace}`\n"})
        self.check_refused("failed to connect", "gluster", "vol/x",
                           glusterd.port)
        self.assertFalse(trace.exists())
        # But here it does.
        subprocess.run(["qemu-img", "info", "--image-opts", "driver=gluster,"
                        "volume=vol,path=x,server.0.type=inet,server.0.host="
                        f"{LOOPBACK},server.0.port={glusterd.port},"
                        "logfile=/dev/null"],
                       capture_output=True, check=False)
        self.assertTrue(trace.exists())

    def test_garbage(self):
        server = OddServer(self, lambda s: s.sendall(os.urandom(1000)))
        self.check_refused("failed to connect", "gluster", "vol/x",
                           server.port)
        glusterd = Volumes(self, {"vol": "x" * 3 * MIB})
        self.check_refused("failed to connect", "gluster", "vol/x",
                           glusterd.port)

    def test_nobody_there(self):
        self.check_refused("failed to connect", "gluster", "vol/x",
                           free_port())


class OverSsh(Remote):
    def test_key(self):
        ssh = Ssh(self)
        self.set_environment("HOME", ssh.home)
        where = "ssh", str(self.disk), ssh.port
        self.check_reading(*where)
        self.check_writing(*where, format="raw", username=ssh.user)
        run("/sbin/e2fsck", "-fn", self.disk)
        self.check_refused("No such file", "ssh", "/nowhere/x", ssh.port)

    def test_format(self):
        ssh = Ssh(self)
        self.set_environment("HOME", ssh.home)
        where = "ssh", str(self.qcow2()), f"localhost:{ssh.port}"
        self.check_reading(*where)
        for options in {}, {"format": "qcow2"}:
            self.check_refused("only raw images can be written to", *where,
                               readonly=False, **options)

    def test_agent(self):
        ssh = Ssh(self)
        self.set_environment("HOME", ssh.home)
        agent = self.folder / "agent"
        Server(self, agent, program("ssh-agent"), "-D", "-a", agent)
        self.set_environment("SSH_AUTH_SOCK", agent)
        run("ssh-add", "-q", ssh.dot_ssh / "id_ed25519")
        (ssh.dot_ssh / "id_ed25519").unlink()
        self.check_reading("ssh", str(self.disk), ssh.port)
        run("ssh-add", "-D", "-q")
        self.check_refused("(?i)authenti", "ssh", str(self.disk), ssh.port)

    def test_unknown_server(self):
        ssh = Ssh(self)
        self.set_environment("HOME", ssh.home)
        where = "ssh", str(self.disk), ssh.port
        hosts = ssh.dot_ssh / "known_hosts"
        known = hosts.read_text()
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "other")
        key = known.split()[2]
        other = pathlib.Path("other.pub").read_text().split()[1]
        hosts.write_text(known.replace(key, other))
        self.check_refused("host key", *where)
        hosts.unlink()
        self.check_refused("host key", *where)

    def test_no_key(self):
        ssh = Ssh(self)
        self.set_environment("HOME", ssh.home)
        (ssh.dot_ssh / "id_ed25519").unlink()
        self.check_refused("(?i)authenti", "ssh", str(self.disk), ssh.port)

    def test_dies(self):
        ssh = Ssh(self)
        self.set_environment("HOME", ssh.home)
        g = self.remote("ssh", str(self.disk), ssh.port, readonly=True)
        ssh.server.stop()
        with self.assertRaisesRegex(RuntimeError, "Input/output error"):
            g.pread_device("/dev/sda", 4096, 10 * MIB)


class OverIscsi(Remote):
    def test_disk(self):
        server = Iscsi(self, self.disk)
        where = "iscsi", f"{server.target}/1", server.port
        self.check_reading(*where)
        self.check_writing(*where, format="raw")
        self.check_refused("iSCSI: ", "iscsi", f"{server.target}/2",
                           server.port)
        self.check_refused("iSCSI: ", "iscsi", "iqn.2026-11.example:no/1",
                           server.port)

    def test_secret(self):
        secret = "at-least-12-bytes"
        server = Iscsi(self, self.disk, "me", secret)
        where = "iscsi", f"/{server.target}/1", server.port
        self.check_refused("iSCSI: ", *where)
        self.check_refused("iSCSI: ", *where, username="me",
                           secret="something-else")
        self.check_reading(*where, username="me", secret=secret)

    def test_comes_back(self):
        server = Iscsi(self, self.disk)
        g = self.remote("iscsi", f"{server.target}/1", server.port,
                        format="raw")
        for i in 1, 2:
            server.restart()
            g.pwrite_device("/dev/sda", b"content", i * 10 * MIB - 4096)
            self.assertEqual(g.pread_device("/dev/sda", 7, i * 10 * MIB - 4096),
                             b"content")

    def test_dies(self):
        """It is given up after a while."""
        server = Iscsi(self, self.disk)
        g = self.remote("iscsi", f"{server.target}/1", server.port,
                        readonly=True)
        server.server.stop()
        with self.assertRaisesRegex(RuntimeError, "Input/output error"):
            g.pread_device("/dev/sda", 4096, 10 * MIB)

    def test_nobody_there(self):
        self.check_refused("iSCSI: ", "iscsi", "iqn.2026-11.example:x/1",
                           free_port())


class Guestfish(Remote):
    """Images as -a names them."""

    def test_nbd(self):
        path = self.folder / "socket"
        qemu_nbd(self, self.disk, address=path, export="a/b")
        self.assertEqual(self.fish(f"nbd:///a/b?socket={path}"), "remote")
        server = qemu_nbd(self, self.qcow2())
        self.assertEqual(self.fish(f"nbd://localhost:{server.port}",
                                   "--format=qcow2"), "remote")
        self.assertEqual(self.fish(f"nbd://localhost:{server.port}/", "--ro"),
                         "remote")

    def test_http(self):
        web = Web(self)
        shutil.copy(self.disk, web.folder / "a b.img")
        self.assertEqual(self.fish(f"http://localhost:{web.port}/a%20b.img",
                                   "--ro"), "remote")

    def test_https(self):
        web = Web(self, tls=True)
        shutil.copy(self.disk, web.folder)
        self.set_environment("SSL_CERT_FILE", self.folder / "ca.crt")
        self.assertEqual(self.fish(f"https://localhost:{web.port}/disk.img",
                                   "--ro"), "remote")

    def test_ssh(self):
        ssh = Ssh(self)
        self.set_environment("HOME", ssh.home)
        self.assertEqual(
            self.fish(f"ssh://{ssh.user}@localhost:{ssh.port}{self.disk}"),
            "remote")

    def test_iscsi(self):
        server = Iscsi(self, self.disk, "me", "at-least-12-bytes")
        self.assertEqual(
            self.fish(f"iscsi://me:at-least-12-bytes@{LOOPBACK}:{server.port}"
                      f"/{server.target}/1"), "remote")

    def test_ftp(self):
        ftp = Ftp(self, {"disk.img": self.disk.read_bytes()})
        self.assertEqual(self.fish(f"ftp://localhost:{ftp.port}/disk.img",
                                   "--ro"), "remote")

    def test_gluster(self):
        brick = Brick(self)
        shutil.copy(self.disk, brick.files)
        path = self.folder / "glusterd"
        glusterd = Volumes(self, {"vol": brick.volume})
        Volumes(self, {"vol": brick.volume}, path)
        for uri in (f"gluster://localhost:{glusterd.port}/vol/disk.img",
                    f"gluster+tcp://localhost:{glusterd.port}/vol/disk.img",
                    f"gluster+unix:///vol/disk.img?socket={path}"):
            self.assertEqual(self.fish(uri, "--ro"), "remote")

    def test_secret_in_errors(self):
        for uri in (f"http://me:{SECRET}@localhost:0/x",
                    f"http://me:{SECRET}@localhost/x?y",
                    f"http://me:{SECRET}@localhost:{free_port()}/x"):
            message = self.fish(uri, "-x", "-v", fails=True)
            self.assertIn("localhost", message)
            self.assertNotIn(SECRET, message)


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
