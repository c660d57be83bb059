/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems that are served by a program, with FUSE. */
#ifndef DAEMON_FUSE_SERVER_H
#define DAEMON_FUSE_SERVER_H

#include "daemon.h"
#include "mount-options.h"

/* Does a program serve file systems of that type? */
bool fuse_has_type (const char *type);

/* And can it, here? */
bool fuse_is_available (const char *type);

/* Mount the device, with where as the mountpoint's path.  name is what to
 * call the device in messages.
 */
int fuse_mount (struct call *call, const char *device, const char *name,
                const char *where, const char *type,
                const struct mount_options *o);

/* After unmounting: the programs whose file systems are no longer mounted
 * end, having written everything.  Wait for that, except for those that
 * were detached while they were in use (lazily).
 */
void fuse_reap (struct daemon *daemon, bool lazily);

#endif /* DAEMON_FUSE_SERVER_H */
