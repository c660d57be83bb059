/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest mounted on the host. */
#ifndef LIB_MOUNT_LOCAL_H
#define LIB_MOUNT_LOCAL_H

#include "handle.h"

/* Before the appliance ends: unmount, if something is mounted; what is in use
 * is only hidden, and fails from now on.  g->error is kept, unless the
 * appliance dies.
 */
void mount_local_end (guestfs_h *g);

#endif /* LIB_MOUNT_LOCAL_H */
