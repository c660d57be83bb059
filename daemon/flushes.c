/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which disks were flushed. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "flushes.h"

struct disk_flushes {
    size_t count;
    int stat_fd[]; /* /sys/block/ubd?/stat of each */
};

/* In that file: the 16th number, after the read, write, queue and discard
 * ones (kernel, Documentation/block/stat.rst).
 */
#define FLUSH_FIELD 16

int
flushes_init (struct daemon *daemon, struct error *err)
{
    size_t count = daemon->disks.count;
    struct disk_flushes *f
        = xcalloc (1, sizeof *f + count * sizeof f->stat_fd[0]);

    daemon->flushes = f;
    for (size_t i = 0; i < count; i++) {
        const char *disk = daemon->disks.item[i];
        cleanup_free char *path = xasprintf ("/sys/block/%s/stat", disk);

        if (!string_starts_with (disk, "ubd"))
            continue;
        f->stat_fd[f->count] = open (path, O_RDONLY | O_CLOEXEC);
        if (f->stat_fd[f->count] < 0)
            return fail (err, errno, "%s: %m", path);
        f->count++;
    }
    return 0;
}

int
flush_disks (struct daemon *daemon, struct error *err)
{
    for (size_t i = 0; i < daemon->disks.count; i++) {
        cleanup_free char *path = xasprintf ("/dev/%s",
                                             daemon->disks.item[i]);
        cleanup_fd int fd = open (path, O_RDONLY | O_CLOEXEC);

        if (fd < 0 || fsync (fd) < 0)
            return fail (err, errno, "%s: writing to the disk: %m", path);
    }
    return 0;
}

static uint32_t
flushes_of (int fd)
{
    char text[512];
    ssize_t n = pread (fd, text, sizeof text - 1, 0);
    char *p = text;

    if (n <= 0)
        return 0;
    text[n] = '\0';
    for (int field = 1; field < FLUSH_FIELD; field++) {
        p += strspn (p, " ");
        p += strcspn (p, " ");
    }
    return (uint32_t) strtoul (p, NULL, 10);
}

void
publish_flushes (struct daemon *daemon)
{
    const struct disk_flushes *f = daemon->flushes;
    uint32_t flushes = 0;

    if (!f || f->count == 0)
        return;
    for (size_t i = 0; i < f->count; i++)
        flushes += flushes_of (f->stat_fd[i]);
    daemon->transport->ops->set_flushes (daemon->transport, flushes);
}
