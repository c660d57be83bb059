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
#include "server.h"
#include "sysroot.h"

#define BUFFER_SIZE (1 << 20)

/* How much zero overwrites at the beginning of a device. */
#define ZERO_SIZE (128 * 1024)

static bool
is_zero (const char *buffer, size_t size)
{
    return size == 0
           || (buffer[0] == '\0' && memcmp (buffer, buffer + 1, size - 1) == 0);
}

/* One piece; returns its size, 0 at the end of the device. */
static ssize_t
zero_piece (int fd, char *buffer, size_t size, off_t offset)
{
    ssize_t n = pread (fd, buffer, size, offset);
    ssize_t done = 0;

    if (n <= 0 || is_zero (buffer, (size_t) n))
        return n;
    memset (buffer, 0, (size_t) n);
    while (done < n) {
        ssize_t written = pwrite (fd, buffer + done, (size_t) (n - done),
                                  offset + done);

        if (written < 0)
            return -1;
        done += written;
    }
    return n;
}

/* The first limit bytes of a device. */
static int
zero_device (struct call *call, const char *device, uint64_t limit)
{
    cleanup_fd int fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
    cleanup_free char *buffer = xmalloc (BUFFER_SIZE);
    uint64_t position = 0, size;
    off_t end;

    if (fd < 0 || (end = lseek (fd, 0, SEEK_END)) < 0)
        return fail (&call->err, errno, "%s: %m", device);
    size = (uint64_t) end < limit ? (uint64_t) end : limit;
    while (position < size) {
        size_t want = size - position < BUFFER_SIZE
                          ? (size_t) (size - position)
                          : BUFFER_SIZE;
        ssize_t n = zero_piece (fd, buffer, want, (off_t) position);

        if (n < 0)
            return fail (&call->err, errno, "%s: %m", device);
        if (n == 0)
            break;
        position += (uint64_t) n;
        progress (call, position, size);
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
    return zero_device (call, device, UINT64_MAX);
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
    cleanup_free char *buffer = xcalloc (1, BUFFER_SIZE);
    uint64_t total = free_bytes (fd), position = 0;
    size_t size = BUFFER_SIZE;

    while (size > 0) {
        ssize_t n = write (fd, buffer, size);

        if (n < 0 && errno == ENOSPC) {
            /* The last blocks one by one. */
            size /= 2;
            continue;
        }
        if (n < 0 && errno != EFBIG)
            return fail (&call->err, errno, "%s: %m", directory);
        if (n < 0)
            break;
        position += (uint64_t) n;
        if (position < total)
            progress (call, position, total);
    }
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
