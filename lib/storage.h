/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks that the kernel of User Mode Linux can't read by itself: one
 * qemu-storage-daemon, confined, serves them to it as virtio disks.
 */
#ifndef LIB_STORAGE_H
#define LIB_STORAGE_H

#include "handle.h"
#include "supervised.h"

struct storage_disk {
    const struct drive *drive; /* borrowed */
    int socket; /* that the kernel connects to, and the daemon accepts at */
};

struct storage {
    struct storage_disk *disks;
    size_t count;
    int *files; /* backing files that were opened */
    size_t nr_files;
};

/* Must this drive go through the storage daemon?  Finds out the format of
 * the drive, if it was not said.
 */
int storage_is_needed (struct drive *d, bool *ret, struct error *err);

/* Make the sockets of the drives that need it (d->through_storage). */
int storage_prepare (guestfs_h *g, struct storage *s);

/* Start the daemon for them, once they listen. */
int storage_start (guestfs_h *g, struct storage *s, int console,
                   struct supervised *ret);

void storage_free (struct storage *s);

#define cleanup_storage __attribute__ ((cleanup (storage_free)))

#endif /* LIB_STORAGE_H */
