/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounting and unmounting by fusermount3, which may where we may not. */
#ifndef LIB_FUSERMOUNT_H
#define LIB_FUSERMOUNT_H

#include <stdbool.h>

#include "error.h"

/* Mount on a folder, with options separated by commas.  Returns the device
 * that the kernel's requests come from, non-blocking.
 */
int fusermount_mount (const char *folder, const char *options,
                      struct error *err);

/* EBUSY if it is in use, unless lazily: then it is only hidden, until nobody
 * uses it any more.
 */
int fusermount_unmount (const char *folder, bool lazily, struct error *err);

#endif /* LIB_FUSERMOUNT_H */
