# SPDX-License-Identifier: GPL-2.0-or-later
"""Optional groups: one is available if, and only if, its calls work."""

import guestfish
from guestfish import contains, output, run

# One call of each group, which works if the group is there.  /dev/sda is
# mounted and holds ext4; /dev/sdb and /dev/sdc are empty.
CALLS = {
    "acl": "acl-get-file / access",
    "augeas": "version",  # retired
    "blkdiscard": "blkdiscard /dev/sdb",
    "blkdiscardzeroes": "blkdiscardzeroes /dev/sdb",
    "btrfs": "mkfs-btrfs /dev/sdb",
    "clevisluks": "clevis-luks-unlock /dev/sdb name",
    "extlinux": "extlinux /",
    "f2fs": "f2fs-expand /dev/sdb",
    "fstrim": "fstrim /",
    "gdisk": "part-disk /dev/sdb gpt : part-expand-gpt /dev/sdb",
    "grub": "grub-install / /dev/sdb",
    "hivex": "hivex-open /hive",
    "inotify": "inotify-init 0",
    "journal": "journal-open /",
    "ldm": "list-ldm-volumes",
    "libtsk": "find-inode /dev/sda 2",
    "libyara": "yara-destroy",
    "linuxcaps": "cap-get-file /file",
    "linuxfsuuid": "mkswap /dev/sdb : mkswap-U "
                   "01234567-89ab-cdef-0123-456789abcdef /dev/sdb",
    "linuxmodules": "modprobe loop",
    "linuxxattrs": "getxattrs /",
    "luks": "luks-format /dev/sdb 0 : the key : luks-uuid /dev/sdb",
    "lvm2": "pvcreate /dev/sdb : pvs",
    "mdadm": "md-create test '/dev/sdb /dev/sdc' : md-detail /dev/md127",
    "mknod": "mkfifo 0600 /fifo",
    "ntfs3g": "mkfs ntfs /dev/sdb : ntfsfix /dev/sdb",
    "ntfsprogs": "mkfs ntfs /dev/sdb : ntfsresize /dev/sdb",
    "realpath": "realpath /",  # retired
    "rsync": "rsync /file /copy",
    "scrub": "scrub-file /file",
    "selinux": "getcon",
    "selinuxrelabel": "selinux-relabel /contexts /",
    "sleuthkit": "download-inode /dev/sda 2 out",
    "squashfs": "mksquashfs / out",
    "syslinux": "syslinux /dev/sdb",
    "wipefs": "wipefs /dev/sdb",
    "xfs": "mkfs xfs /dev/sdb : xfs-info /dev/sdb",
    "xz": "txz-out / out",
    "zerofree": "mkfs ext2 /dev/sdb : zerofree /dev/sdb",
}

SIZES = {"a.img": 50, "b.img": 310, "c.img": 310}  # in MiB
ADD = "".join(f"add {name} format:raw discard:besteffort\n"
              for name in SIZES)
START = ADD + "run\nmkfs ext4 /dev/sda\nmount /dev/sda /\n"


def test_all_are_known():
    groups = output("add", "/dev/null", ":", "run", ":",
                    "available-all-groups").split()
    assert sorted(groups) == sorted(CALLS), set(groups) ^ set(CALLS)


def check(group, calls):
    for name, size in SIZES.items():
        with open(name, "wb") as f:
            f.truncate(size << 20)
    result = run("--keys-from-stdin", check=False,
                 script=START + "write /file content\n"
                        f"feature-available {group}\n"
                        + calls.replace(" : ", "\n") + "\n")
    available, _, rest = result.stdout.partition("\n")
    contains("true false", available)
    if available == "true":
        assert result.returncode == 0, f"{group}: {result.stderr}"
    else:
        assert result.returncode != 0, f"{group} works: {rest}"


def add_tests():
    for group, calls in CALLS.items():
        def test(group=group, calls=calls):
            check(group, calls)
        globals()["test_" + group] = test


add_tests()

if __name__ == "__main__":
    guestfish.main()
