/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices with content. */
#ifndef DAEMON_FILESYSTEM_H
#define DAEMON_FILESYSTEM_H

#include "daemon.h"

/* All devices that may hold a file system or the like: partitions, disks
 * without any, RAIDs, what the device mapper makes.  The kernel's names.
 */
int list_content_devices (struct daemon *daemon, struct strings *ret,
                          struct error *err);

/* The first of them with such a value of libblkid's: LABEL, UUID,
 * PART_ENTRY_UUID, PART_ENTRY_NAME.
 */
char *find_device (struct call *call, const char *tag, const char *value);

#endif /* DAEMON_FILESYSTEM_H */
