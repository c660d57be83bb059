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
ADDRESS6 = "2001:db8::1"  # RFC 3849: likewise
LINK_LOCAL = "fe80::53"
NAME = "server.example"
NAME6 = "six.example"  # has ADDRESS6 alone
NAME_BOTH = "both.example"
NAME_HALF = "half.example"  # the IPv4 address is not there
HTTP_PORT = 8080
LOOPBACK_PORT = 8081
RESOLV_CONF = "/etc/resolv.conf"
_INSIDE = "GUESTFS_TEST_INSIDE"

PAGE = b"the page\n"
LARGE_SIZE = 50 << 20
_BLOCK = bytes(range(251)) * 1024  # no power of two: shifted parts differ


# As the guest has them.
PREFIX6 = "fec0::"
LOCAL_NAMES = "169.254.213.54"  # the host's 127.0.0.53
LOCAL_NAMES6 = PREFIX6 + "140"  # the host's ::1

# Has the kernel got it?
HAS_IPV6 = os.path.exists("/proc/net/if_inet6")
needs_ipv6 = unittest.skipUnless(HAS_IPV6, "the kernel has no IPv6")


def add_ipv6(action="add"):
    subprocess.run(["ip", "address", action, f"{ADDRESS6}/128", "dev", "lo"],
                   check=True)


def enter():
    """Run this program once more, in namespaces of its own, and end.  There
    it gets its address and returns."""
    if _INSIDE in os.environ:
        for command in (["ip", "link", "set", "lo", "up"],
                        ["ip", "address", "add", f"{ADDRESS}/32", "dev",
                         "lo"]):
            subprocess.run(command, check=True)
        if HAS_IPV6:
            add_ipv6()
            subprocess.run(["ip", "address", "add", f"{LINK_LOCAL}/64", "dev",
                            "lo"], check=True)
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
        self.server.asked += 1
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
    asked = 0


def encoded_name(name=NAME):
    """The name as it stands in a query, and its end."""
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in name.split(".")) + b"\0"


_A = (1, socket.inet_pton(socket.AF_INET, ADDRESS))
_NOT_THERE = (1, socket.inet_pton(socket.AF_INET, "203.0.113.2"))
_AAAA = (28, socket.inet_pton(socket.AF_INET6, ADDRESS6))
_RECORDS = {encoded_name(NAME): [_A], encoded_name(NAME6): [_AAAA],
            encoded_name(NAME_BOTH): [_A, _AAAA],
            encoded_name(NAME_HALF): [_NOT_THERE, _AAAA]}


def answer(query):
    """There are no other names."""
    end = query.index(0, 12)
    question = query[12:end + 5]
    wanted = int.from_bytes(question[-4:-2], "big")
    records = _RECORDS.get(query[12:end + 1].lower())
    found = [data for kind, data in records or [] if kind == wanted]
    header = (query[:2] + (b"\x81\x83" if records is None else b"\x81\x80")
              + b"\0\1\0" + bytes([len(found)]) + b"\0\0\0\0")
    return header + question + b"".join(
        b"\xc0\x0c" + question[-4:] + b"\0\0\0\x3c\0" + bytes([len(data)])
        + data for data in found)


class _DNS(socketserver.BaseRequestHandler):
    def handle(self):
        query, sock = self.request
        self.server.asked += 1
        with contextlib.suppress(ValueError):  # it was no question
            sock.sendto(answer(query), self.client_address)


class _DNSOverTCP(socketserver.StreamRequestHandler):
    def handle(self):
        while size := int.from_bytes(self.rfile.read(2), "big"):
            reply = answer(self.rfile.read(size))
            self.server.asked += 1
            self.wfile.write(len(reply).to_bytes(2, "big") + reply)


class DNSOverTCPServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    asked = 0


class DNSServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    asked = 0


def of_ipv6(server):
    """The same kind of server on IPv6."""
    return type(server.__name__, (server,),
                {"address_family": socket.AF_INET6})


class _NameServers:
    """By UDP and by TCP on one address."""

    def __init__(self, world, address):
        kinds = (DNSServer, _DNS), (DNSOverTCPServer, _DNSOverTCP)
        where = socket.getaddrinfo(address, 53)[0][4]  # with its scope
        self.udp, self.tcp = (
            world.serve((of_ipv6(kind) if ":" in address else kind)
                        (where, handler)) for kind, handler in kinds)

    @property
    def asked(self):
        return self.udp.asked + self.tcp.asked


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
        self.names, self.local_names = (
            _NameServers(self, a) for a in (ADDRESS, "127.0.0.53"))
        if HAS_IPV6:
            self.names6, self.local_names6, self.link_names = (
                _NameServers(self, a)
                for a in (ADDRESS6, "::1", LINK_LOCAL + "%lo"))
            server = of_ipv6(HTTPServer)
            self.pages6 = self.serve(server((ADDRESS6, HTTP_PORT), _Pages))
            self.serve(server(("::1", LOOPBACK_PORT), _Pages))

    def name_servers(self, *addresses, more=""):
        self.resolv_conf.write_text("".join(f"nameserver {a}\n"
                                            for a in addresses) + more,
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
