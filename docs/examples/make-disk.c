/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <guestfs.h>

static void
check (int r)
{
    if (r < 0)
        exit (EXIT_FAILURE);
}

/* Make a disk image with one partition, an ext4 and a file:
 *     make-disk new.qcow2
 */
int
main (int argc, char **argv)
{
    guestfs_h *g = guestfs_create ();
    static const char text[] = "hello\n";

    if (argc != 2 || !g)
        return EXIT_FAILURE;
    check (guestfs_disk_create (g, argv[1], "qcow2", 1 << 28, -1));
    check (guestfs_add_drive_opts (g, argv[1],
               GUESTFS_ADD_DRIVE_OPTS_FORMAT, "qcow2", -1));
    check (guestfs_launch (g));
    check (guestfs_part_disk (g, "/dev/sda", "gpt"));
    check (guestfs_mkfs_opts (g, "ext4", "/dev/sda1",
               GUESTFS_MKFS_OPTS_LABEL, "data", -1));
    check (guestfs_mount (g, "/dev/sda1", "/"));
    check (guestfs_write (g, "/hello.txt", text, sizeof text - 1));
    /* What was written is on the disk only if this succeeds. */
    check (guestfs_shutdown (g));
    guestfs_close (g);
    return EXIT_SUCCESS;
}
