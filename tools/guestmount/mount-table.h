/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's kernel has mounted.  It is asked without touching the file
 * system itself, since whoever serves that may have died, or be ourselves.
 */
#ifndef GUESTMOUNT_MOUNT_TABLE_H
#define GUESTMOUNT_MOUNT_TABLE_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

struct mounted {
    char *device; /* "MAJOR:MINOR"; NULL: nothing is mounted there */
    bool fuse;    /* is it a FUSE file system? */
    uid_t owner;  /* who has mounted that */
};

/* What is on top on the mount point, an absolute name without links. */
int mount_table_find (const char *mountpoint, struct mounted *ret,
                      struct error *err);

/* The name that the kernel has of a folder that may not answer: links are
 * followed up to its last component.
 */
char *mount_point_name (const char *folder, struct error *err);

void mounted_free (struct mounted *m);

#define cleanup_mounted __attribute__ ((cleanup (mounted_free)))

#endif /* GUESTMOUNT_MOUNT_TABLE_H */
