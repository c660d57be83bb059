/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole reads and writes on file descriptors, restarted after signals and
 * short transfers.
 */
#ifndef COMMON_IO_H
#define COMMON_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

/* Read until size bytes are there or the end of the file.  Returns how
 * many came; -1 with errno set if reading failed.
 */
ssize_t read_full (int fd, void *buffer, size_t size);

/* Write everything.  0, or -1 with errno set. */
int write_full (int fd, const void *buffer, size_t size);

/* Make a file that long.  0, or -1 with errno set: EFBIG if that is more than
 * the user may have, of which ftruncate (2) tells by SIGXFSZ first.
 */
int set_file_size (int fd, int64_t size);

/* The whole content of a file that is not larger than limit bytes, with a
 * NUL after it; its size goes to *ret_size unless that is NULL.
 * EFBIG if it is larger.
 */
char *read_file_at (int dirfd, const char *path, size_t limit,
                    size_t *ret_size, struct error *err);

#endif /* COMMON_IO_H */
