/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The content of files and devices. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "content.h"
#include "direct.h"
#include "regular-file.h"

static int
open_device (struct call *call, const char *name, int flags)
{
    int fd = open (name, flags | O_CLOEXEC);

    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", name);
    return fd;
}

int
content_open (struct call *call, const char *name, bool device)
{
    return device ? open_device (call, name, O_RDONLY)
                  : open_regular (call, name, O_RDONLY, 0);
}

int
content_create (struct call *call, const char *name, bool device, int flags)
{
    return device ? open_device (call, name, O_WRONLY)
                  : open_regular (call, name, O_WRONLY | O_CREAT | flags,
                                 0666);
}

int64_t
content_size (struct call *call, int fd, const char *name)
{
    struct stat st;
    off_t now, end;

    if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
        return st.st_size;
    now = lseek (fd, 0, SEEK_CUR);
    end = lseek (fd, 0, SEEK_END);
    if (now < 0 || end < 0 || lseek (fd, now, SEEK_SET) < 0)
        return fail (&call->err, errno, "%s: %m", name);
    return end;
}

/* How much is left to be read; 0 if that can't be told. */
static int64_t
rest_of (int fd)
{
    off_t now = lseek (fd, 0, SEEK_CUR);
    off_t end = lseek (fd, 0, SEEK_END);

    return now >= 0 && end >= now && lseek (fd, now, SEEK_SET) >= 0
               ? end - now : 0;
}

int
content_read (struct call *call, int fd, const char *name, block_fn fn,
              void *opaque)
{
    cleanup_direct struct direct d = { 0 };
    bool first = true;
    ssize_t n;

    direct_begin (&d, fd, 0, name);
    while ((n = direct_read (&d, &call->err)) > 0) {
        int r = fn (opaque, d.buffer, (size_t) n, &call->err);

        if (r != 0)
            return r;
        /* A small file has ended with its first block, and is not asked for
         * its size.
         */
        if (first && n == CONTENT_BLOCK) {
            direct_free (&d);
            direct_begin (&d, fd, rest_of (fd), name);
        }
        first = false;
    }
    return (int) n;
}

int
content_read_entry (struct call *call, const struct walk_entry *e,
                    block_fn fn, void *opaque)
{
    if (e->data)
        return fn (opaque, e->data, (size_t) e->st.st_size, &call->err);
    return content_read (call, e->fd, e->path, fn, opaque);
}

/* Forget the first n bytes of the pieces.  Returns how many pieces are
 * empty now.
 */
static int
advance (struct iovec *iov, int count, size_t n)
{
    int done = 0;

    while (done < count && n >= iov[done].iov_len)
        n -= iov[done++].iov_len;
    if (done < count) {
        iov[done].iov_base = (char *) iov[done].iov_base + n;
        iov[done].iov_len -= n;
    }
    return done;
}

int
content_write (int fd, const struct iovec *pieces, int count,
               const char *name, struct error *err)
{
    struct iovec iov[CHUNK_BATCH];
    int done = 0;

    for (int i = 0; i < count; i++)
        iov[i] = pieces[i];
    while (done < count) {
        ssize_t n = writev (fd, iov + done, count - done);

        if (n < 0 && errno == EINTR)
            continue;
        /* A device ends without an error. */
        if (n <= 0)
            return fail (err, n < 0 ? errno : ENOSPC, "%s: %m", name);
        done += advance (iov + done, count - done, (size_t) n);
    }
    return 0;
}
