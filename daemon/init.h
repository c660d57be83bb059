/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon does as the init process of an appliance. */
#ifndef DAEMON_INIT_H
#define DAEMON_INIT_H

#include "daemon.h"

/* Mount what every program expects, and read the kernel's command line. */
int init_appliance (struct daemon *daemon, struct error *err);

/* The channel that the command line names. */
struct transport *init_channel (struct error *err);

/* Stop the machine; disks are synced. */
_Noreturn void power_off (void);

#endif /* DAEMON_INIT_H */
