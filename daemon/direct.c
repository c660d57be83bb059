/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Large files past the page cache (O_DIRECT). */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

char *
direct_memory (size_t size)
{
    char *memory = aligned_alloc (ALIGNMENT, size);

    if (!memory)
        out_of_memory ();
    return memory;
}

void
direct_begin (struct direct *d, int fd, int64_t size, const char *name)
{
    *d = (struct direct) { .fd = fd, .name = name, .piece = CONTENT_BLOCK };
    if (size < DIRECT_MIN)
        return;
    d->piece = DIRECT_PIECE;
    set_direct (fd, lseek (fd, 0, SEEK_CUR) % ALIGNMENT == 0);
}

/* Some file systems refuse O_DIRECT only when it is used. */
int
direct_put (struct direct *d, char *piece, size_t size, struct error *err)
{
    struct iovec iov = { .iov_base = piece, .iov_len = size };

    if (size % ALIGNMENT != 0)
        set_direct (d->fd, false);
    if (content_write (d->fd, &iov, 1, d->name, err) == 0)
        return 0;
    if (err->errnum != EINVAL)
        return -1;
    error_clear (err);
    set_direct (d->fd, false);
    return content_write (d->fd, &iov, 1, d->name, err);
}

static int
write_buffer (struct direct *d, struct error *err)
{
    size_t size = d->used;

    d->used = 0;
    return direct_put (d, d->buffer, size, err);
}

static int
add (struct direct *d, const char *p, size_t size, struct error *err)
{
    if (!d->buffer)
        d->buffer = direct_memory (d->piece);
    while (size > 0) {
        size_t n = d->piece - d->used;

        if (n > size)
            n = size;
        memcpy (d->buffer + d->used, p, n);
        d->used += n;
        p += n;
        size -= n;
        if (d->used == d->piece && write_buffer (d, err) < 0)
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
    return d->used > 0 ? write_buffer (d, err) : 0;
}

static ssize_t
read_piece (struct direct *d)
{
    ssize_t n;

    do
        n = read (d->fd, d->buffer, d->piece);
    while (n < 0 && errno == EINTR);
    return n;
}

ssize_t
direct_read (struct direct *d, struct error *err)
{
    ssize_t n;

    if (!d->buffer)
        d->buffer = direct_memory (d->piece);
    n = read_piece (d);
    if (n < 0 && errno == EINVAL) {
        set_direct (d->fd, false);
        n = read_piece (d);
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
