# SPDX-License-Identifier: GPL-2.0-or-later
"""-i, -d and --key: guests as a whole, made here of a few files each."""

import os
import shutil
import subprocess

import guestfish
from guestfish import Terminal, contains, equal, fails, output, run

# A Debian with /home on a partition of its own, and a mount point that comes
# before the folder it is in.
DEBIAN = r"""sparse guest.img 100M
run
part-init /dev/sda mbr
part-add /dev/sda p 2048 100000
part-add /dev/sda p 102400 150000
part-add /dev/sda p 151552 200000
mkfs ext4 /dev/sda1 label:root
mkfs ext4 /dev/sda2 label:home
mkfs ext4 /dev/sda3 label:data
mount /dev/sda2 /
mkdir /ann
mkdir /data
umount /
mount /dev/sda1 /
mkdir /bin
mkdir /etc
mkdir /home
write /etc/os-release "ID=debian\nNAME=Debian\nPRETTY_NAME=\"Debian for tests\"\nVERSION_ID=12\n"
write /etc/fstab "LABEL=data /home/data ext4 defaults 0 2\n"
write-append /etc/fstab "LABEL=root / ext4 defaults 0 1\n"
write-append /etc/fstab "LABEL=home /home ext4 defaults 0 2\n"
"""

NODE = """<node xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
<domain type='test'><name>guest</name>
<uuid>01234567-89ab-cdef-0123-456789abcdef</uuid>
<test:runstate>{state}</test:runstate><memory>65536</memory>
<os><type>hvm</type></os><devices>{disks}</devices></domain></node>"""
DISK = """<disk type='file'><driver name='qemu' type='raw'/>
<source file='{file}'/><target dev='{name}'/></disk>"""
HOME = "ann\ndata\nlost+found\n"
SHUT_OFF, RUNNING = 5, 1


def make_guest():
    guestfish.needs("inspect-os")
    run(script=DEBIAN)


def make_domain(*files, state=SHUT_OFF):
    """The URI of a libvirt that knows a domain with these disks."""
    guestfish.needs("add-domain")
    disks = "".join(DISK.format(file=os.path.abspath(file),
                                name="vd" + "abc"[n])
                    for n, file in enumerate(files))
    with open("node.xml", "w", encoding="ascii") as f:
        f.write(NODE.format(disks=disks, state=state))
    return f"test://{os.getcwd()}/node.xml"


def encrypt(name):
    """An image that is a LUKS device, with the key "secret"."""
    guestfish.needs("cryptsetup-open")
    if not shutil.which("cryptsetup"):
        raise guestfish.Skip("there is no cryptsetup")
    with open(name, "wb") as f:
        f.truncate(48 << 20)
    # Keys that are found out as quickly as they are tried.
    subprocess.run(["cryptsetup", "luksFormat", "--batch-mode",
                    "--pbkdf=pbkdf2", "--pbkdf-force-iterations=1000", name,
                    "-"], input=b"secret", check=True)
    return subprocess.run(["cryptsetup", "luksUUID", name], check=True,
                          capture_output=True, text=True).stdout.strip()


def make_encrypted_guest():
    """A root in a volume group in a LUKS device."""
    guestfish.needs("inspect-os")
    uuid = encrypt("guest.img")
    run("--keys-from-stdin", "-a", "guest.img", "run", ":",
        "cryptsetup-open", "/dev/sda", "x", ":",
        "pvcreate", "/dev/mapper/x", ":", "vgcreate", "VG", "/dev/mapper/x",
        ":", "lvcreate", "root", "VG", "20", ":",
        "mkfs", "ext4", "/dev/VG/root", ":", "mount", "/dev/VG/root", "/",
        ":", "mkdir", "/bin", ":", "mkdir", "/etc", ":",
        "write", "/etc/fstab", "/dev/mapper/VG-root / ext4 x 0 1", ":",
        "write", "/etc/os-release", "ID=debian", script="secret\n")
    return uuid


def test_inspector():
    make_guest()
    for options in (["-i"], ["--inspector", "--ro"]):
        equal(output("-a", "guest.img", *options, "mountpoints"),
              "/dev/sda1: /\n/dev/sda2: /home\n/dev/sda3: /home/data\n")
    equal(output("-a", "guest.img", "-i", "ls", "/home"), HOME)
    contains(fails("--ro", "-a", "guest.img", "-i", "touch", "/home/x"),
             "Read-only file system")
    run("-a", "guest.img", "-i", "touch", "/home/x")


def test_inspector_with_disks_as_words():
    make_guest()
    equal(output("--ro", "-i", "guest.img", script="ls /home\n"),
          HOME)
    equal(output("./guest.img", "-i", script="ls /home\n"),
          HOME)


def test_session():
    make_guest()
    t = Terminal("--ro", "-a", "guest.img", "-i")
    text = t.wait_for(Terminal.PROMPT).replace("\r", "")
    contains(text, "\n\nOperating system: Debian for tests\n"
                   "/dev/sda1 mounted on /\n/dev/sda2 mounted on /home\n"
                   "/dev/sda3 mounted on /home/data\n\n")
    contains(t.command("ls /home"), "ann")
    t.type("quit\n")
    equal(t.end(), 0)


