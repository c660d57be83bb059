/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New disk images: files of a size, with nothing in them. */
#ifndef SHELL_IMAGE_H
#define SHELL_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "guestfs.h"

/* Make a file of zeroes, or empty and make the one that exists that large,
 * and add it as a drive.  sparse: without allocating its blocks.
 */
int image_make (guestfs_h *g, const char *file, const char *size,
                bool sparse, struct error *err);

#endif /* SHELL_IMAGE_H */
