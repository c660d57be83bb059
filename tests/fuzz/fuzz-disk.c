/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: what the daemon reads of a disk by itself: superblocks of
 * RAID members, the header of swap, the items of btrfs's tree of roots (the
 * kernel hands these out as they are).
 *
 * The first byte chooses; the rest is the disk, or what the kernel says.
 */

#include "config.h"

#include <endian.h>
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "btrfs-subvolumes.h"
#include "cleanup.h"
#include "fuzz.h"
#include "io.h"
#include "md-superblock.h"
#include "memory.h"
#include "private-mount.h"
#include "swap-header.h"

/* The kernel's side, in the places of the C library and of the daemon. */
static struct script kernel;
static uint64_t disk_size;

static void
take_bytes (void *buffer, size_t size)
{
    size_t n = bytes_left (&kernel) < size ? bytes_left (&kernel) : size;

    memcpy (buffer, kernel.p, n);
    memset ((char *) buffer + n, 0, size - n);
    kernel.p += n;
}

/* Any number of items, in any bytes; none at the end of the input. */
static int
search_tree (struct btrfs_ioctl_search_args *args)
{
    size_t size;

    if (bytes_left (&kernel) == 0) {
        args->key.nr_items = 0;
        return 0;
    }
    args->key.nr_items = next_byte (&kernel);
    size = (size_t) next_byte (&kernel) * 16;
    take_bytes (args->buf, size < sizeof args->buf ? size : sizeof args->buf);
    return 0;
}

int
ioctl (int fd, unsigned long request, ...)
{
    va_list args;
    void *p;

    (void) fd;
    va_start (args, request);
    p = va_arg (args, void *);
    va_end (args);
    switch (request) {
    case BLKGETSIZE64:
        memcpy (p, &disk_size, sizeof disk_size);
        return 0;
    case BTRFS_IOC_TREE_SEARCH:
        return search_tree (p);
    case BTRFS_IOC_INO_LOOKUP:
        take_bytes (((struct btrfs_ioctl_ino_lookup_args *) p)->name,
                    next_byte (&kernel));
        return 0;
    }
    errno = ENOTTY;
    return -1;
}

int
private_mount (const char *device, const char *type, bool readonly,
               struct error *err)
{
    (void) device, (void) type, (void) readonly;
    return fail (err, ENOTSUP, "nothing can be mounted");
}

static void
fuzz_raid (const char *device)
{
    struct md_superblock sb;

    if (!md_superblock_read (device, &sb))
        return;
    check (sb.major == 0 || sb.major == 1);
    check (strlen (sb.name) <= MD_NAME_SIZE);
}

static void
fuzz_swap (const char *device)
{
    cleanup_error struct error err = { 0 };
    int r = swap_header_change (device, "label",
                                "01234567-89ab-cdef-0123-456789abcdef", &err);

    check ((r < 0) == (err.message != NULL));
}

static void
fuzz_btrfs (void)
{
    cleanup_subvolumes struct subvolumes list = { 0 };
    cleanup_error struct error err = { 0 };
    int r = btrfs_subvolumes_at (-1, &list, &err);

    check ((r < 0) == (err.message != NULL));
    for (size_t i = 0; i < list.count; i++)
        check (strlen (list.item[i].path) < 1 << 24);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_fd int fd = memfd_create ("disk", MFD_CLOEXEC);
    char device[32];
    uint8_t what;

    kernel = (struct script) { data, data + size };
    what = next_byte (&kernel);
    disk_size = bytes_left (&kernel);
    check (fd >= 0 && write_full (fd, kernel.p, disk_size) == 0);
    snprintf (device, sizeof device, "/proc/self/fd/%d", fd);
    if (what % 3 == 0)
        fuzz_raid (device);
    else if (what % 3 == 1)
        fuzz_swap (device);
    else
        fuzz_btrfs ();
    return 0;
}
