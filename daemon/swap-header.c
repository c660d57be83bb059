/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux swap begins with: one page (linux/include/linux/swap.h, union
 * swap_header).
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "swap-header.h"
#include "uuid.h"

/* Of this machine and nearly all others. */
#define PAGE_SIZE 4096
/* mkswap(8) makes none smaller. */
#define PAGES_MIN 10
#define LABEL_SIZE 16
#define MAGIC "SWAPSPACE2"
#define MAGIC_SIZE (sizeof MAGIC - 1)

union swap_header {
    char page[PAGE_SIZE];
    struct {
        char boot[1024]; /* left for boot loaders */
        uint32_t version;
        uint32_t last_page;
        uint32_t bad_pages;
        unsigned char uuid[16];
        char label[LABEL_SIZE];
    } info;
};

static int
set_label (union swap_header *h, const char *label, struct error *err)
{
    size_t n = strlen (label);

    if (n > LABEL_SIZE)
        return fail (err, EINVAL, "label '%s': one of swap has at most %d "
                     "bytes", label, LABEL_SIZE);
    memset (h->info.label, 0, LABEL_SIZE);
    memcpy (h->info.label, label, n);
    return 0;
}

static int
set_uuid (union swap_header *h, const char *uuid, struct error *err)
{
    if (!is_uuid (uuid))
        return fail (err, EINVAL, "'%s' is no UUID", uuid);
    uuid_to_bytes (uuid, h->info.uuid);
    return 0;
}

static int
write_header (int fd, const char *name, const union swap_header *h,
              struct error *err)
{
    ssize_t n = pwrite (fd, h, sizeof *h, 0);

    if (n != (ssize_t) sizeof *h)
        return fail (err, n < 0 ? errno : EIO, "%s: writing: %m", name);
    return 0;
}

int
swap_header_write (int fd, const char *name, const char *label,
                   const char *uuid, struct error *err)
{
    union swap_header h = { .info = { .version = 1 } };
    off_t size = lseek (fd, 0, SEEK_END);
    off_t pages = size / PAGE_SIZE;

    if (size < 0)
        return fail (err, errno, "%s: %m", name);
    if (pages < PAGES_MIN)
        return fail (err, EINVAL, "%s: too small for swap, which needs %d "
                     "KiB", name, PAGES_MIN * PAGE_SIZE / 1024);
    h.info.last_page = pages > UINT32_MAX ? UINT32_MAX
                                          : (uint32_t) pages - 1;
    if (set_uuid (&h, uuid, err) < 0 || (label && set_label (&h, label,
                                                             err) < 0))
        return -1;
    memcpy (h.page + PAGE_SIZE - MAGIC_SIZE, MAGIC, MAGIC_SIZE);
    return write_header (fd, name, &h, err);
}

int
swap_header_change (const char *device, const char *label, const char *uuid,
                    struct error *err)
{
    cleanup_fd int fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
    union swap_header h;

    if (fd < 0)
        return fail (err, errno, "%s: %m", device);
    if (pread (fd, &h, sizeof h, 0) != (ssize_t) sizeof h
        || memcmp (h.page + PAGE_SIZE - MAGIC_SIZE, MAGIC, MAGIC_SIZE) != 0)
        return fail (err, EINVAL, "%s: no Linux swap with pages of 4 KiB",
                     device);
    if ((label && set_label (&h, label, err) < 0)
        || (uuid && set_uuid (&h, uuid, err) < 0))
        return -1;
    return write_header (fd, device, &h, err);
}
