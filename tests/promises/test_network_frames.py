# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel that was taken over could send to guestfs-network, and what
must not come of it.  As test_network.py, in a network namespace.
"""

import os
import pathlib
import socket
import struct
import subprocess
import unittest

import network_world
from network_frames import (MAC, datagram, datagram6, look_for_gateway, syn,
                            syn6)
from network_world import (ADDRESS, ADDRESS6, HTTP_PORT, LOCAL_NAMES,
                           LOCAL_NAMES6, PREFIX6, needs_ipv6)
from support import TIMEOUT, adopt_orphans

BUILD = pathlib.Path(os.environ["LIBGUESTFS_LIBEXECDIR"]).parent


class HostileFrames(network_world.NetworkTest):
    """guestfs-network with the test in the kernel's place."""

    def setUp(self):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX,
                                              socket.SOCK_SEQPACKET)
        self.addCleanup(self.sock.close)
        self.sock.settimeout(TIMEOUT)
        control, theirs_control = socket.socketpair()
        self.names = os.memfd_create("names")
        self.addCleanup(os.close, self.names)
        os.write(self.names, bytes(16))
        with theirs, theirs_control:
            command = [BUILD / "libexec/guestfs-confine",
                       f"--control={theirs_control.fileno()}",
                       "--profile=network", f"--keep={theirs.fileno()}",
                       f"--keep={self.names}", "--",
                       BUILD / "appliance/guestfs-network",
                       str(theirs.fileno()), str(self.names)]
            process = subprocess.Popen(  # pylint: disable=consider-using-with
                command, pass_fds=[theirs.fileno(), theirs_control.fileno(),
                                   self.names])
        self.addCleanup(process.wait, TIMEOUT)
        self.addCleanup(control.close)
        self.process = process

    def frames(self):
        """What comes, from the type on."""
        while True:
            frame = self.sock.recv(4096)
            if frame[12:14] == b"\x08\x06":  # libslirp asks for our address
                reply = (b"\0\1\x08\0\6\4\0\2" + MAC
                         + socket.inet_aton("169.254.2.15") + frame[22:32])
                self.sock.send(frame[6:12] + MAC + b"\x08\x06" + reply)
                continue
            yield frame[12:]

    def packets(self):
        """The IPv4 packets that come."""
        return (f[2:] for f in self.frames() if f[:2] == b"\x08\0")

    def test_loopback(self):
        """Frames are taken one after the other: what was refused would have
        been answered before."""
        with (socket.create_server(("127.0.0.1", 0)) as listener,
              socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver):
            receiver.bind(("127.0.0.1", 0))
            for sock in listener, receiver:
                sock.setblocking(False)
            tcp, udp = (s.getsockname()[1] for s in (listener, receiver))
            for host in "127.0.0.1", "0.0.0.0", "127.1.2.3":
                self.sock.send(syn(host, tcp))
                self.sock.send(datagram(host, udp, b"x"))
            self.sock.send(syn(ADDRESS, HTTP_PORT))
            first = next(self.packets())
            self.assertEqual(socket.inet_ntoa(first[12:16]), ADDRESS)
            self.assertEqual(first[33], 0x12)  # SYN and ACK
            with self.assertRaises(BlockingIOError):
                listener.accept()
            with self.assertRaises(BlockingIOError):
                receiver.recv(1)

    def packets6(self):
        """The IPv6 packets that come, but for those of ICMPv6."""
        self.sock.send(look_for_gateway())
        for packet in self.frames():
            if packet[:2] == b"\x86\xdd" and packet[8] != 58:
                yield packet[2:]

    def allow(self, *addresses, ipv6=False):
        """Name servers of the loopback."""
        words = [socket.inet_aton(a) for a in addresses]
        words += [bytes(4)] * (3 - len(words))
        os.pwrite(self.names, b"".join(words) + struct.pack("=I", ipv6), 0)

    @needs_ipv6
    def test_loopback_of_ipv6(self):
        """Likewise."""
        with (socket.create_server(("::1", 0), family=socket.AF_INET6,
                                   dualstack_ipv6=False) as listener,
              socket.create_server(("127.0.0.1", 0)) as listener4,
              socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as receiver):
            receiver.bind(("::", 0))
            sockets = listener, listener4, receiver
            for sock in sockets:
                sock.setblocking(False)
            self.allow("127.0.0.1", ipv6=True)
            for host in ("::1", "::", "::ffff:127.0.0.1", "::127.0.0.1",
                         "::ffff:0.0.0.0", "2002:7f00:1::1", "fe80::2",
                         "64:ff9b::127.0.0.1", "ff02::1", "ff01::1",
                         PREFIX6 + "2", PREFIX6 + "3", LOCAL_NAMES6):
                for sock in sockets:
                    port = sock.getsockname()[1]
                    self.sock.send(syn6(host, port))
                    self.sock.send(datagram6(host, port, b"x"))
            self.sock.send(syn6(ADDRESS6, HTTP_PORT))
            first = next(self.packets6())
            self.assertEqual(socket.inet_ntop(socket.AF_INET6, first[8:24]),
                             ADDRESS6)
            self.assertEqual(first[53], 0x12)  # SYN and ACK
            for sock in listener, listener4:
                with self.assertRaises(BlockingIOError):
                    sock.accept()
            with self.assertRaises(BlockingIOError):
                receiver.recv(1)

    def question(self):
        return (b"\0\1\1\0\0\1\0\0\0\0\0\0"
                + network_world.encoded_name() + b"\0\1\0\1")

    def test_names_of_loopback(self):
        """Only those that are allowed can be asked."""
        question = self.question()
        for servers, asked in ([], 0), (["127.0.0.1"], 0), (
                ["127.0.0.1", "127.0.0.53"], 1):
            before = self.world.local_names.asked
            self.allow(*servers)
            self.sock.send(datagram(LOCAL_NAMES, 53, question))
            self.sock.send(datagram(ADDRESS, 53, question))
            expected = [LOCAL_NAMES] * asked + [ADDRESS]
            got = [next(self.answers()) for _ in expected]
            self.assertEqual({socket.inet_ntoa(a[12:16]) for a in got},
                             set(expected))
            self.assertEqual(self.world.local_names.asked, before + asked)

    def answers(self):
        """Those to questions: no errors."""
        return (p for p in self.packets() if p[9] == 17)

    @needs_ipv6
    def test_names_of_loopback_of_ipv6(self):
        question = self.question()
        for allowed in False, True:
            before = self.world.local_names6.asked
            self.allow(ipv6=allowed)
            self.sock.send(datagram6(LOCAL_NAMES6, 53, question))
            self.sock.send(datagram6(ADDRESS6, 53, question))
            expected = {socket.inet_pton(socket.AF_INET6, a)
                        for a in [LOCAL_NAMES6] * allowed + [ADDRESS6]}
            packets = self.packets6()
            self.assertEqual({next(packets)[8:24] for _ in expected},
                             expected)
            self.assertEqual(self.world.local_names6.asked, before + allowed)

    def test_first_frame(self):
        """It is there before the program is, and answered all the same."""
        question = self.question()
        self.sock.send(datagram("169.254.2.3", 53, question))
        answer = next(self.packets())
        self.assertEqual(socket.inet_ntoa(answer[12:16]), "169.254.2.3")
        self.assertEqual(answer[28:], network_world.answer(question))

    def send_nonsense6(self):
        for good in syn6(ADDRESS6, HTTP_PORT), look_for_gateway():
            for size in range(12, len(good)):
                self.sock.send(good[:size])
            for position in range(14, len(good)):
                if 38 <= position < 54:  # would be another address
                    continue
                for value in 0, 0xff:
                    self.sock.send(good[:position] + bytes([value])
                                   + good[position + 1:])

    def test_nonsense(self):
        """It is still there afterwards."""
        good = syn(ADDRESS, HTTP_PORT)
        for size in range(1, len(good)):
            self.sock.send(good[:size])
        self.sock.send(b"\xff" * 2048)
        self.sock.send(b"\xff" * 60000)
        for position in range(14, len(good)):
            if 30 <= position < 34:  # would be another address
                continue
            for value in 0, 0xff:
                self.sock.send(good[:position] + bytes([value])
                               + good[position + 1:])
        if network_world.HAS_IPV6:
            self.send_nonsense6()
        self.sock.send(datagram("169.254.2.3", 53, b"no question"))
        self.sock.send(datagram("169.254.2.2", 69, b"\0\1/etc/passwd\0"))
        self.sock.send(syn(ADDRESS, HTTP_PORT, source=4000))
        for answer in self.packets():
            # TCP, to that port; the rest are answers to nonsense.
            if answer[9] == 6 and answer[22:24] == struct.pack("!H", 4000):
                self.assertEqual(answer[33], 0x12)
                break
        self.assertIsNone(self.process.poll())


if __name__ == "__main__":
    network_world.enter()
    adopt_orphans()
    unittest.main()
