/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What QEMU says about an image. */
#ifndef LIB_IMAGE_H
#define LIB_IMAGE_H

#include "handle.h"

/* The size of the disk in an image that is open at fd and has this format.
 */
int64_t image_virtual_size (guestfs_h *g, int fd, const char *filename,
                            const char *format);

#endif /* LIB_IMAGE_H */
