# SPDX-License-Identifier: GPL-2.0-or-later
"""Domains of libvirt's: the driver "test" has those that a file describes, in
the library itself, without a daemon.
"""

import ctypes
import ctypes.util
import errno
import os
import subprocess
import sys
import unittest

import guestfs

from servers import Iscsi, qemu_nbd
from support import MIB, TestCase, mkfs

UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f"
STOPPED, RUNNING = 5, 1  # enum virDomainState
PASSWORD = "tr0ub4dor,&3"

NODE = """
<node xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
  {more}
  <domain type='test'>
    <name>{name}</name>
    <uuid>{uuid}</uuid>
    <test:runstate>{state}</test:runstate>
    <memory>65536</memory>
    <os><type>hvm</type></os>
    <devices>{disks}</devices>
  </domain>
</node>
"""

POOL = """
  <pool type='dir'>
    <name>{name}</name>
    <target><path>{path}</path></target>
    <volume type='file'>
      <name>volume.img</name>
      <capacity>1048576</capacity>
      <target><path>{path}/volume.img</path></target>
    </volume>
  </pool>
"""

_lib = ctypes.CDLL("libguestfs.so.0")


def setUpModule():
    # Not loaded here: what does that is left to print its own messages.
    if not ctypes.util.find_library("virt"):
        raise unittest.SkipTest("libvirt is not installed")


def disk(source, target="vda", kind="file", driver=None, more="",
         device="disk"):
    driver = f"<driver name='qemu' type='{driver}'/>" if driver else ""
    return (f"<disk type='{kind}' device='{device}'>{driver}{source}"
            f"<target dev='{target}'/>{more}</disk>")


def on_network(protocol, rest, target="vda", host="<host name='a'/>", **more):
    return disk(f"<source protocol='{protocol}' {rest}>{host}</source>",
                target, "network", **more)


class Libvirt(TestCase):
    def node(self, *disks, state=STOPPED, more="", name="guest"):
        """The URI of a libvirt with one domain."""
        path = self.folder / "node.xml"
        path.write_text(NODE.format(disks="".join(disks), name=name,
                                    uuid=UUID, state=state, more=more))
        return f"test://{path}"

    def file(self, name, size=MIB):
        path = self.image(name, size)
        return f"<source file='{path}'/>"

    def drives(self, uri, what="guest", **options):
        """What add_domain adds."""
        g = self.handle(launch=False)
        count = g.add_domain(what, libvirturi=uri, **options)
        drives = [d.replace(f"{self.folder}/", "") for d in g.debug_drives()]
        self.assertEqual(count, len(drives))
        return drives

    def check_refused(self, words, uri, what="guest", errnum=None, **options):
        """And what was there before still is, and nothing else."""
        g = self.handle(launch=False)
        g.add_drive_scratch(MIB)
        before = g.debug_drives()
        with self.assertRaisesRegex(RuntimeError, words):
            g.add_domain(what, libvirturi=uri, **options)
        if errnum:
            self.assertEqual(_lib.guestfs_last_errno(
                ctypes.c_void_p(g.c_pointer())), errnum)
        self.assertEqual(g.debug_drives(), before)


