/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How Linux counts disks: a, b, ..., z, aa, ab, ... */
#ifndef COMMON_DRIVE_NAME_H
#define COMMON_DRIVE_NAME_H

#include <stddef.h>
#include <sys/types.h>

/* Room for the letters of any index. */
#define DRIVE_NAME_SIZE 16

/* The letters of drive number index, counted from 0. */
void drive_name (size_t index, char ret[DRIVE_NAME_SIZE]);

/* The number that letters stand for; -1 if they are none.  *ret_rest is
 * what follows them.
 */
ssize_t drive_index (const char *letters, const char **ret_rest);

#endif /* COMMON_DRIVE_NAME_H */
