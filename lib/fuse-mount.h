/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounting by libfuse, which asks fusermount3 where we may not, and
 * unmounting.
 */
#ifndef LIB_FUSE_MOUNT_H
#define LIB_FUSE_MOUNT_H

#include <stdbool.h>

#include "error.h"

/* Mount on a folder, with options separated by commas.  Returns the device
 * that the kernel's requests come from, non-blocking.
 */
int fuse_mount (const char *folder, const char *options, struct error *err);

/* EBUSY if it is in use, unless lazily: then it is only hidden, until nobody
 * uses it any more.
 */
int fuse_unmount (const char *folder, bool lazily, struct error *err);

#endif /* LIB_FUSE_MOUNT_H */
