/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test can start from. */

#include "config.h"

#include <stdio.h>
#include <string.h>

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
