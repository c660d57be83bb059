/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machines that the daemon can be the init process of: one file each,
 * machine-*.c.
 */
#ifndef DAEMON_MACHINE_H
#define DAEMON_MACHINE_H

#include "daemon.h"

struct machine {
    const char *name;

    /* Are we in one?  NULL: if we are in no other. */
    bool (*is_here) (void);

    /* Get the drivers of its disks, and learn their names. */
    int (*prepare) (struct daemon *daemon, struct error *err);

    struct transport *(*open_channel) (struct error *err);
};

extern const struct machine machine_uml;
extern const struct machine machine_qemu;

/* If the machine is to become a template, wait until it is no longer; then
 * this program starts again.  Returns 0 at once if it is none.
 */
int wait_for_setup (struct error *err);

/* Has this program been started again? */
bool setup_was_received (void);

#endif /* DAEMON_MACHINE_H */
