/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subvolumes of a btrfs, without mounting it in the guest. */
#ifndef DAEMON_BTRFS_SUBVOLUMES_H
#define DAEMON_BTRFS_SUBVOLUMES_H

#include "daemon.h"

struct subvolume {
    uint64_t id;
    uint64_t parent;    /* the subvolume that it is in */
    uint64_t directory; /* and the inode of the directory in that */
    char *path;         /* from the top level, without a slash before it */
};

struct subvolumes {
    struct subvolume *item;
    size_t count;
    uint64_t default_id; /* what is mounted if nothing else is said */
};

/* All subvolumes but the top level of the btrfs on a device. */
int btrfs_subvolumes (const char *device, struct subvolumes *ret,
                      struct error *err);

/* The same of one that is mounted: fd is any directory of it. */
int btrfs_subvolumes_at (int fd, struct subvolumes *ret, struct error *err);

void subvolumes_free (struct subvolumes *list);

#define cleanup_subvolumes __attribute__ ((cleanup (subvolumes_free)))

#endif /* DAEMON_BTRFS_SUBVOLUMES_H */
