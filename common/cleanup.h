/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scope-bound ownership: a variable declared with one of the cleanup_*
 * attributes releases what it owns when it goes out of scope, and
 * steal () hands the value on instead.
 */
#ifndef COMMON_CLEANUP_H
#define COMMON_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Give up ownership: the value of *(p), which becomes NULL. */
#define steal(p)                                \
    ({                                          \
        __typeof__ (*(p)) steal_value_ = *(p);  \
        *(p) = NULL;                            \
        steal_value_;                           \
    })

/* The same for a file descriptor, which becomes -1. */
static inline int
steal_fd (int *fd)
{
    int value = *fd;

    *fd = -1;
    return value;
}

/* Close *fd, if it is open, and mark it closed.  errno is kept. */
void close_fd (int *fd);

void cleanup_free_ (void *p);
void cleanup_fd_ (int *fd);
void cleanup_file_ (FILE **fp);
void cleanup_dir_ (DIR **dir);

#define cleanup_free __attribute__ ((cleanup (cleanup_free_)))
#define cleanup_fd __attribute__ ((cleanup (cleanup_fd_)))
#define cleanup_file __attribute__ ((cleanup (cleanup_file_)))
#define cleanup_dir __attribute__ ((cleanup (cleanup_dir_)))

#endif /* COMMON_CLEANUP_H */
