/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is this a folder that something can be mounted on? */
#ifndef GUESTMOUNT_MOUNT_POINT_H
#define GUESTMOUNT_MOUNT_POINT_H

#include <stdbool.h>

#include "error.h"

/* Its absolute name without links.  may_hold_files: it need not be empty. */
char *mount_point_check (const char *folder, bool may_hold_files,
                         struct error *err);

/* Does this host have FUSE, and may we use it? */
int fuse_check (struct error *err);

#endif /* GUESTMOUNT_MOUNT_POINT_H */
