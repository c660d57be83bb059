/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks that the kernel of User Mode Linux can't read by itself: one
 * qemu-storage-daemon, confined, serves them to it as virtio disks.
 */
#ifndef LIB_STORAGE_H
#define LIB_STORAGE_H

#include "block-nodes.h"

struct storage_disk {
    const struct drive *drive; /* borrowed */
    int socket; /* that the kernel connects to, and the daemon accepts at */
};

struct storage {
    struct storage_disk *disks;
    size_t count;
    struct block_nodes nodes;
};

/* Must this drive, which is open, go through the storage daemon? */
bool storage_is_needed (const struct drive *d);

/* Make the sockets of the drives that need it (d->through_storage). */
int storage_prepare (guestfs_h *g, struct storage *s);

/* Start the daemon for them, once they listen. */
int storage_start (guestfs_h *g, struct storage *s, int console,
                   struct supervised *ret);

void storage_free (struct storage *s);

#define cleanup_storage __attribute__ ((cleanup (storage_free)))

#endif /* LIB_STORAGE_H */
