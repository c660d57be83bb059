# SPDX-License-Identifier: GPL-2.0-or-later
"""The network that set_network gives to commands of the guest: what they
reach, what they don't, and what happens when it ends.

All of it is done in a network namespace, where nothing of the machine's own
network matters.

usage: test_network.py FETCH [TEST...]

FETCH (fetch.c) is put into a guest.
"""

import hashlib
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest

import network_world
from network_world import (ADDRESS, ADDRESS6, HTTP_PORT, LOOPBACK_PORT, NAME,
                           NAME6, NAME_BOTH, NAME_HALF, PAGE, large_blocks)
from support import (TIMEOUT, adopt_orphans, command_of, descendants,
                     new_handle, reap_all, run)

FETCH = sys.argv[1]
BUILD = pathlib.Path(os.environ["LIBGUESTFS_LIBEXECDIR"]).parent
QEMU = f"/usr/bin/qemu-system-{os.uname().machine}"
GATEWAY = "169.254.2.2"
OWN = "nameserver 192.0.2.1\n"  # what the guest has in its resolv.conf
OURS = f"nameserver {ADDRESS}\n"
PREFIX6 = "fec0::"
LOCAL_NAMES = "169.254.213.54"  # 127.0.0.53 for the guest
LOCAL_NAMES6 = PREFIX6 + "140"  # ::1
DEAD = "127.0.0.54"  # nobody is there

needs_ipv6 = unittest.skipUnless(network_world.HAS_IPV6,
                                 "the kernel has no IPv6")


def fetch(host, port=HTTP_PORT, page="/page", *file):
    return ["/bin/fetch", host, str(port), page, *file]


def make_guest(image):
    """One with fetch, and the libraries of it."""
    run(pathlib.Path(__file__).parents[1] / "data/make-guest", image)
    g = new_handle(image)
    g.mount("/dev/sda", "/")
    g.upload(FETCH, "/bin/fetch")
    for path in re.findall(r"/\S+", run("ldd", FETCH).decode()):
        g.mkdir_p(os.path.dirname(path))
        g.upload(path, path)
        g.chmod(0o755, path)
    g.chmod(0o755, "/bin/fetch")
    g.write("/etc/resolv.conf", OWN)
    g.shutdown()
    g.close()


def helpers(name):
    """Processes of ours that run this program."""
    return [p for p in descendants(os.getpid())
            if command_of(p).split(b" ")[0].endswith(name.encode())]


def has_qemu_appliance():
    """Could there be one here, for us?"""
    kernels = [p for p in pathlib.Path("/boot").glob("vmlinuz-*")
               if os.access(p, os.R_OK)
               and os.path.isdir(p.name.replace("vmlinuz-", "/lib/modules/"))]
    return bool(kernels) and os.access(QEMU, os.X_OK)


