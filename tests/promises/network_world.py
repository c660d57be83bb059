# SPDX-License-Identifier: GPL-2.0-or-later
"""A network that has nothing to do with the machine's: namespaces in which
one address is ours, and servers on it.
"""

import contextlib
import http.server
import os
import pathlib
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import unittest

ADDRESS = "203.0.113.1"  # RFC 5737: nobody's
NAME = "server.example"
HTTP_PORT = 8080
LOOPBACK_PORT = 8081
RESOLV_CONF = "/etc/resolv.conf"
_INSIDE = "GUESTFS_TEST_INSIDE"

PAGE = b"the page\n"
LARGE_SIZE = 50 << 20
_BLOCK = bytes(range(251)) * 1024  # no power of two: shifted parts differ


def enter():
    """Run this program once more, in namespaces of its own, and end.  There
    it gets its address and returns."""
    if _INSIDE in os.environ:
        for command in (["ip", "link", "set", "lo", "up"],
                        ["ip", "address", "add", f"{ADDRESS}/32", "dev",
                         "lo"]):
            subprocess.run(command, check=True)
        return
    if not os.path.exists(RESOLV_CONF):
        print(f"SKIP: there is no {RESOLV_CONF} to mount another one on")
        sys.exit(77)
    command = ["unshare", "--user", "--map-root-user", "--mount", "--net",
               "--", sys.executable, *sys.orig_argv[1:]]
    os.execvpe("unshare", command, {**os.environ, _INSIDE: "1"})


def large_blocks():
    """The content of the large page, in parts."""
    left = LARGE_SIZE
    while left > 0:
        part = _BLOCK[:left]
        yield part
        left -= len(part)


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        parts, size = [PAGE], len(PAGE)
        if self.path == "/large":
            parts, size = large_blocks(), LARGE_SIZE
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        # Whoever was killed does not read all.
        with contextlib.suppress(ConnectionError):
            for part in parts:
                self.wfile.write(part)

    def do_PUT(self):  # pylint: disable=invalid-name
        size = int(self.headers["Content-Length"])
        self.server.received = self.rfile.read(size)
        self.send_response(200)
        self.end_headers()

    do_POST = do_PUT

    def log_message(self, *args):
        pass


class HTTPServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    received = None


def encoded_name():
    """NAME as it stands in a query, and its end."""
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in NAME.split(".")) + b"\0"


def answer(query):
    """NAME has ADDRESS; no other name exists."""
    end = query.index(0, 12)
    question = query[12:end + 5]
    wanted = int.from_bytes(question[-4:-2], "big")
    known = query[12:end + 1].lower() == encoded_name()
    found = known and wanted == 1  # A
    header = (query[:2] + (b"\x81\x80" if known else b"\x81\x83")
              + b"\0\1" + (b"\0\1" if found else b"\0\0") + b"\0\0\0\0")
    record = (b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(ADDRESS)
              if found else b"")
    return header + question + record


class _DNS(socketserver.BaseRequestHandler):
    def handle(self):
        query, sock = self.request
        self.server.asked += 1
        with contextlib.suppress(ValueError):  # it was no question
            sock.sendto(answer(query), self.client_address)


class _DNSOverTCP(socketserver.StreamRequestHandler):
    def handle(self):
        size = int.from_bytes(self.rfile.read(2), "big")
        reply = answer(self.rfile.read(size))
        self.server.asked += 1
        self.wfile.write(len(reply).to_bytes(2, "big") + reply)


class DNSOverTCPServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    asked = 0


class DNSServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    asked = 0


class World(contextlib.ExitStack):
    """The servers, and /etc/resolv.conf, for one class of tests."""

    def __init__(self):
        super().__init__()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-network."))
        self.callback(shutil.rmtree, self.folder)
        self.resolv_conf = self.folder / "resolv.conf"
        self.name_servers(ADDRESS)
        subprocess.run(["mount", "--bind", self.resolv_conf, RESOLV_CONF],
                       check=True)
        self.callback(subprocess.run, ["umount", RESOLV_CONF], check=True)
        self.pages = self.serve(HTTPServer((ADDRESS, HTTP_PORT), _Pages))
        self.local = self.serve(HTTPServer(("127.0.0.1", LOOPBACK_PORT),
                                           _Pages))
        self.names = self.serve(DNSServer((ADDRESS, 53), _DNS))
        self.tcp_names = self.serve(DNSOverTCPServer((ADDRESS, 53),
                                                     _DNSOverTCP))
        self.local_names = self.serve(DNSServer(("127.0.0.53", 53), _DNS))

    def name_servers(self, *addresses):
        self.resolv_conf.write_text("".join(f"nameserver {a}\n"
                                            for a in addresses),
                                    encoding="ascii")

    def serve(self, server):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.callback(server.server_close)
        self.callback(thread.join)
        self.callback(server.shutdown)
        return server


class NetworkTest(unittest.TestCase):
    """Each class has a world."""

    @classmethod
    def setUpClass(cls):
        cls.world = cls.enterClassContext(World())
