/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Large files past the page cache (O_DIRECT). */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "content.h"
#include "direct.h"

/* No file system wants more for memory, offset and size. */
#define ALIGNMENT 4096

static void
set_direct (int fd, bool on)
{
    int flags = fcntl (fd, F_GETFL);

    if (flags >= 0)
        (void) fcntl (fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT);
}

void
direct_begin (struct direct *d, int fd, int64_t offset, const char *name)
{
    *d = (struct direct) { .fd = fd, .name = name };
    d->buffer = aligned_alloc (ALIGNMENT, DIRECT_BUFFER);
    if (!d->buffer)
        out_of_memory ();
    if (offset % ALIGNMENT == 0)
        set_direct (fd, true);
}

/* Some file systems refuse O_DIRECT only when it is used. */
static int
write_buffer (struct direct *d, struct error *err)
{
    struct iovec iov = { .iov_base = d->buffer, .iov_len = d->used };

    if (content_write (d->fd, &iov, 1, d->name, err) < 0) {
        if (err->errnum != EINVAL)
            return -1;
        error_clear (err);
        set_direct (d->fd, false);
        if (content_write (d->fd, &iov, 1, d->name, err) < 0)
            return -1;
    }
    d->used = 0;
    return 0;
}

static int
add (struct direct *d, const char *p, size_t size, struct error *err)
{
    while (size > 0) {
        size_t n = DIRECT_BUFFER - d->used;

        if (n > size)
            n = size;
        memcpy (d->buffer + d->used, p, n);
        d->used += n;
        p += n;
        size -= n;
        if (d->used == DIRECT_BUFFER && write_buffer (d, err) < 0)
            return -1;
    }
    return 0;
}

int
direct_write (struct direct *d, const struct iovec *iov, int count,
              struct error *err)
{
    for (int i = 0; i < count; i++)
        if (add (d, iov[i].iov_base, iov[i].iov_len, err) < 0)
            return -1;
    return 0;
}

int
direct_end (struct direct *d, struct error *err)
{
    set_direct (d->fd, false);
    return d->used > 0 ? write_buffer (d, err) : 0;
}

ssize_t
direct_read (struct direct *d, struct error *err)
{
    ssize_t n = read (d->fd, d->buffer, DIRECT_BUFFER);

    if (n < 0 && errno == EINVAL) {
        set_direct (d->fd, false);
        n = read (d->fd, d->buffer, DIRECT_BUFFER);
    }
    if (n < 0)
        return fail (err, errno, "%s: %m", d->name);
    return n;
}

void
direct_free (struct direct *d)
{
    free (d->buffer);
    d->buffer = NULL;
}
