/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that carry whole files over. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "arguments.h"
#include "calls.h"
#include "content.h"
#include "direct.h"
#include "server.h"

/* What a small file, or one of an unknown size, is uploaded to. */
struct target {
    int fd;
    const char *name;
};

static int
write_target (void *opaque, const struct iovec *iov, int count,
              struct error *err)
{
    struct target *t = opaque;

    return content_write (t->fd, iov, count, t->name, err);
}

static int
receive_small (struct call *call, int fd, const char *name)
{
    struct target target = { .fd = fd, .name = name };

    return receive_file (call, write_target, &target);
}

static int
write_direct (void *opaque, const struct iovec *iov, int count,
              struct error *err)
{
    return direct_write (opaque, iov, count, err);
}

static int
receive_large (struct call *call, int fd, const char *name)
{
    cleanup_direct struct direct d = { 0 };

    direct_begin (&d, fd, (int64_t) call->hint, name);
    if (receive_file (call, write_direct, &d) < 0)
        return -1;
    return direct_end (&d, &call->err);
}

/* A full disk may be found out only when the file is closed (NFS, quotas). */
static int
close_target (struct call *call, int *fd, const char *name)
{
    if (close (steal_fd (fd)) < 0)
        return fail (&call->err, errno, "%s: %m", name);
    return 0;
}

static int
check_offset (struct call *call, const char *what, int64_t value)
{
    if (value >= 0)
        return 0;
    return fail (&call->err, EINVAL, "%s %lld must not be negative", what,
                 (long long) value);
}

static int
receive_into (struct call *call, const char *name, int flags, int64_t offset)
{
    cleanup_fd int fd = content_create (call, name, is_device_name (name),
                                         flags);
    int r;

    if (fd < 0)
        return -1;
    if (offset > 0 && lseek (fd, offset, SEEK_SET) < 0)
        return fail (&call->err, errno, "%s: offset %lld: %m", name,
                     (long long) offset);
    r = call->hint < DIRECT_MIN ? receive_small (call, fd, name)
                                : receive_large (call, fd, name);
    return r < 0 ? -1 : close_target (call, &fd, name);
}

int
do_upload (struct call *call, const char *remotefilename)
{
    return receive_into (call, remotefilename, O_TRUNC, 0);
}

int
do_upload_offset (struct call *call, const char *remotefilename,
                  int64_t offset)
{
    if (check_offset (call, "offset", offset) < 0)
        return -1;
    return receive_into (call, remotefilename, 0, offset);
}

static int
send_large (struct call *call, int fd, int64_t size, const char *name)
{
    cleanup_direct struct direct d = { 0 };
    int64_t done = 0;

    direct_begin (&d, fd, size, name);
    while (done < size) {
        ssize_t n = direct_read (&d, &call->err);

        if (n < 0)
            return -1;
        if (n == 0)
            break;
        if (n > size - done)
            n = (ssize_t) (size - done);
        if (send_file (call, d.buffer, (size_t) n) < 0)
            return -1;
        done += n;
        progress (call, (uint64_t) done, (uint64_t) size);
    }
    return send_file (call, NULL, 0);
}

/* size bytes from where the descriptor is; -1: all. */
static int
send_content (struct call *call, int fd, int64_t size, const char *name)
{
    return size < DIRECT_MIN ? send_file_fd (call, fd, size, name)
                             : send_large (call, fd, size, name);
}

int
do_download (struct call *call, const char *remotefilename)
{
    cleanup_fd int fd = content_open (call, remotefilename,
                                       is_device_name (remotefilename));
    int64_t size;

    if (fd < 0)
        return -1;
    size = content_size (call, fd, remotefilename);
    if (size < 0)
        return -1;
    /* Files of /proc and the like have a size of 0, whatever they hold. */
    return send_content (call, fd, size > 0 ? size : -1, remotefilename);
}

int
do_download_offset (struct call *call, const char *remotefilename,
                    int64_t offset, int64_t size)
{
    cleanup_fd int fd = -1;
    int64_t end;

    if (check_offset (call, "offset", offset) < 0
        || check_offset (call, "size", size) < 0)
        return -1;
    fd = content_open (call, remotefilename, is_device_name (remotefilename));
    if (fd < 0)
        return -1;
    end = content_size (call, fd, remotefilename);
    if (end < 0)
        return -1;
    if (offset > end || size > end - offset)
        return fail (&call->err, EINVAL, "%s: %lld bytes at offset %lld are "
                     "more than it has (%lld bytes)", remotefilename,
                     (long long) size, (long long) offset, (long long) end);
    if (lseek (fd, offset, SEEK_SET) < 0)
        return fail (&call->err, errno, "%s: %m", remotefilename);
    return send_content (call, fd, size, remotefilename);
}
