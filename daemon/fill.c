/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that make files of a given size, or many files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "io.h"
#include "regular-file.h"
#include "server.h"
#include "sysroot.h"

/* About how much is written at once. */
#define FILL_BUFFER (256 << 10)

/* Write the size bytes of data over and over until the file has length. */
static int
write_repeated (struct call *call, const char *path, int fd,
                const char *data, size_t size, uint64_t length)
{
    uint64_t done = 0;

    while (done < length) {
        size_t n = length - done < size ? (size_t) (length - done) : size;

        if (write_full (fd, data, n) < 0)
            return fail (&call->err, errno, "%s: %m", path);
        done += n;
        progress (call, done, length);
    }
    return 0;
}

static int
check_length (struct call *call, int64_t len)
{
    if (len < 0)
        return fail (&call->err, EINVAL, "len %lld is negative",
                     (long long) len);
    return 0;
}

/* Fill a new file with the pattern, of which there is at least a byte. */
static int
fill_file (struct call *call, const char *path, const char *pattern,
           size_t size, int len)
{
    size_t repeats = size < FILL_BUFFER ? FILL_BUFFER / size : 1;
    cleanup_free char *data = xmalloc (repeats * size);
    cleanup_fd int fd = create_regular (call, path);

    if (fd < 0)
        return -1;
    for (size_t i = 0; i < repeats; i++)
        memcpy (data + i * size, pattern, size);
    return write_repeated (call, path, fd, data, repeats * size,
                           (uint64_t) len);
}

int
do_fill (struct call *call, int c, int len, const char *path)
{
    char byte = (char) c;

    if (c < 0 || c > 255)
        return fail (&call->err, EINVAL, "c %d is not between 0 and 255", c);
    if (check_length (call, len) < 0)
        return -1;
    return fill_file (call, path, &byte, 1, len);
}

int
do_fill_pattern (struct call *call, const char *pattern, int len,
                 const char *path)
{
    if (!*pattern)
        return fail (&call->err, EINVAL, "the pattern is empty");
    if (check_length (call, len) < 0)
        return -1;
    return fill_file (call, path, pattern, strlen (pattern), len);
}

/* For file systems that can't allocate without writing. */
static int
write_zeroes (struct call *call, const char *path, int fd, uint64_t length)
{
    cleanup_free char *zeroes = xcalloc (1, FILL_BUFFER);

    return write_repeated (call, path, fd, zeroes, FILL_BUFFER, length);
}

int
do_fallocate64 (struct call *call, const char *path, int64_t len)
{
    cleanup_fd int fd = -1;
    int r = 0;

    if (check_length (call, len) < 0)
        return -1;
    fd = create_regular (call, path);
    if (fd < 0 || len == 0)
        return fd < 0 ? -1 : 0;
    if (fallocate (fd, 0, 0, (off_t) len) == 0)
        return 0;
    if (errno == EOPNOTSUPP)
        r = write_zeroes (call, path, fd, (uint64_t) len);
    else
        r = fail (&call->err, errno, "%s: %m", path);
    /* What could be allocated would fill the disk for nothing. */
    if (r < 0 && ftruncate (fd, 0) < 0)
        return -1;
    return r;
}

int
do_fallocate (struct call *call, const char *path, int len)
{
    return do_fallocate64 (call, path, len);
}

/* One system call a file where there are device nodes (mknodat makes plain
 * files, too), else two.
 */
static int
make_empty (int dirfd, const char *name)
{
    int fd;

    if (mknodat (dirfd, name, S_IFREG | 0666, 0) == 0 || errno == EEXIST)
        return 0;
    if (errno != EPERM && errno != EOPNOTSUPP)
        return -1;
    fd = openat (dirfd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK
                                  | O_NOCTTY | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    close_fd (&fd);
    return 0;
}

int
do_fill_dir (struct call *call, const char *dir, int nr)
{
    cleanup_fd int dirfd = sysroot_open (call, dir, O_PATH | O_DIRECTORY, 0);
    char name[16];

    if (dirfd < 0)
        return -1;
    if (nr < 0)
        return fail (&call->err, EINVAL, "nr %d is negative", nr);
    for (int i = 0; i < nr; i++) {
        snprintf (name, sizeof name, "%08d", i);
        if (make_empty (dirfd, name) < 0)
            return fail (&call->err, errno, "%s/%s: %m", dir, name);
    }
    return 0;
}
