# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers of disk images on this machine, run as the user who tests."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

from support import TIMEOUT, descendants, run

LOOPBACK = "127.0.0.1"


def free_port():
    with socket.socket() as s:
        s.bind((LOOPBACK, 0))
        return s.getsockname()[1]


def program(*names):
    """The path of the first that is there."""
    path = "/usr/sbin:/sbin:" + os.environ.get("PATH", "/usr/bin:/bin")
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    raise unittest.SkipTest(f"{' or '.join(names)} is not installed")


class Server:
    """A program that listens at an address: a port or a socket's path."""

    def __init__(self, test, address, *command, **options):
        self.command, self.options = command, options
        self.family = socket.AF_UNIX
        self.address = str(address)
        if isinstance(address, int):
            self.family = socket.AF_INET
            self.address = (LOOPBACK, address)
        self.process = None
        self.log = test.folder / f"log-{os.path.basename(command[0])}"
        test.addCleanup(self.stop)
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in self.command], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True,
                **self.options)
        deadline = time.monotonic() + TIMEOUT
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.command}: {self.messages()}")
            time.sleep(0.01)

    def messages(self):
        return self.log.read_text(errors="replace")

    def listens(self):
        """Without connecting: some servers take one connection only."""
        if self.family == socket.AF_UNIX:
            text = pathlib.Path("/proc/net/unix").read_text()
            return any(line.endswith(" " + self.address)
                       and line.split()[3] == "00010000"
                       for line in text.splitlines())
        text = pathlib.Path("/proc/net/tcp").read_text()
        return any(line.split()[1].endswith(f":{self.address[1]:04X}")
                   and line.split()[3] == "0A"
                   for line in text.splitlines()[1:])

    def stop(self):
        if self.process:
            for pid in descendants(self.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait(TIMEOUT)
            self.process = None
        if self.family == socket.AF_UNIX:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.address)


class OddServer:
    """Accepts connections, at a port or the path of a socket, and does with
    one after the other what a function says."""

    def __init__(self, test, serve, path=None):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(str(path))
            self.socket.listen()
        else:
            self.socket = socket.create_server((LOOPBACK, 0))
            self.port = self.socket.getsockname()[1]
        self.serve = serve
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()
        test.addCleanup(self.stop)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self.socket.accept()[0]
                with connection, contextlib.suppress(OSError):
                    self.serve(connection)

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()


def qemu_nbd(test, image, *options, address=None, kind="raw", export=None,
             one=False):
    address = address or free_port()
    where = (["-b", LOOPBACK, "-p", address] if isinstance(address, int)
             else ["-k", address])
    server = Server(test, address, program("qemu-nbd"), "-f", kind,
                    *([] if one else ["-t", "-e", "0"]), *where,
                    *(["-x", export] if export else []), *options, image)
    server.port = address
    return server


def nbdkit(test, *arguments, address=None):
    address = address or free_port()
    where = (["-i", LOOPBACK, "-p", address] if isinstance(address, int)
             else ["-U", address])
    server = Server(test, address, program("nbdkit"), "-f", "-v", *where,
                    *arguments)
    server.port = address
    return server


NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-errors info;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/temp1;
    proxy_temp_path {folder}/temp2;
    fastcgi_temp_path {folder}/temp3;
    uwsgi_temp_path {folder}/temp4;
    scgi_temp_path {folder}/temp5;
    root {folder}/www;
    server {{
        listen {address}:{port} {ssl};
        {certificate}
        location /private/ {{
            auth_basic "images";
            auth_basic_user_file {folder}/passwords;
        }}
        location /whole/ {{
            max_ranges 0;
        }}
    }}
}}
"""


class Web:
    """nginx, with a folder www of the test's."""

    def __init__(self, test, tls=False, address=LOOPBACK):
        nginx = program("nginx")
        self.port = free_port()
        self.folder = test.folder / "www"
        for name in "", "private", "whole":
            (self.folder / name).mkdir(exist_ok=True)
        certificate = ""
        if tls:
            make_certificates(test.folder)
            certificate = (f"ssl_certificate {test.folder}/server.crt;"
                           f"ssl_certificate_key {test.folder}/server.key;")
        config = test.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=test.folder, port=self.port,
                                       ssl="ssl" if tls else "",
                                       address=address,
                                       certificate=certificate))
        self.server = Server(test, self.port, nginx, "-p", test.folder,
                             "-e", test.folder / "nginx-errors", "-c", config)


