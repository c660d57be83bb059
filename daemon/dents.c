/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading directories with few system calls. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dents.h"
#include "sysroot.h"

#define DENTS_BUFFER (64 << 10)

void
dents_begin (struct dents *d, int fd)
{
    if (!d->buffer)
        d->buffer = xmalloc (DENTS_BUFFER);
    d->fd = fd;
    d->used = d->size = 0;
}

int
dents_next (struct dents *d, const struct dirent64 **ret)
{
    const struct dirent64 *entry;

    if (d->used == d->size) {
        ssize_t n = getdents64 (d->fd, d->buffer, DENTS_BUFFER);

        if (n <= 0)
            return (int) n;
        d->used = 0;
        d->size = (size_t) n;
    }
    entry = (const struct dirent64 *) (d->buffer + d->used);
    d->used += entry->d_reclen;
    *ret = entry;
    return 1;
}

void
dents_free (struct dents *d)
{
    free (d->buffer);
}

bool
is_dots (const char *name)
{
    return strcmp (name, ".") == 0 || strcmp (name, "..") == 0;
}

unsigned char
dirent_type (int dirfd, const struct dirent64 *entry)
{
    struct stat st;

    if (entry->d_type == DT_UNKNOWN
        && fstatat (dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return (unsigned char) IFTODT (st.st_mode);
    return entry->d_type;
}

int
read_names (struct call *call, const char *path, struct strings *ret)
{
    cleanup_fd int fd = sysroot_open (call, path, O_RDONLY | O_DIRECTORY, 0);
    cleanup_dents struct dents dents = { 0 };
    const struct dirent64 *entry = NULL;
    int n;

    if (fd < 0)
        return -1;
    dents_begin (&dents, fd);
    while ((n = dents_next (&dents, &entry)) > 0)
        if (!is_dots (entry->d_name))
            strings_add (ret, entry->d_name);
    if (n < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}
