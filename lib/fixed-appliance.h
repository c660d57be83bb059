/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fixed appliances: folders that the handle's path names, with files that
 * somebody has made: our libguestfs-make-fixed-appliance, or the original's.
 */
#ifndef LIB_FIXED_APPLIANCE_H
#define LIB_FIXED_APPLIANCE_H

#include "appliance-files.h"

/* The first folder of the path that has one.  Returns 1, or 0 if there is
 * none; -1 if one is there in part.
 */
int fixed_appliance_find (guestfs_h *g, struct appliance_files *ret);

/* Look into the files, which are open: whose is it, can it work at all?
 * Sets f->root_uuid.
 */
int fixed_appliance_examine (struct appliance_files *f, struct error *err);

#endif /* LIB_FIXED_APPLIANCE_H */