def make_certificates(folder):
    """An authority of our own, ca.crt, and a server's certificate."""
    openssl = program("openssl")

    def key(name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", folder / f"{name}.key"]

    run(openssl, "req", "-x509", *key("ca"), "-out", folder / "ca.crt",
        "-subj", "/CN=An authority for tests", "-days", "2",
        "-addext", "keyUsage=critical,keyCertSign")
    run(openssl, "req", *key("server"), "-out", folder / "server.csr",
        "-subj", "/CN=localhost")
    names = folder / "names"
    names.write_text("subjectAltName=DNS:localhost\n")
    run(openssl, "x509", "-req", "-in", folder / "server.csr",
        "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key",
        "-CAcreateserial", "-days", "2", "-extfile", names,
        "-out", folder / "server.crt")


SSHD = """
ListenAddress {address}:{port}
HostKey {folder}/host-key
PidFile none
AuthorizedKeysFile {folder}/home/.ssh/id_ed25519.pub
AuthenticationMethods publickey
StrictModes no
UsePAM {pam}
PermitRootLogin yes
Subsystem sftp internal-sftp
"""


class Ssh:
    """sshd, and a home of the test's with a key that it accepts.

    Without PAM, only root can see that the account is not locked."""

    def __init__(self, test):
        sshd = program("sshd")
        self.port = free_port()
        self.home = test.folder / "home"
        self.dot_ssh = self.home / ".ssh"
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.dot_ssh.mkdir(parents=True, mode=0o700)
        for key in test.folder / "host-key", self.dot_ssh / "id_ed25519":
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        public = (test.folder / "host-key.pub").read_text()
        (self.dot_ssh / "known_hosts").write_text(
            f"[{LOOPBACK}]:{self.port} {public}"
            f"[localhost]:{self.port} {public}")
        config = test.folder / "sshd_config"
        config.write_text(SSHD.format(folder=test.folder, port=self.port,
                                      address=LOOPBACK,
                                      pam="yes" if os.geteuid() else "no"))
        command = [sshd, "-D", "-e", "-f", config]
        if os.geteuid() == 0:
            # The folder for root's sshd need not be there.
            command = ["unshare", "-m", "sh", "-c",
                       "mount -t tmpfs none /run && mkdir /run/sshd"
                       ' && exec "$@"', "sh", *command]
        self.server = Server(test, self.port, *command)


class Iscsi:
    """tgtd with one disk, LUN 1 of a target."""

    target = "iqn.2026-11.example:disk"

    def __init__(self, test, image, user=None, secret=None):
        tgtd, tgtadm = program("tgtd"), program("tgtadm")
        self.port = free_port()
        self.environment = {**os.environ,
                            "TGT_IPC_SOCKET": str(test.folder / "tgt")}
        self.tgtadm = tgtadm
        self.server = Server(test, self.port, tgtd, "-f", "--iscsi",
                             f"portal={LOOPBACK}:{self.port}",
                             env=self.environment)
        self.image, self.user, self.secret = image, user, secret
        self.configure()

    def configure(self):
        self.admin("target", "new", "--tid", "1", "-T", self.target)
        self.admin("logicalunit", "new", "--tid", "1", "--lun", "1",
                   "-b", self.image)
        if self.user:
            self.admin("account", "new", "--user", self.user, "--password",
                       self.secret)
            self.admin("account", "bind", "--tid", "1", "--user", self.user)
        self.admin("target", "bind", "--tid", "1", "-I", "ALL")

    def restart(self):
        self.server.stop()
        self.server.start()
        self.configure()

    def admin(self, mode, what, *more):
        run(self.tgtadm, "--lld", "iscsi", "--mode", mode, "--op", what,
            *more, env=self.environment)
