/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels and UUIDs of file systems. */
#ifndef DAEMON_LABEL_H
#define DAEMON_LABEL_H

#include "daemon.h"

/* ENOTSUP if the type of the file system has none, or nothing that sets
 * it.
 */
int set_device_label (struct call *call, const char *device,
                      const char *label);
int set_device_uuid (struct call *call, const char *device,
                     const char *uuid);

#endif /* DAEMON_LABEL_H */
