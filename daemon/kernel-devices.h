/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block devices that the kernel has. */
#ifndef DAEMON_KERNEL_DEVICES_H
#define DAEMON_KERNEL_DEVICES_H

#include "string-list.h"

/* /dev/... of all of them, whole drives and partitions alike, in the
 * kernel's order; those without a medium are left out.
 */
char **kernel_devices (void);

#endif /* DAEMON_KERNEL_DEVICES_H */
