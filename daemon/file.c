/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that read and write files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "io.h"
#include "regular-file.h"
#include "sysroot.h"

int
do_touch (struct call *call, const char *path)
{
    cleanup_fd int fd = open_regular (call, path, O_WRONLY | O_CREAT, 0666);

    if (fd < 0)
        return -1;
    if (futimens (fd, NULL) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

static int
write_content (struct call *call, const char *path, int flags,
               const char *content, size_t size)
{
    cleanup_fd int fd = open_regular (call, path, O_WRONLY | O_CREAT | flags,
                                      0666);

    if (fd < 0)
        return -1;
    if (write_full (fd, content, size) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

int
do_internal_write (struct call *call, const char *path, const char *content,
                   size_t content_size)
{
    return write_content (call, path, O_TRUNC, content, content_size);
}

int
do_internal_write_append (struct call *call, const char *path,
                          const char *content, size_t content_size)
{
    return write_content (call, path, O_APPEND, content, content_size);
}

int
do_write_file (struct call *call, const char *path, const char *content,
               int size)
{
    size_t length = strlen (content);

    if (size < 0 || (size_t) size > length)
        return fail (&call->err, EINVAL, "size %d: the content has %zu bytes",
                     size, length);
    return write_content (call, path, O_TRUNC, content,
                          size > 0 ? (size_t) size : length);
}

/* The most that a reply can carry: a header and the length go with it. */
#define PREAD_MAX (WIRE_MESSAGE_MAX - 1024)

static int
check_offset (struct call *call, int64_t offset)
{
    if (offset < 0)
        return fail (&call->err, EINVAL, "offset %lld is negative",
                     (long long) offset);
    return 0;
}

static int
check_count (struct call *call, int count)
{
    if (count < 0)
        return fail (&call->err, EINVAL, "count %d is negative", count);
    if (count > PREAD_MAX)
        return fail (&call->err, EMSGSIZE, "count %d is more than one call "
                     "can return: %d bytes (download has no limit)", count,
                     PREAD_MAX);
    return 0;
}

static char *
read_at (struct call *call, const char *name, int fd, size_t count,
         int64_t offset, size_t *ret_size)
{
    cleanup_free char *content = xmalloc (count + 1);
    size_t done = 0;

    while (done < count) {
        ssize_t n = pread (fd, content + done, count - done,
                           (off_t) (offset + (int64_t) done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_null (&call->err, errno, "%s: %m", name);
        if (n == 0)
            break;
        done += (size_t) n;
    }
    *ret_size = done;
    return steal (&content);
}

char *
do_pread (struct call *call, const char *path, int count, int64_t offset,
          size_t *ret_size)
{
    cleanup_fd int fd = -1;

    if (check_count (call, count) < 0 || check_offset (call, offset) < 0)
        return NULL;
    fd = open_regular (call, path, O_RDONLY, 0);
    if (fd < 0)
        return NULL;
    return read_at (call, path, fd, (size_t) count, offset, ret_size);
}

static int
open_device (struct call *call, const char *device, int flags)
{
    int fd = open (device, flags | O_CLOEXEC);

    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", device);
    return fd;
}

char *
do_pread_device (struct call *call, const char *device, int count,
                 int64_t offset, size_t *ret_size)
{
    cleanup_fd int fd = -1;

    if (check_count (call, count) < 0 || check_offset (call, offset) < 0)
        return NULL;
    fd = open_device (call, device, O_RDONLY);
    if (fd < 0)
        return NULL;
    return read_at (call, device, fd, (size_t) count, offset, ret_size);
}

/* Returns how much was written: all, unless there is no room for more. */
static int
write_at (struct call *call, const char *name, int fd, const char *content,
          size_t size, int64_t offset)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pwrite (fd, content + done, size - done,
                            (off_t) (offset + (int64_t) done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && done == 0)
            return fail (&call->err, errno, "%s: %m", name);
        if (n <= 0)
            break;
        done += (size_t) n;
    }
    return (int) done;
}

int
do_pwrite (struct call *call, const char *path, const char *content,
           size_t content_size, int64_t offset)
{
    cleanup_fd int fd = -1;

    if (check_offset (call, offset) < 0)
        return -1;
    fd = open_regular (call, path, O_WRONLY, 0);
    if (fd < 0)
        return -1;
    return write_at (call, path, fd, content, content_size, offset);
}

int
do_pwrite_device (struct call *call, const char *device, const char *content,
                  size_t content_size, int64_t offset)
{
    cleanup_fd int fd = -1;

    if (check_offset (call, offset) < 0)
        return -1;
    fd = open_device (call, device, O_WRONLY);
    if (fd < 0)
        return -1;
    return write_at (call, device, fd, content, content_size, offset);
}

int64_t
do_filesize (struct call *call, const char *file)
{
    struct stat st;

    if (sysroot_stat (call, file, true, &st) < 0)
        return -1;
    return st.st_size;
}

int
do_truncate_size (struct call *call, const char *path, int64_t size)
{
    cleanup_fd int fd = -1;

    if (size < 0)
        return fail (&call->err, EINVAL, "size %lld is negative",
                     (long long) size);
    fd = open_regular (call, path, O_WRONLY, 0);
    if (fd < 0)
        return -1;
    if (ftruncate (fd, (off_t) size) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

int
do_truncate (struct call *call, const char *path)
{
    return do_truncate_size (call, path, 0);
}
