/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that write zeroes.  Where there are zeroes already nothing is
 * written, so that images stay sparse.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "calls.h"
#include "command.h"
#include "content.h"
#include "direct.h"
#include "server.h"
#include "sysroot.h"
#include "zero-bytes.h"

/* How much zero overwrites at the beginning of a device. */
#define ZERO_SIZE (128 * 1024)

/* A piece, of which left bytes are to be zero.  Returns how many are now, 0 at
 * the end of the device.
 */
static ssize_t
zero_piece (struct direct *d, off_t offset, int64_t left, struct error *err)
{
    ssize_t n = direct_read (d, err);

    if (n > left)
        n = (ssize_t) left;
    if (n <= 0 || is_all_zero (d->buffer, (size_t) n))
        return n;
    if (lseek (d->fd, offset, SEEK_SET) < 0)
        return fail (err, errno, "%s: %m", d->name);
    memset (d->buffer, 0, (size_t) n);
    return direct_put (d, d->buffer, (size_t) n, err) < 0 ? -1 : n;
}

/* The first limit bytes of a device. */
static int
zero_device (struct call *call, const char *device, int64_t limit)
{
    cleanup_fd int fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
    cleanup_direct struct direct d = { 0 };
    int64_t position = 0, size;

    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", device);
    size = content_size (call, fd, device);
    if (size < 0)
        return -1;
    if (size > limit)
        size = limit;
    direct_begin (&d, fd, size, device);
    while (position < size) {
        ssize_t n = zero_piece (&d, position, size - position,
                                &call->err);

        if (n < 0)
            return -1;
        if (n == 0)
            break;
        position += n;
        progress (call, (uint64_t) position, (uint64_t) size);
    }
    return 0;
}

int
do_zero (struct call *call, const char *device)
{
    return zero_device (call, device, ZERO_SIZE);
}

int
do_zero_device (struct call *call, const char *device)
{
    return zero_device (call, device, INT64_MAX);
}

static uint64_t
free_bytes (int fd)
{
    struct statvfs st;

    return fstatvfs (fd, &st) < 0 ? 0
                                  : (uint64_t) st.f_bfree * st.f_frsize;
}

/* Write zeroes until the file system is full. */
static int
fill (struct call *call, int fd, const char *directory)
{
    cleanup_free char *zeroes = direct_memory (DIRECT_PIECE);
    struct direct d;
    uint64_t total = free_bytes (fd), position = 0;
    size_t size = DIRECT_PIECE;

    memset (zeroes, 0, DIRECT_PIECE);
    direct_begin (&d, fd, (int64_t) total, directory);
    while (size > 0) {
        if (direct_put (&d, zeroes, size, &call->err) == 0) {
            position += size;
            if (position < total)
                progress (call, position, total);
        } else if (call->err.errnum == ENOSPC)
            size /= 2; /* the last blocks one by one */
        else if (call->err.errnum == EFBIG)
            size = 0;
        else
            return -1;
    }
    error_clear (&call->err);
    if (fsync (fd) < 0)
        return fail (&call->err, errno, "%s: %m", directory);
    progress (call, total, total);
    return 0;
}

/* A file without a name, which disappears with its descriptor.  Few file
 * systems lack it; for them a name is made up.
 */
static int
open_unnamed (struct call *call, int dir, const char *directory)
{
    char name[64];
    int fd = openat (dir, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    snprintf (name, sizeof name, ".zero-%lx", (unsigned long) random ());
    fd = openat (dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", directory);
    if (unlinkat (dir, name, 0) < 0) {
        close_fd (&fd);
        return fail (&call->err, errno, "%s: %m", directory);
    }
    return fd;
}

int
do_zero_free_space (struct call *call, const char *directory)
{
    cleanup_fd int dir = sysroot_open (call, directory,
                                       O_RDONLY | O_DIRECTORY, 0);
    cleanup_fd int fd = -1;

    if (dir < 0)
        return -1;
    fd = open_unnamed (call, dir, directory);
    return fd < 0 ? -1 : fill (call, fd, directory);
}

int
do_zerofree (struct call *call, const char *device)
{
    cleanup_command struct command c = COMMAND_NONE;

    command_add (&c, "zerofree", device, NULL);
    return command_check (&c, &call->err);
}
