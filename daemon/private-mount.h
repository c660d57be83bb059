/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file system that is mounted for a moment, and nowhere: not in the
 * guest's tree, but only as a descriptor, so that nothing is in its way.
 */
#ifndef DAEMON_PRIVATE_MOUNT_H
#define DAEMON_PRIVATE_MOUNT_H

#include <stdbool.h>

#include "error.h"

/* Returns a descriptor of its root; closing it unmounts it.  Read-only, the
 * disk is not written to by replaying a journal either, where the file
 * system can do without.
 */
int private_mount (const char *device, const char *type, bool readonly,
                   struct error *err);

/* The same with an option, "NAME" or "NAME=VALUE"; NULL: none. */
int private_mount_with (const char *device, const char *type,
                        const char *option, bool readonly,
                        struct error *err);

#endif /* DAEMON_PRIVATE_MOUNT_H */
