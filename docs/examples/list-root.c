/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <guestfs.h>

/* List the files in the root directory of a disk image:
 *     list-root disk.img /dev/sda1
 */
int
main (int argc, char **argv)
{
    guestfs_h *g = guestfs_create ();
    char **names;

    /* If a call fails, it has said so on stderr. */
    if (argc != 3 || !g || guestfs_add_drive_ro (g, argv[1]) < 0
        || guestfs_launch (g) < 0
        || guestfs_mount_ro (g, argv[2], "/") < 0
        || !(names = guestfs_ls (g, "/")))
        return EXIT_FAILURE;
    for (size_t i = 0; names[i]; free (names[i++]))
        puts (names[i]);
    free (names);
    guestfs_close (g);
    return EXIT_SUCCESS;
}