class Local(Libvirt):
    def test_guest(self):
        """From the description to what is on the disk."""
        path = self.image("guest.img", 20 * MIB)
        mkfs("ext4", path, "-q", "-L", "of-a-domain")
        uri = self.node(disk(f"<source file='{path}'/>", driver="raw"))
        g = self.handle(launch=False)
        self.assertEqual(g.add_domain("guest", libvirturi=uri), 1)
        g.launch()
        self.assertEqual(g.vfs_label("/dev/sda"), "of-a-domain")
        g.mount("/dev/sda", "/")
        g.write("/new", b"content")
        g.close()
        g = self.handle(launch=False)
        g.add_domain("guest", libvirturi=uri, readonly=True)
        g.launch()
        g.mount("/dev/sda", "/")
        self.assertEqual(g.cat("/new"), "content")

    def test_kinds(self):
        """In the order in which libvirt has them, which is by bus."""
        four = "<blockio logical_block_size='4096'/>"
        uri = self.node(
            disk(self.file("a b"), "vdb"),
            disk(self.file("cd"), "hda", device="cdrom", more="<readonly/>"),
            disk("", "hdb", device="cdrom", more="<readonly/>"),
            disk(self.file("floppy"), "fda", device="floppy"),
            disk(self.file("first"), "vda", driver="qcow2"),
            disk(f"<source dev='{self.image('device', MIB)}'/>", "vdc",
                 "block", driver="raw", more=four))
        drives = self.drives(uri)
        self.assertEqual(sorted(drives), ["a b", "cd", "device format=raw",
                                          "first format=qcow2", "floppy"])
        # Those of one bus are in the order of their names.
        self.assertEqual([d for d in drives if d not in ("cd", "floppy")],
                         ["first format=qcow2", "a b", "device format=raw"])

    def test_read_only_disks(self):
        uri = self.node(disk(self.file("a")),
                        disk(self.file("b"), "vdb", more="<readonly/>"))
        for how, drives in ((None, ["a", "b"]), ("write", ["a", "b"]),
                            ("read", ["a", "b readonly"]),
                            ("ignore", ["a"])):
            options = {"readonlydisk": how} if how else {}
            self.assertEqual(self.drives(uri, **options), drives)
        self.check_refused("disk vdb of the domain: it is read-only", uri,
                           errnum=errno.EROFS, readonlydisk="error")
        both = ["a readonly", "b readonly"]
        for how in None, "write", "read", "error":
            options = {"readonlydisk": how} if how else {}
            self.assertEqual(self.drives(uri, readonly=True, **options), both)
        self.assertEqual(self.drives(uri, readonly=True,
                                     readonlydisk="ignore"), both[:1])

    def test_options(self):
        uri = self.node(
            disk(self.file("a"), driver="raw",
                 more="<blockio logical_block_size='4096'/>"),
            disk(self.file("b"), "vdb", driver="raw", more="<readonly/>"))
        g = self.handle(launch=False)
        g.add_domain("guest", libvirturi=uri, discard="enable", iface="ide",
                     cachemode="unsafe", copyonread=True, readonlydisk="read")
        self.assertEqual([d.split("/")[-1] for d in g.debug_drives()],
                         ["a format=raw copyonread",
                          "b readonly format=raw copyonread"])
        g.launch()
        self.assertEqual(g.blockdev_getss("/dev/sda"), 4096)
        self.assertEqual(g.blockdev_getss("/dev/sdb"), 512)
        for options, words in (({"iface": "usb"}, "iface 'usb' is none"),
                               ({"cachemode": "x"}, "cachemode 'x'"),
                               ({"discard": "enable", "readonly": True},
                                "discard 'enable' has no meaning")):
            self.check_refused(f"disk vda of the domain: {words}", uri,
                               **options)

    def test_running(self):
        uri = self.node(disk(self.file("a")), state=RUNNING)
        self.check_refused("domain 'guest' is running", uri,
                           errnum=errno.EBUSY)
        self.assertEqual(self.drives(uri, readonly=True), ["a readonly"])

    def test_saved(self):
        """It would go on with a memory that does not fit its disks."""
        uri = self.node(disk(self.file("a")), more="", state=STOPPED)
        path = self.folder / "node.xml"
        path.write_text(path.read_text().replace(
            "<memory>", "<test:hasmanagedsave/><memory>"))
        for options, count in ({}, 1), ({"readonly": True}, 0):
            g = self.handle(launch=False)
            warnings = []
            g.set_event_callback(lambda *a, w=warnings: w.append(a[2]),
                                 guestfs.EVENT_WARNING)
            self.assertEqual(g.add_domain("guest", libvirturi=uri,
                                          **options), 1)
            self.assertEqual(len(warnings), count)
            if count:
                self.assertIn("domain 'guest': its memory was saved",
                              warnings[0])

    def test_names(self):
        uri = self.node(disk(self.file("a")))
        self.assertEqual(self.drives(uri, UUID, allowuuid=True), ["a"])
        self.assertEqual(self.drives(uri, "guest", allowuuid=True), ["a"])
        for what in UUID, "nobody", "":
            self.check_refused(f"domain '{what}'", uri, what,
                               errnum=errno.ENOENT)
        other = UUID.replace("6", "7")
        for what in other, UUID[:-1], UUID + "0":
            self.check_refused(f"domain '{what}'", uri, what, allowuuid=True)
        # A name may look like the UUID of another one.
        uri = self.node(disk(self.file("a")), name=other)
        self.assertEqual(self.drives(uri, other, allowuuid=True), ["a"])

    def test_all_or_nothing(self):
        uri = self.node(disk(self.file("a")),
                        disk("<source file='/nowhere/b'/>", "vdb"),
                        disk(self.file("c"), "vdc"))
        self.check_refused("disk vdb of the domain: /nowhere/b: No such file",
                           uri, errnum=errno.ENOENT)

    def test_other_types(self):
        uri = self.node(disk(self.file("a")),
                        disk("<source dir='/tmp'/>", "fda", "dir",
                             device="floppy", more="<readonly/>"))
        g = self.handle(launch=False)
        warnings = []
        g.set_event_callback(lambda *a: warnings.append(a[2]),
                             guestfs.EVENT_WARNING)
        self.assertEqual(g.add_domain("guest", libvirturi=uri), 1)
        self.assertEqual(len(warnings), 1)
        self.assertIn("disk fda of the domain is left out: it is of the type "
                      "'dir'", warnings[0])

    def test_volumes(self):
        def volume(pool, name):
            return self.node(
                disk(f"<source pool='{pool}' volume='{name}'/>", kind="volume",
                     driver="raw"),
                more=POOL.format(name="images", path=self.folder))

        self.image("volume.img", MIB)
        self.assertEqual(self.drives(volume("images", "volume.img")),
                         ["volume.img format=raw"])
        self.check_refused("volume 'none' of the storage pool 'images': ",
                           volume("images", "none"), errnum=errno.ENOENT)
        self.check_refused("storage pool 'none': ", volume("none", "x"),
                           errnum=errno.ENOENT)

    def test_no_live(self):
        uri = self.node(disk(self.file("a")))
        self.check_refused("live: ", uri, live=True, errnum=errno.ENOTSUP)

    def test_no_connection(self):
        for uri in f"test://{self.folder}/none", "carrier-pigeon:///":
            self.check_refused(f"connecting to libvirt, {uri}: ", uri)

    def test_no_description(self):
        path = self.folder / "node.xml"
        for text in "", "garbage", "<node><domain/></node>", "<node>" * 1000:
            path.write_text(text)
            self.check_refused("connecting to libvirt", f"test://{path}")


