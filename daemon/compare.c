/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that read whole files to answer yes or no. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "content.h"
#include "direct.h"
#include "io.h"
#include "regular-file.h"
#include "zero-bytes.h"

/* How much is read at once. */
#define COMPARE_BUFFER (256 << 10)

/* A file of the two that are compared. */
struct side {
    const char *name;
    int fd;
    struct stat st;
    char *buffer;
};

static void
side_close (struct side *side)
{
    close_fd (&side->fd);
    free (side->buffer);
}

#define cleanup_side __attribute__ ((cleanup (side_close)))

static int
side_open (struct call *call, struct side *side)
{
    side->fd = open_regular (call, side->name, O_RDONLY, 0);
    if (side->fd < 0)
        return -1;
    if (fstat (side->fd, &side->st) < 0)
        return fail (&call->err, errno, "%s: %m", side->name);
    side->buffer = xmalloc (COMPARE_BUFFER);
    return 0;
}

static ssize_t
side_read (struct call *call, struct side *side)
{
    ssize_t n = read_full (side->fd, side->buffer, COMPARE_BUFFER);

    if (n < 0)
        return fail (&call->err, errno, "%s: %m", side->name);
    return n;
}

int
do_equal (struct call *call, const char *file1, const char *file2)
{
    cleanup_side struct side a = { .name = file1, .fd = -1 };
    cleanup_side struct side b = { .name = file2, .fd = -1 };
    ssize_t n, m;

    if (side_open (call, &a) < 0 || side_open (call, &b) < 0)
        return -1;
    if (a.st.st_dev == b.st.st_dev && a.st.st_ino == b.st.st_ino)
        return 1;
    if (a.st.st_size != b.st.st_size)
        return 0;
    do {
        n = side_read (call, &a);
        if (n < 0)
            return -1;
        m = side_read (call, &b);
        if (m < 0)
            return -1;
        if (n != m || memcmp (a.buffer, b.buffer, (size_t) n) != 0)
            return 0;
    } while (n > 0);
    return 1;
}

/* Where the next data are at or after position: holes are skipped, so that
 * a sparse file of many terabytes takes no time.  Devices have none.
 */
static off_t
seek_data (int fd, off_t position)
{
    off_t data = lseek (fd, position, SEEK_DATA);

    if (data < 0 && errno == EINVAL)
        return lseek (fd, position, SEEK_SET);
    return data;
}

static int
is_zero_fd (struct call *call, const char *name, int fd)
{
    cleanup_direct struct direct d = { 0 };
    int64_t size = content_size (call, fd, name);
    off_t position = 0;

    if (size < 0)
        return -1;
    direct_begin (&d, fd, size, name);
    for (;;) {
        ssize_t n;

        position = seek_data (fd, position);
        if (position < 0 && errno == ENXIO)
            return 1;
        if (position < 0)
            return fail (&call->err, errno, "%s: %m", name);
        n = direct_read (&d, &call->err);
        if (n < 0)
            return -1;
        if (n == 0)
            return 1;
        if (!is_all_zero (d.buffer, (size_t) n))
            return 0;
        position += n;
    }
}

int
do_is_zero (struct call *call, const char *path)
{
    cleanup_fd int fd = open_regular (call, path, O_RDONLY, 0);

    if (fd < 0)
        return -1;
    return is_zero_fd (call, path, fd);
}

int
do_is_zero_device (struct call *call, const char *device)
{
    cleanup_fd int fd = open (device, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", device);
    return is_zero_fd (call, device, fd);
}
