/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening what is called a file in the guest, but may be anything: a FIFO
 * would block, and a device node leads out of the guest's file systems.
 */
#ifndef DAEMON_REGULAR_FILE_H
#define DAEMON_REGULAR_FILE_H

#include "daemon.h"

/* sysroot_open () that fails for what is no regular file. */
int open_regular (struct call *call, const char *path, int flags,
                  mode_t mode);

/* Make a file, or overwrite one: open it for writing, empty. */
int create_regular (struct call *call, const char *path);

#endif /* DAEMON_REGULAR_FILE_H */