def test_names_do_not_speak_to_the_terminal():
    make_guest()
    run("-a", "guest.img", "-i", "write", "/etc/os-release",
        'ID=debian\nPRETTY_NAME="a\x1b]0;b\x07c\u009bd\x7fe"\n')
    t = Terminal("--ro", "-a", "guest.img", "-i")
    t.ESCAPES = guestfish.re.compile("$^")
    text = t.wait_for(Terminal.PROMPT)
    shown = text.partition("Operating system: ")[2].partition("\r")[0]
    assert shown.isprintable(), shown
    assert text.count("Operating system") == 1
    t.type("quit\n")
    t.end()


def test_no_system():
    guestfish.needs("inspect-os")
    run("-N", "fs.img=fs:ext4:50M", "echo")
    text = fails("-a", "fs.img", "-i", "echo")
    contains(text, "-i: no operating system was found")
    contains(text, "-m DEVICE")
    contains(text, "\nthese file systems are there:\n    /dev/sda1 (ext4)\n")


def test_two_systems():
    make_guest()
    shutil.copy("guest.img", "other.img")
    text = fails("--ro", "-a", "guest.img", "-a", "other.img", "-i", "echo")
    contains(text, "more than one operating system:\n"
                   "    /dev/sda1 (Debian for tests)\n"
                   "    /dev/sdb1 (Debian for tests)\n")
    contains(text, "-m DEVICE")


def test_what_can_not_be_mounted():
    """Below the root that is a warning."""
    make_guest()
    run("-a", "guest.img", "-m", "/dev/sda1", "rmdir", "/home", ":",
        "touch", "/home")
    result = run("-a", "guest.img", "-i", "mountpoints")
    equal(result.stdout, "/dev/sda1: /\n")
    contains(result.stderr, "guestfish: warning: /dev/sda2 is not mounted on "
                            "/home: libguestfs: error: mount_options: ")


def test_domain():
    make_guest()
    uri = make_domain("guest.img")
    for name in ("guest", "01234567-89ab-cdef-0123-456789abcdef"):
        equal(output("-c", uri, "-d", name, "-i", "ls", "/home"),
              HOME)
    # Options count wherever they stand.
    contains(fails("--domain=guest", "-i", f"--connect={uri}", "--ro",
                   "touch", "/x"), "Read-only file system")
    contains(fails("-c", uri, "-d", "other", "run"), "other")
    equal(output("-i", "guest", "-c", uri, script="ls /home\n"),
          HOME)


def test_running_domain():
    make_guest()
    uri = make_domain("guest.img", state=RUNNING)
    contains(fails("-c", uri, "-d", "guest", "run"), "add_domain: ")
    equal(output("--ro", "-c", uri, "-d", "guest", "-i", "ls", "/home"),
          HOME)


def test_order_of_disks():
    """A new disk knows its name, whatever was added before."""
    for name, size in (("a.img", 2), ("b.img", 3), ("c.img", 4)):
        with open(name, "wb") as f:
            f.truncate(size << 20)
    uri = make_domain("a.img", "b.img")
    text = output("-c", uri, "-d", "guest", "-a", "c.img", "-N", "part:5M",
                  "list-partitions", ":", "blockdev-getsize64", "/dev/sda",
                  ":", "blockdev-getsize64", "/dev/sdb", ":",
                  "blockdev-getsize64", "/dev/sdc")
    equal(text, f"/dev/sdd1\n{2 << 20}\n{3 << 20}\n{4 << 20}\n")


def test_keys():
    uuid = make_encrypted_guest()
    with open("key", "w", encoding="ascii") as f:
        f.write("secret\n")
    for key in ("all:key:secret", "/dev/sda:file:key", f"{uuid}:key:secret",
                "/dev/hda:key:secret"):
        equal(output("-a", "guest.img", "--key", key, "-i", "mounts"),
              "/dev/VG/root\n")
    equal(output("--ro", "-a", "guest.img", "--key", "all:key:wrong", "--key",
                 "all:key:secret", "-m", "/dev/VG/root", "mounts"),
          "/dev/VG/root\n")
    equal(output("-a", "guest.img", "--keys-from-stdin", "-i", "mounts",
                 script="secret\n"), "/dev/VG/root\n")
    text = fails("-a", "guest.img", "--key", "all:key:other-secret", "-i",
                 "mounts")
    contains(text, "/dev/sda: --key does not open it: ")
    assert "other-secret" not in text
    contains(fails("-a", "guest.img", "-m", "/dev/VG/root", "mounts"),
             "/dev/VG/root")


def test_keys_are_asked_for():
    make_encrypted_guest()
    t = Terminal("-a", "guest.img", "-i", "mounts")
    text = ""
    for key in ("wrong", "also wrong", "secret"):
        text += t.wait_for('Enter key or passphrase ("/dev/sda"): ')
        t.type(key + "\n")
    text += t.wait_for("/dev/VG/root")
    assert "secret" not in text and "also" not in text, text
    equal(text.count("libguestfs: error: cryptsetup_open: "), 2)
    equal(t.end(), 0)
    t = Terminal("--echo-keys", "-a", "guest.img", "-i", "mounts")
    t.wait_for('Enter key or passphrase ("/dev/sda"): ')
    t.type("secret\n")
    contains(t.wait_for("/dev/VG/root"), "secret")
    equal(t.end(), 0)


def test_wrong_keys():
    make_encrypted_guest()
    t = Terminal("-a", "guest.img", "-i", "mounts")
    for _ in range(3):
        t.wait_for('Enter key or passphrase ("/dev/sda"): ')
        t.type("wrong\n")
    contains(t.wait_for("cryptsetup_open: "), "libguestfs: error:")
    equal(t.end(), 1)


if __name__ == "__main__":
    guestfish.main()
