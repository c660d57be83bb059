/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that ask the kernel about a block device: an ioctl each. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "calls.h"

static int
open_device (struct call *call, const char *device, int flags)
{
    int fd = open (device, flags | O_CLOEXEC);

    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", device);
    return fd;
}

/* One request with a pointer to its argument or result. */
static int
request (struct call *call, const char *device, unsigned long number,
         void *arg)
{
    cleanup_fd int fd = open_device (call, device, O_RDONLY);

    if (fd < 0)
        return -1;
    if (ioctl (fd, number, arg) < 0)
        return fail (&call->err, errno, "%s: %m", device);
    return 0;
}

static int64_t
get_size (struct call *call, const char *device)
{
    uint64_t size;

    return request (call, device, BLKGETSIZE64, &size) < 0 ? -1
                                                           : (int64_t) size;
}

int
do_blockdev_flushbufs (struct call *call, const char *device)
{
    return request (call, device, BLKFLSBUF, NULL);
}

int
do_blockdev_getbsz (struct call *call, const char *device)
{
    int size;

    return request (call, device, BLKBSZGET, &size) < 0 ? -1 : size;
}

int
do_blockdev_setbsz (struct call *call, const char *device, int blocksize)
{
    (void) call, (void) device, (void) blocksize;
    return 0;
}

int
do_blockdev_getro (struct call *call, const char *device)
{
    int ro;

    return request (call, device, BLKROGET, &ro) < 0 ? -1 : ro != 0;
}

static int
set_ro (struct call *call, const char *device, int ro)
{
    return request (call, device, BLKROSET, &ro);
}

int
do_blockdev_setro (struct call *call, const char *device)
{
    return set_ro (call, device, 1);
}

int
do_blockdev_setrw (struct call *call, const char *device)
{
    return set_ro (call, device, 0);
}

int64_t
do_blockdev_getsize64 (struct call *call, const char *device)
{
    return get_size (call, device);
}

/* In units of 512 bytes, whatever the device's sectors are. */
int64_t
do_blockdev_getsz (struct call *call, const char *device)
{
    int64_t size = get_size (call, device);

    return size < 0 ? -1 : size / 512;
}

int
do_blockdev_getss (struct call *call, const char *device)
{
    int size;

    return request (call, device, BLKSSZGET, &size) < 0 ? -1 : size;
}

int
do_blockdev_rereadpt (struct call *call, const char *device)
{
    return request (call, device, BLKRRPART, NULL);
}

int
do_blockdev_setra (struct call *call, const char *device, int sectors)
{
    cleanup_fd int fd = -1;

    if (sectors < 0)
        return fail (&call->err, EINVAL, "sectors %d must not be negative",
                     sectors);
    fd = open_device (call, device, O_RDONLY);
    if (fd < 0)
        return -1;
    /* The argument itself, no pointer to it. */
    if (ioctl (fd, BLKRASET, (unsigned long) sectors) < 0)
        return fail (&call->err, errno, "%s: %m", device);
    return 0;
}

int
do_blkdiscard (struct call *call, const char *device)
{
    int64_t size = get_size (call, device);
    cleanup_fd int fd = -1;
    uint64_t range[2];

    if (size < 0)
        return -1;
    /* Nothing may be mounted on what is thrown away. */
    fd = open_device (call, device, O_WRONLY | O_EXCL);
    if (fd < 0)
        return -1;
    range[0] = 0;
    range[1] = (uint64_t) size;
    if (ioctl (fd, BLKDISCARD, range) < 0)
        return fail (&call->err, errno, "%s: discarding: %m", device);
    return 0;
}

/* The kernel promises nothing of this kind any more (since 4.12), unless a
 * disk can write zeroes by discarding.
 */
int
do_blkdiscardzeroes (struct call *call, const char *device)
{
    unsigned zeroes;

    return request (call, device, BLKDISCARDZEROES, &zeroes) < 0
               ? -1
               : zeroes != 0;
}
