/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What QEMU says about an image. */
#ifndef LIB_IMAGE_H
#define LIB_IMAGE_H

#include "drive.h"

/* The size of the disk in a drive's image, which is open and of a known
 * format other than raw.
 */
int64_t drive_virtual_size (guestfs_h *g, const struct drive *d);

#endif /* LIB_IMAGE_H */
