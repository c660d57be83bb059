/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading directories with few system calls: one buffer serves one
 * directory after the other.
 */
#ifndef DAEMON_DENTS_H
#define DAEMON_DENTS_H

#include <dirent.h>
#include <sys/stat.h>

#include "daemon.h"

struct dents {
    int fd; /* borrowed */
    char *buffer;
    size_t used, size; /* of what was read last */
};

/* Read a directory from its start. */
void dents_begin (struct dents *d, int fd);

/* The next entry, which is good until the one after it is asked for; "."
 * and ".." come, too.  1; 0 at the end; -1 with errno set.
 */
int dents_next (struct dents *d, const struct dirent64 **ret);

void dents_free (struct dents *d);

#define cleanup_dents __attribute__ ((cleanup (dents_free)))

/* "." or ".."? */
bool is_dots (const char *name);

/* The DT_* of an entry, asked for where the directory does not say it. */
unsigned char dirent_type (int dirfd, const struct dirent64 *entry);

/* All names of a directory but "." and "..", not sorted. */
int read_names (struct call *call, const char *path, struct strings *ret);

#endif /* DAEMON_DENTS_H */
