/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon does as the init process of an appliance. */
#ifndef DAEMON_INIT_H
#define DAEMON_INIT_H

#include "daemon.h"

/* Mount what every program expects, and get to know the machine: its disks,
 * and its channel to the library.
 */
int init_appliance (struct daemon *daemon, struct error *err);

/* Stop the machine; disks are synced. */
_Noreturn void power_off (void);

/* Write to a file of /sys or /proc. */
int write_setting (const char *path, const char *value, struct error *err);

#endif /* DAEMON_INIT_H */
