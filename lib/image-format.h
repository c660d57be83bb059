/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of disk images, as far as they must be known before QEMU's
 * code sees an image.
 */
#ifndef LIB_IMAGE_FORMAT_H
#define LIB_IMAGE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* The format that an image's first or last bytes tell; "raw" if they tell
 * none.  A constant, or NULL with *err set.
 */
const char *probe_format (int fd, const char *name, struct error *err);

/* Does the image begin with the header of User Mode Linux's own COW format?
 * Its driver then believes the header.
 */
bool has_uml_cow_header (int fd);

/* How large the disk in a qcow2 image says it is; -1 with *err set. */
int64_t qcow2_virtual_size (int fd, const char *name, struct error *err);

/* What a qcow2 image says of its backing file. */
struct backing {
    char *file;   /* its name, as it stands in the image; NULL: none */
    char *format; /* NULL: not said */
};

int read_backing (int fd, const char *name, struct backing *ret,
                  struct error *err);
void backing_free (struct backing *b);

#define cleanup_backing __attribute__ ((cleanup (backing_free)))

#endif /* LIB_IMAGE_FORMAT_H */
