/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a read-only drive is written to: a file that has no name, and is
 * gone when the appliance is.
 */
#ifndef LIB_OVERLAY_H
#define LIB_OVERLAY_H

#include "drive.h"

/* Open an empty file for it, in the handle's temporary directory. */
int overlay_open (guestfs_h *g, struct drive *d);

/* Make it a qcow2 image, for drives that go through the storage daemon. */
int overlay_format (guestfs_h *g, const struct drive *d);

#endif /* LIB_OVERLAY_H */