class Network(network_world.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.image = cls.world.folder / "guest"
        make_guest(cls.image)

    def setUp(self):
        self.world.name_servers(ADDRESS)

    def handle(self, network=True, backend=None):
        g = new_handle(self.image, readonly=True, launch=False)
        self.addCleanup(g.close)
        if backend:
            g.set_backend(backend)
        g.set_network(network)
        self.launch(g)
        return g

    @staticmethod
    def launch(g):
        g.launch()
        g.mount("/dev/sda", "/")

    def test_pages(self):
        g = self.handle()
        self.assertTrue(g.get_network())
        for host in ADDRESS, NAME:
            self.assertEqual(g.command(fetch(host)), PAGE.decode())
        self.assertIn(ADDRESS, g.command(["nslookup", NAME]))
        with self.assertRaises(RuntimeError):
            g.command(fetch("nobody.example"))
        # By TCP.
        self.check_tcp(g, self.world.names)

    def check_tcp(self, g, servers):
        before = servers.tcp.asked
        got = g.sh("RES_OPTIONS=use-vc " + " ".join(fetch(NAME)))
        self.assertEqual(got, PAGE.decode())
        self.assertGreater(servers.tcp.asked, before)

    def test_addresses(self):
        g = self.handle()
        self.assertIn("inet addr:169.254.2.15 ", g.sh("ifconfig"))
        self.assertRegex(g.command(["route", "-n"]),
                         rf"0\.0\.0\.0 +{GATEWAY}")

    @needs_ipv6
    def test_ipv6(self):
        g = self.handle()
        asked = self.world.pages6.asked
        for host in ADDRESS6, NAME6, NAME_HALF:
            self.assertEqual(g.command(fetch(host)), PAGE.decode(), host)
        self.assertEqual(self.world.pages6.asked, asked + 3)
        # IPv4 is preferred.
        self.assertEqual(g.command(fetch(NAME_BOTH)), PAGE.decode())
        self.assertEqual(self.world.pages6.asked, asked + 3)
        self.assertIn(f"inet6 addr: {PREFIX6}f/120", g.sh("ifconfig eth0 || "
                                                         "ifconfig vec0"))
        expected = hashlib.sha256()
        for block in large_blocks():
            expected.update(block)
        got = g.sh(f"fetch {NAME6} {HTTP_PORT} /large | sha256sum")
        self.assertEqual(got.split()[0], expected.hexdigest())
        g.sh("dd if=/dev/urandom of=/tmp/up bs=1M count=4 2>/dev/null")
        g.command(fetch(NAME6, HTTP_PORT, "/", "/tmp/up"))
        self.assertEqual(self.world.pages6.received, g.read_file("/tmp/up"))

    @needs_ipv6
    def test_no_ipv6(self):
        """Where the host has none the guest need not try, until there is."""
        network_world.add_ipv6("del")
        g = self.handle()
        self.assertEqual(g.command(fetch(NAME_BOTH)), PAGE.decode())
        self.assertNotIn(PREFIX6, g.sh("ifconfig"))
        network_world.add_ipv6()
        self.assertEqual(g.command(fetch(ADDRESS6)), PAGE.decode())

    @needs_ipv6
    def test_loopback_of_ipv6(self):
        g = self.handle()
        hosts = ("::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "fec0::1",
                 "64:ff9b::127.0.0.1", "2002:7f00:1::1", PREFIX6 + "2",
                 PREFIX6 + "3", LOCAL_NAMES6, LOCAL_NAMES)
        # All at once, since what is not answered takes its time.
        got = g.sh(f"for host in {' '.join(hosts)}; do "
                   f"timeout 5 fetch $host {LOOPBACK_PORT} /page & done; wait")
        self.assertEqual(got, "")
        self.assertEqual(g.command(fetch(ADDRESS6)), PAGE.decode())

    def test_ping(self):
        """Where the host lets us."""
        pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text(
            "0 0", encoding="ascii")
        self.assertIn(" 0% packet loss",
                      self.handle().sh(f"ping -c 1 {ADDRESS}"))

    def test_large(self):
        """Down and up, as it was."""
        g = self.handle()
        expected = hashlib.sha256()
        for block in large_blocks():
            expected.update(block)
        got = g.sh(f"fetch {NAME} {HTTP_PORT} /large | sha256sum")
        self.assertEqual(got.split()[0], expected.hexdigest())
        g.sh("dd if=/dev/urandom of=/tmp/up bs=1M count=4 2>/dev/null")
        g.command(fetch(NAME, HTTP_PORT, "/", "/tmp/up"))
        self.assertEqual(self.world.pages.received, g.read_file("/tmp/up"))

    def test_several_at_once(self):
        g = self.handle()
        command = " ".join(fetch(NAME))
        got = g.sh(f"for i in 1 2 3 4 5 6 7 8; do {command} & done; wait")
        self.assertEqual(got, PAGE.decode() * 8)

    def test_loopback(self):
        """The host's is out of reach: by the gateway, which is the host for
        others of this kind, and by any address of its own."""
        g = self.handle()
        for host in (GATEWAY, "127.0.0.1", "0.0.0.0", "127.0.0.2",
                     "169.254.2.3"):
            with self.assertRaises(RuntimeError, msg=host):
                g.command(fetch(host, LOOPBACK_PORT))
        self.assertEqual(g.command(fetch(ADDRESS)), PAGE.decode())

    def test_without_network(self):
        g = self.handle(network=False)
        self.assertFalse(g.get_network())
        self.assertEqual(g.command(["ls", "/sys/class/net"]), "lo\n")
        self.assertEqual(g.sh("ifconfig"), "")
        self.assertEqual(helpers("guestfs-network"), [])
        self.assertEqual(g.command(["cat", "/etc/resolv.conf"]), OWN)
        with self.assertRaisesRegex(RuntimeError, "Network is unreachable"):
            g.command(fetch(ADDRESS))

    # The guest's resolv.conf.
    def test_resolv_conf(self):
        g = self.handle()
        self.assertEqual(g.sh("cat /etc/resolv.conf"), OURS)
        for write in "echo x > ", "rm -f ":
            with self.assertRaises(RuntimeError):
                g.sh(write + "/etc/resolv.conf")
        self.assertEqual(g.cat("/etc/resolv.conf"), OWN)
        self.assertEqual(g.sh("cat /etc/resolv.conf"), OURS)

    def test_resolv_conf_that_is_a_link(self):
        g = self.handle()
        g.write("/other", OWN)
        for target in "../run/nothing", "/nothing", "/other", "../../other":
            g.ln_sf(target, "/etc/resolv.conf")
            self.assertEqual(g.sh("cat /etc/resolv.conf"), OURS, target)
            self.assertEqual(g.command(fetch(NAME)), PAGE.decode())
            self.assertEqual(g.readlink("/etc/resolv.conf"), target)
            self.assertEqual(g.sh("cat /other"), OWN)

    def test_strange_resolv_conf(self):
        """The guest's own stays."""
        g = self.handle()
        g.rm("/etc/resolv.conf")
        self.assertEqual(g.sh("ls /etc"), "passwd\n")
        g.mkdir("/etc/resolv.conf")
        g.touch("/etc/resolv.conf/file")
        self.assertEqual(g.sh("ls /etc/resolv.conf"), "file\n")
        g.mv("/etc", "/old")
        for target in "/proc/self", "/proc/1/root/etc", "/nothing", "/etc":
            g.ln_sf(target, "/etc")
            self.assertEqual(g.sh("echo good"), "good\n", target)
        self.assertEqual(g.command(fetch(ADDRESS)), PAGE.decode())

    # The host's.
    def check_name_server(self, address, seen_as, servers):
        self.world.name_servers(address)
        g = self.handle()
        before = servers.asked
        self.assertEqual(g.command(fetch(NAME)), PAGE.decode())
        self.assertGreater(servers.asked, before)
        self.check_tcp(g, servers)
        self.assertEqual(g.sh("cat /etc/resolv.conf"),
                         f"nameserver {seen_as}\n")

    def test_local_name_server(self):
        """As systemd-resolved is one."""
        self.check_name_server("127.0.0.53", LOCAL_NAMES,
                               self.world.local_names)

    @needs_ipv6
    def test_name_server_of_ipv6(self):
        self.check_name_server(ADDRESS6, ADDRESS6, self.world.names6)

    @needs_ipv6
    def test_local_name_server_of_ipv6(self):
        self.check_name_server("::1", LOCAL_NAMES6, self.world.local_names6)

    @needs_ipv6
    def test_name_server_of_a_link(self):
        self.check_name_server(network_world.LINK_LOCAL + "%lo",
                               PREFIX6 + "3", self.world.link_names)

    def test_dead_name_servers(self):
        """One refuses, one is silent; the third answers."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.55", 53))
            for dead in [DEAD], ["127.0.0.55"], [DEAD, "127.0.0.55"]:
                self.world.name_servers(*dead, "127.0.0.53", more="options "
                                        "timeout:1 attempts:1\n")
                g = self.handle()
                before = self.world.local_names.asked
                self.assertEqual(g.command(fetch(NAME)), PAGE.decode())
                self.assertGreater(self.world.local_names.asked, before)
                g.close()
            self.assertTrue(silent.recv(512, socket.MSG_DONTWAIT))

    def test_errors_of_name_servers(self):
        """They come back, so nobody waits."""
        g = self.handle()
        for dead in [DEAD] + network_world.HAS_IPV6 * ["2001:db8::2"]:
            self.world.name_servers(dead, ADDRESS,
                                    more="options timeout:30\n")
            # "|| false" keeps fetch from being process 1, which would
            # not be ended.
            self.assertEqual(g.sh(f"timeout 20 fetch {NAME} {HTTP_PORT} "
                                  "/page || false"), PAGE.decode(), dead)

    def test_search_list(self):
        self.world.name_servers(ADDRESS, more="search nowhere.example example"
                                "\noptions ndots:2 debug\n")
        g = self.handle()
        self.assertEqual(g.command(fetch("server")), PAGE.decode())
        self.assertEqual(g.sh("cat /etc/resolv.conf"),
                         OURS + "search nowhere.example example\n"
                         "options ndots:2\n")

    def test_changing_name_servers(self):
        g = self.handle()
        self.assertEqual(g.command(fetch(NAME)), PAGE.decode())
        before = self.world.local_names.asked
        self.world.name_servers("127.0.0.53")
        self.assertEqual(g.command(fetch(NAME)), PAGE.decode())
        self.assertGreater(self.world.local_names.asked, before)
        # No longer to be asked.
        self.world.name_servers(ADDRESS)
        with self.assertRaises(RuntimeError):
            g.sh(f"timeout 5 nslookup {NAME} {LOCAL_NAMES} || false")
        self.assertEqual(g.command(fetch(NAME)), PAGE.decode())

    def test_no_name_server(self):
        self.world.name_servers()
        g = self.handle()
        with self.assertRaises(RuntimeError):
            g.command(fetch(NAME))
        self.assertEqual(g.command(fetch(ADDRESS)), PAGE.decode())

    def test_resolv_conf_of_the_host(self):
        """A link, one that leads nowhere, and nothing."""
        run("mount", "-t", "tmpfs", "none", "/etc")
        self.addCleanup(run, "umount", "/etc")
        path = pathlib.Path("/etc/resolv.conf")
        path.symlink_to(self.world.resolv_conf)
        g = self.handle()
        self.assertEqual(g.command(fetch(NAME)), PAGE.decode())
        # Replaced by another file, as programs do that write it.
        other = path.with_name("other")
        other.write_text("nameserver 127.0.0.53\n", encoding="ascii")
        other.rename(path)
        self.assertEqual(g.command(fetch(NAME)), PAGE.decode())
        self.assertEqual(g.sh("cat /etc/resolv.conf"),
                         f"nameserver {LOCAL_NAMES}\n")
        g.close()
        path.unlink()
        for link in True, False:
            if link:
                path.symlink_to("/nothing")
            g = self.handle()
            self.assertEqual(g.command(fetch(ADDRESS)), PAGE.decode())
            with self.assertRaises(RuntimeError):
                g.command(fetch(NAME))
            g.close()
            path.unlink(missing_ok=True)

    # When it ends.
    @staticmethod
    def ping_until_it_fails(g):
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            g.ping_daemon()

    def test_killed(self):
        g = self.handle()
        os.kill(helpers("guestfs-network")[0], signal.SIGKILL)
        with self.assertRaisesRegex(RuntimeError,
                                    r"guestfs-network.*signal 9"):
            self.ping_until_it_fails(g)
        self.assertEqual(descendants(os.getpid()), [])
        self.launch(g)
        self.assertEqual(g.command(fetch(NAME)), PAGE.decode())

    def test_handle_that_is_closed(self):
        g = self.handle()
        self.assertEqual(len(helpers("guestfs-network")), 1)
        g.close()
        self.assertEqual(descendants(os.getpid()), [])

    def test_killed_program(self):
        """Nothing survives it, not even while it is transferring."""
        program = f"""if True:
            import guestfs, os
            g = guestfs.GuestFS()
            g.add_drive_opts({str(self.image)!r}, format="raw", readonly=True)
            g.set_network(True)
            g.launch()
            g.mount("/dev/sda", "/")
            os.write(1, b"fetching\\n")
            g.sh("while fetch {ADDRESS} {HTTP_PORT} /large >/dev/null; do :; "
                 "done")
            """
        with subprocess.Popen([sys.executable, "-c", program],
                              stdout=subprocess.PIPE) as victim:
            self.assertEqual(victim.stdout.readline(), b"fetching\n")
            self.assertEqual(len(helpers("guestfs-network")), 1)
            victim.kill()
            victim.wait(TIMEOUT)
        reap_all()

    def test_no_program(self):
        """Missing, or one that ends at once, as it does without libslirp."""
        folder = self.world.folder / "libexec"
        folder.mkdir()
        for path in (BUILD / "libexec").iterdir():
            if path.name != "guestfs-network":
                (folder / path.name).symlink_to(path.resolve())
        os.environ["LIBGUESTFS_LIBEXECDIR"] = str(folder)
        self.addCleanup(os.environ.update,
                        LIBGUESTFS_LIBEXECDIR=str(BUILD / "libexec"))
        g = new_handle(self.image, readonly=True, launch=False)
        self.addCleanup(g.close)
        g.set_network(True)
        with self.assertRaisesRegex(
                RuntimeError, "libexec/guestfs-network.*can't be run"):
            g.launch()
        (folder / "guestfs-network").symlink_to("/bin/false")
        with self.assertRaisesRegex(RuntimeError, "guestfs-network.*exit 1"):
            g.launch()
            self.ping_until_it_fails(g)
        g.set_network(False)
        g.launch()

    def test_guestfish(self):
        script = ("get-network\nrun\nmount /dev/sda /\n"
                  f"command '{' '.join(fetch(NAME))}'\n")
        for options, network in (["--network"], True), ([], False):
            result = subprocess.run(
                [BUILD / "shell/guestfish", *options, "--ro", "-a",
                 self.image], input=script, text=True, check=False,
                capture_output=True)
            expected = f"true\n{PAGE.decode()}\n" if network else "false\n"
            self.assertEqual(result.stdout, expected, result.stderr)
            self.assertEqual(result.returncode, 0 if network else 1)


    @unittest.skipUnless(has_qemu_appliance(), "no QEMU, or no kernel for it")
    def test_qemu(self):
        """The same network, for an appliance of another kind."""
        os.environ["LIBGUESTFS_CACHEDIR"] = str(self.world.folder)
        self.addCleanup(os.environ.pop, "LIBGUESTFS_CACHEDIR")
        g = self.handle(backend="direct")
        hosts = [ADDRESS, NAME] + network_world.HAS_IPV6 * [ADDRESS6]
        for host in hosts:
            self.assertEqual(g.command(fetch(host)), PAGE.decode())
        self.assertEqual(g.sh("cat /etc/resolv.conf"), OURS)
        with self.assertRaises(RuntimeError):
            g.command(fetch(GATEWAY, LOOPBACK_PORT))
        os.kill(helpers("guestfs-network")[0], signal.SIGKILL)
        with self.assertRaisesRegex(RuntimeError,
                                    r"guestfs-network.*signal 9"):
            self.ping_until_it_fails(g)
        self.assertEqual(descendants(os.getpid()), [])
        self.launch(g)  # from a template, if the first left one
        for host in hosts:
            self.assertEqual(g.command(fetch(host)), PAGE.decode())


# What a kernel that was taken over could send.

MAC = bytes.fromhex("525400000001")
BROADCAST = b"\xff" * 6


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet(protocol, destination, payload):
    addresses = (socket.inet_aton("169.254.2.15")
                 + socket.inet_aton(destination))
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64,
                         protocol, 0) + addresses
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return BROADCAST + MAC + b"\x08\0" + header + payload


def syn(destination, port, source=1024):
    """The first segment of a TCP connection."""
    segment = struct.pack("!HHIIBBHHH", source, port, 1, 0, 5 << 4, 2, 65535,
                          0, 0)
    pseudo = (socket.inet_aton("169.254.2.15")
              + socket.inet_aton(destination)
              + struct.pack("!BBH", 0, 6, len(segment)))
    total = checksum(pseudo + segment)
    return packet(6, destination,
                  segment[:16] + struct.pack("!H", total) + segment[18:])


def datagram(destination, port, data):
    return packet(17, destination,
                  struct.pack("!HHHH", 2000, port, 8 + len(data), 0) + data)


OWN6 = socket.inet_pton(socket.AF_INET6, PREFIX6 + "f")


def packet6(protocol, destination, payload, checksum_at):
    """The checksum is at this place of the payload."""
    to = socket.inet_pton(socket.AF_INET6, destination)
    pseudo = OWN6 + to + struct.pack("!II", len(payload), protocol)
    total = struct.pack("!H", checksum(pseudo + payload))
    return (BROADCAST + MAC + b"\x86\xdd"
            + struct.pack("!IHBB", 6 << 28, len(payload), protocol, 255)
            + OWN6 + to + payload[:checksum_at] + total
            + payload[checksum_at + 2:])


def syn6(destination, port, source=1024):
    return packet6(6, destination,
                   struct.pack("!HHIIBBHHH", source, port, 1, 0, 5 << 4, 2,
                               65535, 0, 0), 16)


def datagram6(destination, port, data):
    return packet6(17, destination,
                   struct.pack("!HHHH", 2000, port, 8 + len(data), 0) + data,
                   6)


def look_for_gateway():
    """By this libslirp knows where we are."""
    target = socket.inet_pton(socket.AF_INET6, PREFIX6 + "2")
    return packet6(58, "ff02::1:ff00:2",
                   struct.pack("!BBHI", 135, 0, 0, 0) + target
                   + b"\1\1" + MAC, 2)


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
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