class Network(Libvirt):
    def test_protocols(self):
        port = "<host name='a' port='7'/>"
        for given, drive in (
                (on_network("nbd", "name='e'"), "nbd://a/e"),
                (on_network("nbd", "", host=port), "nbd://a:7/"),
                (on_network("nbd", "name='e'", host="<host transport='unix' "
                            "socket='/s'/>"), "nbd:///e?socket=/s"),
                (on_network("nbd", "name='e'", host="<host name='::1' "
                            "port='7'/>"), "nbd://[::1]:7/e"),
                (on_network("http", "name='x/y'"), "http://a/x/y"),
                (on_network("https", "name='/x'"), "https://a/x"),
                (on_network("ftp", "name='x'"), "ftp://a/x"),
                (on_network("ssh", "name='x'", host=port), "ssh://a:7/x"),
                (on_network("iscsi", "name='iqn.x/2'"), "iscsi://a/iqn.x/2"),
                (on_network("iscsi", "name='iqn.x'"), "iscsi://a/iqn.x/0"),
                (on_network("gluster", "name='v/p/q'"), "gluster://a/v/p/q"),
                (on_network("gluster", "name='v/p'", host="<host transport="
                            "'unix' socket='/s'/>"),
                 "gluster:///v/p?socket=/s"),
                (on_network("rbd", "name='p/i'", host=""), "rbd:///p/i"),
                (on_network("rbd", "name='p/i'", host=port + "<host "
                            "name='b'/>"), "rbd://a:7,b/p/i")):
            with self.subTest(given):
                self.assertEqual(self.drives(self.node(given)), [drive])

    def test_refused(self):
        for given, words in (
                (on_network("nfs", "name='/x/y'"), "protocol 'nfs'"),
                (on_network("sheepdog", "name='x'"), "protocol 'sheepdog'"),
                (on_network("nbd", "name='e' tls='yes'"),
                 "TLS is not possible"),
                (on_network("https", "name='x' query='a=b'"),
                 "a query .'a=b'. is not possible"),
                (on_network("gluster", "name='v/p'", host="<host name='a' "
                            "transport='rdma'/>"), "transport 'rdma'"),
                (on_network("nbd", "name='e'", host="<host name='a b'/>"),
                 "neither HOST nor HOST:PORT"),
                (on_network("iscsi", "name='iqn.x/1'", host="<host name='a'/>"
                            f"<auth username='me'><secret type='iscsi' uuid="
                            f"'{UUID}'/></auth>"), "secret")):
            with self.subTest(given):
                self.check_refused(words, self.node(given))

    def test_server(self):
        path = self.image("disk.img", 20 * MIB)
        mkfs("ext4", path, "-q", "-L", "remote")
        server = qemu_nbd(self, path, export="e")
        uri = self.node(on_network("nbd", "name='e'", driver="raw", host=
                                   f"<host name='localhost' port='"
                                   f"{server.port}'/>"))
        g = self.handle(launch=False)
        g.add_domain("guest", libvirturi=uri)
        g.launch()
        self.assertEqual(g.vfs_label("/dev/sda"), "remote")


