/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting a program that parses a hostile file system for FUSE.
 *
 * It sees one disk and nothing of the guest's tree, has no capability and
 * can't gain one.  It can't even mount: its call of mount(2) waits, and is
 * shown to us, who do it in its place.
 */
#ifndef DAEMON_FUSE_JAIL_H
#define DAEMON_FUSE_JAIL_H

#include <sys/types.h>

#include "error.h"
#include "string-list.h"

/* What the program knows its disk as, and the directory that it believes
 * to mount on.
 */
#define FUSE_JAIL_DISK "/dev/disk"
#define FUSE_JAIL_MOUNTPOINT "/sysroot"

struct fuse_jail {
    char *const *argv;
    dev_t disk;
    dev_t fuse;   /* the device /dev/fuse */
    int messages; /* its stdout and stderr, borrowed */
};

/* Start it.  *ret_listener tells of its calls of mount (seccomp_unotify(2));
 * the caller closes it.
 */
int fuse_jail_start (const struct fuse_jail *jail, pid_t *ret_pid,
                     int *ret_listener, struct error *err);

#endif /* DAEMON_FUSE_JAIL_H */
