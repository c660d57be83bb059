/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who keeps a mount point busy? */
#ifndef GUESTMOUNT_USERS_H
#define GUESTMOUNT_USERS_H

#include "string-list.h"

/* Add "NAME (PID)" for each process that is seen to use something below the
 * mount point.  Those of other users are only seen by root.
 */
void users_find (const char *mountpoint, struct strings *ret);

#endif /* GUESTMOUNT_USERS_H */
