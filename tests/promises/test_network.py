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
import subprocess
import sys
import time
import unittest

import network_world
from network_world import (ADDRESS, ADDRESS6, HTTP_PORT, LOCAL_NAMES,
                           LOCAL_NAMES6, LOOPBACK_PORT, NAME, NAME6, NAME_BOTH,
                           NAME_HALF, PAGE, PREFIX6, large_blocks, needs_ipv6)
from support import (TIMEOUT, adopt_orphans, command_of, descendants,
                     new_handle, reap_all, run)

FETCH = sys.argv[1]
BUILD = pathlib.Path(os.environ["LIBGUESTFS_LIBEXECDIR"]).parent
QEMU = f"/usr/bin/qemu-system-{os.uname().machine}"
GATEWAY = "169.254.2.2"
OWN = "nameserver 192.0.2.1\n"  # what the guest has in its resolv.conf
OURS = f"nameserver {ADDRESS}\n"
DEAD = "127.0.0.54"  # nobody is there


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


if __name__ == "__main__":
    network_world.enter()
    adopt_orphans()
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
