/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks on image files, so that no two programs write to one at the same
 * time.  They are those of QEMU (block/file-posix.c there): machines,
 * qemu-img, and appliances of ours keep each other off.
 */
#ifndef LIB_IMAGE_LOCK_H
#define LIB_IMAGE_LOCK_H

#include "error.h"

/* Take the locks of somebody who writes.  They belong to what fd is open
 * on, and go when its last copy is closed, in whatever process.  EBUSY if
 * somebody else writes to the image or wants nobody to.
 */
int image_lock (int fd, const char *name, struct error *err);

#endif /* LIB_IMAGE_LOCK_H */
