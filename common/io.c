/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole reads and writes on file descriptors. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"

ssize_t
read_full (int fd, void *buffer, size_t size)
{
    char *p = buffer;
    size_t done = 0;

    while (done < size) {
        ssize_t n = read (fd, p + done, size - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t) n;
    }
    return (ssize_t) done;
}

int
write_full (int fd, const void *buffer, size_t size)
{
    const char *p = buffer;

    while (size > 0) {
        ssize_t n = write (fd, p, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        size -= (size_t) n;
    }
    return 0;
}

int
set_file_size (int fd, int64_t size)
{
    struct rlimit limit;

    if (size > 0 && getrlimit (RLIMIT_FSIZE, &limit) == 0
        && limit.rlim_cur < (uint64_t) size) {
        errno = EFBIG;
        return -1;
    }
    return ftruncate (fd, size);
}

/* What a file that tells no size, as those of /proc, is read in at first. */
#define FIRST_READ 4096

char *
read_file_at (int dirfd, const char *path, size_t limit, size_t *ret_size,
              struct error *err)
{
    cleanup_fd int fd = openat (dirfd, path, O_RDONLY | O_CLOEXEC);
    cleanup_free char *buffer = NULL;
    size_t size = 0, allocated = 0;

    if (fd < 0)
        return fail_null (err, errno, "%s: %m", path);
    for (;;) {
        ssize_t n;

        if (size + 1 >= allocated) {
            allocated = allocated ? allocated * 2 : FIRST_READ;
            buffer = xreallocarray (buffer, allocated, 1);
        }
        n = read_full (fd, buffer + size, allocated - size - 1);
        if (n < 0)
            return fail_null (err, errno, "%s: %m", path);
        if (n == 0)
            break;
        size += (size_t) n;
        if (size > limit)
            return fail_null (err, EFBIG, "%s: larger than %zu bytes", path,
                              limit);
    }
    buffer[size] = '\0';
    if (ret_size)
        *ret_size = size;
    return steal (&buffer);
}
