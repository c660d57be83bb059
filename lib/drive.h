/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The drives of a handle, in the order in which they were added. */
#ifndef LIB_DRIVE_H
#define LIB_DRIVE_H

#include <sys/types.h>

#include "handle.h"

#define SECTOR_SIZE 512

struct drive {
    char *filename;
    char *format; /* NULL: not said; probed when the drive is opened */
    char *name, *label, *iface, *cachemode, *discard;
    bool readonly, copyonread, scratch;
    bool write_protected; /* nobody can write to it on its server: the guest
                             finds it so, unless it is readonly, too */
    int blocksize; /* 0: not said */
    int overlay;   /* where a read-only drive is written to, open while the
                      appliance runs, or -1 */
    int fd;        /* open while the appliance runs (a scratch drive's
                      always), or -1: also if it is on a server */
    struct remote *remote; /* where it is on a server; NULL: a local file,
                              whose name is filename */
    off_t odd_size; /* of an image whose size is no whole number of sectors:
                       the guest sees it rounded up; 0 otherwise */
    bool through_storage; /* not by the kernel itself, but by the storage
                             daemon, which flushes to the disk itself */
};

/* Open the files of all drives: what launching needs. */
int drives_open (guestfs_h *g);

/* They are about to be used, maybe long after that. */
int drives_renew (guestfs_h *g);

/* Close what drives_open opened. */
void drives_close (guestfs_h *g);

/* The same in a process that was forked: the images are not its business. */
void drives_forget (guestfs_h *g);

/* If the guest has flushed a disk since the last time, or if forced: see
 * to it that what was written is on the host's disk.
 */
int drives_flush (guestfs_h *g);
int drives_flush_all (guestfs_h *g);

void drives_free (guestfs_h *g);

/* Forget those that were added after the first ones. */
void drives_truncate (guestfs_h *g, size_t count);

#endif /* LIB_DRIVE_H */
