/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test can start from. */

#include "config.h"

#include <endian.h>
#include <linux/types.h>
#include <asm/byteorder.h>
#include <linux/raid/md_p.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "harness.h"

#define MIB INT64_C (1048576)

static int
start_launched (guestfs_h *g)
{
    return guestfs_launch (g);
}

static int
start_disks (guestfs_h *g)
{
    if (guestfs_add_drive_scratch (g, 500 * MIB, -1) < 0
        || guestfs_add_drive_scratch (g, 50 * MIB, -1) < 0
        || guestfs_add_drive_scratch (g, 10 * MIB, -1) < 0)
        return -1;
    return guestfs_launch (g);
}

static int
start_partition (guestfs_h *g)
{
    if (start_disks (g) < 0)
        return -1;
    return guestfs_part_disk (g, "/dev/sda", "mbr");
}

static int
start_mounted (guestfs_h *g)
{
    if (in_process ())
        return guestfs_set_backend (g, "process") < 0 ? -1
                                                      : guestfs_launch (g);
    if (start_disks (g) < 0
        || guestfs_mkfs (g, "ext4", "/dev/sda") < 0)
        return -1;
    return guestfs_mount (g, "/dev/sda", "/");
}

static int
start_lvm (guestfs_h *g)
{
    char *const devices[] = { (char *) "/dev/sda", NULL };

    if (start_disks (g) < 0 || guestfs_pvcreate (g, "/dev/sda") < 0
        || guestfs_vgcreate (g, "VG", devices) < 0)
        return -1;
    return guestfs_lvcreate (g, "LV", "VG", 200);
}

/* A file system with busybox in it (tests/data/make-guest). */
static int
start_guest (guestfs_h *g)
{
    if (guestfs_add_drive_ro (g, GUEST_IMAGE) < 0 || guestfs_launch (g) < 0)
        return -1;
    return guestfs_mount_ro (g, "/dev/sda", "/");
}

static int
start_md (guestfs_h *g)
{
    char *const devices[] = { (char *) "/dev/sda", (char *) "/dev/sdb", NULL };

    if (start_disks (g) < 0)
        return -1;
    return guestfs_md_create (g, "test", devices, -1);
}

/* A member of a RAID6 array: nothing but its superblock, of format 1.2
 * (kernel, include/uapi/linux/raid/md_p.h).
 */
#define SUPERBLOCK_AT 4096

static void
make_raid6_superblock (struct mdp_superblock_1 *sb)
{
    const uint32_t *words = (const uint32_t *) sb;
    uint64_t sum = 0;

    *sb = (struct mdp_superblock_1) {
        .magic = htole32 (MD_SB_MAGIC),
        .major_version = htole32 (1),
        .set_name = "test:r6",
        .level = htole32 (6),
        .chunksize = htole32 (128),
        .raid_disks = htole32 (4),
        .size = htole64 (16384),
        .data_offset = htole64 (2048),
        .data_size = htole64 (16384),
        .super_offset = htole64 (SUPERBLOCK_AT / 512),
    };
    memset (sb->set_uuid, 0x42, sizeof sb->set_uuid);
    for (size_t i = 0; i < sizeof *sb / sizeof *words; i++)
        sum += le32toh (words[i]);
    sb->sb_csum = htole32 ((uint32_t) (sum + (sum >> 32)));
}

static int
start_raid6 (guestfs_h *g)
{
    char path[] = "/tmp/test-api.raid6.XXXXXX";
    cleanup_fd int fd = mkstemp (path);
    struct mdp_superblock_1 sb;
    int r;

    make_raid6_superblock (&sb);
    if (fd < 0 || ftruncate (fd, 20 * MIB) < 0
        || pwrite (fd, &sb, sizeof sb, SUPERBLOCK_AT) != sizeof sb)
        return -1;
    r = guestfs_add_drive (g, path) < 0 ? -1 : guestfs_launch (g);
    unlink (path);
    return r;
}

static int
start_nothing (guestfs_h *g)
{
    (void) g;
    return 0;
}

static const struct {
    const char *name;
    int (*start) (guestfs_h *g);
} states[] = {
    { "config", start_nothing },      /* a new handle, not launched */
    { "launched", start_launched },   /* no drives */
    { "disks", start_disks },         /* 500 MiB, 50 MiB, 10 MiB: all zero */
    { "partition", start_partition }, /* those; sda1 is all of sda, MBR */
    { "mounted", start_mounted },     /* those; ext4 on sda, mounted on / */
    { "guest", start_guest },         /* a tiny guest, mounted read-only */
    { "md", start_md },               /* those; RAID1 /dev/md127 on sda, sdb */
    { "raid6", start_raid6 },         /* sda: a member of a RAID6 array */
    { "lvm", start_lvm },             /* those; /dev/VG/LV of 200 MiB on sda */
};

int
start_state (guestfs_h *g, const char *name)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp (states[i].name, name) == 0)
            return states[i].start (g);
    printf ("# no start '%s'\n", name);
    return -1;
}
