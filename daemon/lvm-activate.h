/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Activating logical volumes, so that they are block devices.  The volumes
 * that the drives bring are active from the start as users see it; really
 * that is done when a call first names or lists what may be one, since most
 * appliances have none.
 */
#ifndef DAEMON_LVM_ACTIVATE_H
#define DAEMON_LVM_ACTIVATE_H

#include "daemon.h"

/* Activate all volumes of all drives and RAID arrays (md-assemble.h), if any
 * has some, unless that was done before.  Call it before listing devices.
 * On failure, which is reported every time, some volumes may be active
 * nevertheless.
 */
int lvm_activate_once (struct daemon *daemon, struct error *err);

/* The volumes of these groups; of all groups if the list is empty. */
int lvm_activate (char *const *vgs, struct error *err);
int lvm_deactivate (char *const *vgs, struct error *err);

#endif /* DAEMON_LVM_ACTIVATE_H */
