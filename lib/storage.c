/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks that the kernel of User Mode Linux can't read by itself. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance.h"
#include "drive.h"
#include "image-format.h"
#include "storage.h"

#define STORAGE_DAEMON "/usr/bin/qemu-storage-daemon"

bool
storage_is_needed (const struct drive *d)
{
    return d->remote || strcmp (d->format, "raw") != 0 || d->blocksize == 4096
           || d->copyonread || has_uml_cow_header (d->fd);
}

void
storage_free (struct storage *s)
{
    for (size_t i = 0; i < s->count; i++)
        close_fd (&s->disks[i].socket);
    block_nodes_free (&s->nodes);
    free (s->disks);
    *s = (struct storage) { 0 };
}

static int
add_disk (struct storage *s, const struct drive *d, struct error *err)
{
    struct storage_disk *disk;

    s->disks = xreallocarray (s->disks, s->count + 1, sizeof *s->disks);
    disk = &s->disks[s->count++];
    *disk = (struct storage_disk) {
        .drive = d,
        .socket = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
    };
    if (disk->socket < 0)
        return fail (err, errno, "socket: %m");
    return above_stdio (&disk->socket, err);
}

int
storage_prepare (guestfs_h *g, struct storage *s)
{
    for (size_t i = 0; i < g->nr_drives; i++)
        if (g->drives[i]->through_storage
            && add_disk (s, g->drives[i], &g->error) < 0)
            return -1;
    return 0;
}

static int
add_disk_arguments (guestfs_h *g, struct start *start, struct storage *s,
                    const struct storage_disk *disk, size_t number)
{
    const struct drive *d = disk->drive;
    cleanup_free char *top = NULL;

    if (block_nodes_add (g, start, &s->nodes, d, number, &top) < 0) {
        g->appliance->drive_failed = true;
        return -1;
    }
    start_keep (start, disk->socket);
    start_argument (start, "--export");
    start_argument (start, "type=vhost-user-blk,id=export%zu,"
                    "node-name=%s,addr.type=fd,addr.str=%d,writable=%s,"
                    "logical-block-size=%d", number, top, disk->socket,
                    d->write_protected && !d->readonly ? "off" : "on",
                    d->blocksize ? d->blocksize : 512);
    return 0;
}

int
storage_start (guestfs_h *g, struct storage *s, int console,
               struct supervised *ret)
{
    cleanup_start struct start start = { 0 };

    start_init (&start, "storage");
    start_argument (&start, STORAGE_DAEMON);
    for (size_t i = 0; i < s->count; i++)
        if (add_disk_arguments (g, &start, s, &s->disks[i], i) < 0)
            return -1;
    return start_supervised (g, &start, console, ret);
}
