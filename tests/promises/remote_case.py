# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of images on servers have in common."""

import hashlib
import os
import pathlib
import subprocess

import guestfs

from servers import LOOPBACK
from support import MIB, TestCase, descendants, mkfs, run

SIZE = 20 * MIB


class Remote(TestCase):
    def setUp(self):
        super().setUp()
        self.set_environment("HOME", self.folder)
        for name in ("CEPH_CONF", "CEPH_KEYRING", "SSH_AUTH_SOCK",
                     "SSL_CERT_FILE"):
            self.set_environment(name, None)
        self.disk = self.image("disk.img", SIZE)
        mkfs("ext4", self.disk, "-q", "-L", "remote")

    def set_environment(self, name, value):
        before = os.environ.get(name)
        self.addCleanup(self.put_environment, name, before)
        self.put_environment(name, value)

    @staticmethod
    def put_environment(name, value):
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = str(value)

    @staticmethod
    def add(g, protocol, name, server, **options):
        """The server is a port, a text as add_drive has it, or a list."""
        servers = server if isinstance(server, list) else [server]
        g.add_drive_opts(name, protocol=protocol,
                         server=[f"{LOOPBACK}:{s}" if isinstance(s, int)
                                 else s for s in servers], **options)

    def remote(self, *where, launch=True, **options):
        g = self.handle(launch=False)
        self.add(g, *where, **options)
        if launch:
            g.launch()
        return g

    def check_reading(self, *where, **options):
        """Read-only drives: written to, and nothing of that remains."""
        g = self.remote(*where, readonly=True, **options)
        self.assertEqual(g.list_filesystems(), {"/dev/sda": "ext4"})
        self.assertEqual(g.vfs_label("/dev/sda"), "remote")
        g.mount("/dev/sda", "/")
        g.write("/new", b"content")
        g.umount_all()
        g.mount("/dev/sda", "/")
        self.assertEqual(g.cat("/new"), "content")
        g.shutdown()
        g.launch()
        g.mount("/dev/sda", "/")
        self.assertFalse(g.exists("/new"))
        g.close()

    def check_writing(self, *where, **options):
        data = hashlib.shake_128(b"data").digest(3 * MIB)
        g = self.remote(*where, **options)
        g.mount("/dev/sda", "/")
        g.write("/new", data)
        g.shutdown()
        g.close()
        g = self.remote(*where, readonly=True, **options)
        g.mount("/dev/sda", "/")
        self.assertEqual(g.read_file("/new"), data)
        g.close()

    def check_refused(self, words, *where, **options):
        options.setdefault("readonly", True)
        g = self.remote(*where, launch=False, **options)
        with self.assertRaisesRegex(RuntimeError, words):
            g.launch()
        # The handle is as before.
        with self.assertRaisesRegex(RuntimeError, words):
            g.launch()

    def check_secret(self, secret, servers, *where, **options):
        """It is in no message, and in the arguments of no process."""
        said = []
        g = self.handle(launch=False)
        g.set_verbose(True)
        g.set_trace(True)
        g.set_event_callback(lambda event, handle, text, array:
                             said.append(str(text)), guestfs.EVENT_ALL)
        self.add(g, *where, secret=secret, readonly=True, **options)
        g.launch()
        self.assertIn(where[1], "".join(said))
        for text in said + g.debug_drives():
            self.assertNotIn(secret, text)
        processes = (set(descendants(os.getpid()))
                     - {server.process.pid for server in servers})
        self.assertGreater(len(processes), 5)
        for pid in processes:
            for name in "cmdline", "environ":
                path = pathlib.Path(f"/proc/{pid}/{name}")
                try:
                    self.assertNotIn(secret.encode(), path.read_bytes())
                except OSError:
                    continue

    def fish(self, uri, *arguments, fails=False):
        """The label that guestfish prints, or why it does not."""
        shell = pathlib.Path(os.environ["LIBGUESTFS_LIBEXECDIR"]).parent
        result = subprocess.run(
            [shell / "shell/guestfish", *arguments, "-a", uri, "run", ":",
             "vfs-label", "/dev/sda"], capture_output=True, check=False,
            text=True)
        self.assertEqual(result.returncode, 1 if fails else 0, result.stderr)
        return result.stderr if fails else result.stdout.strip()

    def plugin(self, cases):
        """A script for nbdkit that says what its calls do."""
        path = self.folder / "plugin"
        path.write_text(f"""#!/bin/sh
            case "$1" in
            {cases}
            can_write) exit 0 ;;
            pwrite) cat > /dev/null ;;
            *) exit 2 ;;
            esac""")
        path.chmod(0o755)
        return path

    def qcow2(self):
        path = self.folder / "disk.qcow2"
        run("qemu-img", "convert", "-U", "-f", "raw", "-O", "qcow2",
            self.disk, path)
        return path