class Authentication(Libvirt):
    """The driver asks for a name and a password if its file has some."""

    def setUp(self):
        super().setUp()
        self.uri = self.node(
            disk(self.file("a")),
            more=f"<auth><user password='{PASSWORD.replace('&', '&amp;')}'>"
                 "me</user></auth>")
        self.asked = []

    def ask(self, answers, supported=("authname", "passphrase")):
        """A handle that has such answers, by kind."""
        g = self.handle(launch=False)
        if supported:
            g.set_libvirt_supported_credentials(list(supported))

        def answer(_event, _handle, uri, _array):
            kinds = g.get_libvirt_requested_credentials()
            for i, kind in enumerate(kinds):
                self.asked.append((
                    uri, kind, g.get_libvirt_requested_credential_prompt(i),
                    g.get_libvirt_requested_credential_challenge(i),
                    g.get_libvirt_requested_credential_defresult(i)))
                if kind in answers:
                    # The last one counts.
                    g.set_libvirt_requested_credential(i, b"wrong")
                    g.set_libvirt_requested_credential(i, answers[kind])
            for call in (g.get_libvirt_requested_credential_prompt,
                         g.get_libvirt_requested_credential_challenge,
                         g.get_libvirt_requested_credential_defresult):
                for index in -1, len(kinds):
                    with self.assertRaisesRegex(RuntimeError, f"index {index}"):
                        call(index)
            with self.assertRaisesRegex(RuntimeError, "NUL"):
                g.set_libvirt_requested_credential(0, b"a\0b")
            self.asked.append("done")

        g.set_event_callback(answer, guestfs.EVENT_LIBVIRT_AUTH)
        return g

    def test_right(self):
        trace = []
        g = self.ask({"authname": b"me", "passphrase": PASSWORD.encode()})
        g.set_event_callback(lambda *a: trace.append(a[2]),
                             guestfs.EVENT_TRACE | guestfs.EVENT_LIBRARY)
        g.set_trace(True)
        g.set_verbose(True)
        self.assertEqual(g.add_domain("guest", libvirturi=self.uri), 1)
        self.assertEqual(self.asked[-1], "done")
        asked = [a for a in self.asked if a != "done"]
        self.assertEqual([a[:2] for a in asked], [
            (self.uri, "authname"), (self.uri, "passphrase")])
        self.assertTrue(all(a[2] for a in asked))
        self.assertIn("set_libvirt_requested_credential", "".join(trace))
        self.assertNotIn(PASSWORD, "".join(trace))
        with self.assertRaisesRegex(RuntimeError, "only be called by a call"):
            g.get_libvirt_requested_credentials()

    def test_wrong(self):
        for answers in ({"authname": b"me", "passphrase": b"x"},
                        {"authname": b"you", "passphrase": PASSWORD.encode()},
                        {"authname": b"", "passphrase": b""},
                        {"authname": b"me"}, {}):
            g = self.ask(answers)
            with self.assertRaisesRegex(RuntimeError, "connecting to libvirt"):
                g.add_domain("guest", libvirturi=self.uri)
            self.assertEqual(g.debug_drives(), [])
            self.assertEqual(self.asked[-1], "done")

    def test_not_supported(self):
        """Who can ask for nothing is not asked."""
        for supported in None, ["authname"], ["passphrase"]:
            g = self.ask({"authname": b"me"}, supported)
            with self.assertRaisesRegex(RuntimeError, "connecting to libvirt"):
                g.add_domain("guest", libvirturi=self.uri)


