/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <guestfs.h>

int
main (int argc, char *argv[])
{
    guestfs_h *g = guestfs_create ();
    char *text;

    if (!g || argc != 2
        || guestfs_add_drive_opts (g, argv[1],
                                   GUESTFS_ADD_DRIVE_OPTS_READONLY, 1,
                                   GUESTFS_ADD_DRIVE_OPTS_FORMAT, "raw",
                                   -1) < 0
        || guestfs_launch (g) < 0
        || guestfs_mount_ro (g, "/dev/sda1", "/") < 0
        || !(text = guestfs_cat (g, "/etc/os-release")))
        return EXIT_FAILURE; /* the reason was printed on stderr */
    printf ("%s", text);
    free (text);
    guestfs_close (g);
    return EXIT_SUCCESS;
}
