/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounting in the guest. */
#ifndef DAEMON_MOUNT_H
#define DAEMON_MOUNT_H

#include "daemon.h"
#include "device.h"

/* type NULL or "": what is found there.  options are those of mount(8). */
int mount_mountable (struct call *call, const struct mountable *m,
                     const char *mountpoint, const char *type,
                     const char *options);

#endif /* DAEMON_MOUNT_H */