class Fake(Libvirt):
    """A library in libvirt's place, which says what a test wants."""

    program = (
        "import sys, guestfs\n"
        "g = guestfs.GuestFS()\n"
        "g.set_trace(True)\n"
        "g.set_verbose(True)\n"
        "try:\n"
        "    g.add_domain('any', readonly=True)\n"
        "    print(*g.debug_drives())\n"
        "    if sys.argv[1:]:\n"
        "        g.launch()\n"
        "        print(g.vfs_label('/dev/sda'))\n"
        "except RuntimeError as error:\n"
        "    print(error)\n")

    def setUp(self):
        super().setUp()
        (self.folder / "libvirt.so.0").symlink_to(os.environ["FAKE_LIBVIRT"])

    def add(self, description, secret=b"", launch=False):
        """What the program prints."""
        for name, data in ("xml", description), ("secret", secret):
            (self.folder / name).write_bytes(
                data if isinstance(data, bytes) else data.encode())
        environment = {
            **os.environ,
            "LD_LIBRARY_PATH": f"{self.folder}:"
                               f"{os.environ.get('LD_LIBRARY_PATH', '')}",
            "FAKE_LIBVIRT_XML": str(self.folder / "xml"),
            "FAKE_LIBVIRT_SECRET": str(self.folder / "secret")}
        result = subprocess.run(
            [sys.executable, "-c", self.program, *(["launch"] * launch)],
            capture_output=True, text=True, check=False, env=environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        if len(secret) > 3:
            self.assertNotIn(repr(secret)[2:-1], result.stderr)
        return result.stdout.strip()

    @staticmethod
    def domain(*disks, before=""):
        return (f"{before}<domain><devices>{''.join(disks)}</devices>"
                "</domain>")

    @staticmethod
    def secret_disk(protocol, name, which, host="<host name='a'/>"):
        return on_network(protocol, f"name='{name}'", driver="raw",
                          host=f"{host}<auth username='me'><secret "
                               f"type='{protocol}' {which}/></auth>")

    def test_secret(self):
        secret = b"at-least-12-bytes"
        image = self.image("disk.img", 20 * MIB)
        mkfs("ext4", image, "-q", "-L", "remote")
        server = Iscsi(self, image, "me", secret.decode())
        host = f"<host name='localhost' port='{server.port}'/>"
        for which in f"uuid='{UUID}'", "usage='the-usage'":
            xml = self.domain(self.secret_disk(
                "iscsi", f"{server.target}/1", which, host))
            said = self.add(xml, secret, launch=True).split("\n")
            self.assertEqual(said[-1], "remote")
            self.assertIn("iSCSI: ", self.add(xml, b"something-else",
                                              launch=True))

    def test_kinds_of_secrets(self):
        name = {"iscsi": "iqn.x/1", "rbd": "pool/image"}
        for protocol, secret, which, words in (
                ("iscsi", b"\0text", f"uuid='{UUID}'", "secret is no text"),
                ("iscsi", b"x", "usage='other'", "the secret for other: the "
                                                 "fake says no"),
                ("rbd", b"x", "usage='the-usage'", "the secret for the-usage"),
                ("iscsi", b"x", f"uuid='{UUID[:-1]}'", "the secret 6695eb"),
                ("rbd", b"\0\xff\x80bytes", f"uuid='{UUID}'",
                 "rbd://a/pool/image readonly"),
                ("rbd", b"\0" * 100000, f"uuid='{UUID}'",
                 "rbd://a/pool/image readonly")):
            with self.subTest((protocol, which, words)):
                disk_ = self.secret_disk(protocol, name[protocol], which)
                self.assertIn(words, self.add(self.domain(disk_), secret))

    def test_volume_without_a_path(self):
        xml = self.domain(disk("<source pool='p' volume='v'/>",
                               kind="volume"))
        self.assertIn("volume 'v' of the storage pool 'p': the fake",
                      self.add(xml))

    def test_hostile_descriptions(self):
        entity = ("<!DOCTYPE domain [<!ENTITY x SYSTEM "
                  "'file:///etc/passwd'>]>")
        many = self.domain("<disk type='file'/>" * 5000)
        for text, words in (
                ("", "the description of the domain"),
                ("<domain>", "the description of the domain: line 1: "),
                (self.domain(disk("<source file='&x;'/>"), before=entity),
                 "the description of the domain: "),
                (self.domain("<disk type='file'><source>&x;</source></disk>",
                             before=entity), "it has a document type"),
                (many, "it has 5000 disks"),
                (b"\xff\xfe<\0d\0/\0>\0", "the description of the domain"),
                (self.domain(disk("<source file='/nowhere\n'/>")),
                 "/nowhere : No such file"),
                (self.domain(disk("<source file='/nowhere&#10;x'/>")),
                 "No such file"),
                (self.domain(disk("<source file='a'/>", target="&#9;")),
                 "No such file"),
                (self.domain(disk("<slices/><source file='/dev/null'>"
                                  "<slices/></source>")),
                 "it is a part of its image"),
                (self.domain(disk("<source file='/dev/null'/>",
                                  driver="raw,file=/etc/shadow")),
                 "is no name of a format"),
                (self.domain(disk("<source file='/dev/null'/>", more=
                                  "<blockio logical_block_size='4096,x'/>")),
                 "is no number"),
                (self.domain(disk("<source file='/dev/null'/>", more=
                                  "<blockio logical_block_size='1'/>")),
                 "a disk has blocks of 512 or 4096"),
                (self.domain(on_network("nbd", "name='x'", host=
                                        "<host name='a'/>" * 65)),
                 "has 65 servers"),
                (self.domain(on_network("nbd", "name='x'", host=
                                        "<host transport='unix'/>")),
                 "the path of a socket"),
                (self.domain("<disk/>", "<disk type='network'/>",
                             "<disk type='file'/>"), "")):
            with self.subTest(words):
                said = self.add(text)
                self.assertIn(words, said)
                self.assertNotIn("root:", said)

    def test_no_libvirt(self):
        (self.folder / "libvirt.so.0").unlink()
        (self.folder / "libvirt.so.0").touch()
        self.assertIn("libvirt.so.0: file too short", self.add(""))


class Guestfish(Libvirt):
    def fish(self, *arguments):
        program = (f"{os.environ['LIBGUESTFS_LIBEXECDIR']}/../shell/"
                   "guestfish")
        return subprocess.run([program, *arguments], capture_output=True,
                              text=True, check=False)

    def test_domain(self):
        uri = self.node(disk(self.file("a")))
        for options in (["-c", uri, "-d", "guest"],
                        ["-c", uri, "-d", UUID, "--ro"]):
            result = self.fish(*options, "debug-drives")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f"{self.folder}/a", result.stdout)
        result = self.fish("-c", uri, "-d", "nobody", "debug-drives")
        self.assertRegex(result.stderr, "^[^\n]*domain 'nobody': Domain not "
                                        "found[^\n]*\n$")
        self.assertEqual(result.returncode, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
