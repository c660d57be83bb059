/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disks of a machine of QEMU's: on one virtio SCSI bus, the first at
 * target 0, the second at target 1, and so on.
 */
#ifndef DAEMON_SCSI_DISKS_H
#define DAEMON_SCSI_DISKS_H

#include "daemon.h"

/* Get the bus, on which nothing is looked for yet. */
int load_empty_scsi_bus (struct error *err);

/* Look at the targets of so many disks: daemon->disks are their names. */
int attach_scsi_disks (struct daemon *daemon, size_t count,
                       struct error *err);

/* Get the bus, for somebody who does not know how many disks there are: all
 * but the one that is our own root.
 */
int find_scsi_disks (struct daemon *daemon, struct error *err);

#endif /* DAEMON_SCSI_DISKS_H */
