/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: the content of files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "local.h"

/* So that others don't wait too long; programs ask again for the rest. */
#define COPY_MAX (64u << 20)

ssize_t
local_read (struct local_request *r)
{
    const struct fuse_read_in *in = r->in;
    int fd = local_open (r, NODE_READ);
    ssize_t n;

    if (fd < 0)
        return fd;
    n = pread (fd, r->out, in->size < r->room ? in->size : r->room,
               (off_t) in->offset);
    return n < 0 ? -errno : n;
}

ssize_t
local_write (struct local_request *r)
{
    const struct fuse_write_in *in = r->in;
    struct fuse_write_out out = { 0 };
    int fd = local_open (r, NODE_WRITE);
    ssize_t n;

    if (in->size > r->rest_size)
        return -EINVAL;
    if (fd < 0)
        return fd;
    n = pwrite (fd, r->rest, in->size, (off_t) in->offset);
    if (n < 0)
        return -errno;
    if (in->write_flags & FUSE_WRITE_KILL_SUIDGID) {
        int error = local_kill_privileges (fd);

        if (error)
            return error;
    }
    out.size = (uint32_t) n;
    return local_put (r, &out, sizeof out);
}

/* Of a directory as well. */
ssize_t
local_fsync (struct local_request *r)
{
    const struct fuse_fsync_in *in = r->in;
    int fd = local_open (r, NODE_READ);

    if (fd < 0)
        return fd;
    r->local->flushed = true;
    if ((in->fsync_flags & FUSE_FSYNC_FDATASYNC ? fdatasync (fd) : fsync (fd))
        < 0)
        return -errno;
    return 0;
}

ssize_t
local_fallocate (struct local_request *r)
{
    const struct fuse_fallocate_in *in = r->in;
    int fd = local_open (r, NODE_WRITE);

    if (fd < 0)
        return fd;
    return fallocate (fd, (int) in->mode, (off_t) in->offset,
                      (off_t) in->length) < 0 ? -errno : 0;
}

/* The kernel asks only where data or holes are. */
ssize_t
local_lseek (struct local_request *r)
{
    const struct fuse_lseek_in *in = r->in;
    struct fuse_lseek_out out = { 0 };
    int fd = local_open (r, NODE_READ);
    off_t offset;

    if (fd < 0)
        return fd;
    if (in->whence != SEEK_DATA && in->whence != SEEK_HOLE)
        return -EINVAL;
    offset = lseek (fd, (off_t) in->offset, (int) in->whence);
    if (offset < 0)
        return -errno;
    out.offset = (uint64_t) offset;
    return local_put (r, &out, sizeof out);
}

ssize_t
local_copy_file_range (struct local_request *r)
{
    const struct fuse_copy_file_range_in *in = r->in;
    struct node_table *nodes = &r->local->nodes;
    struct node *to = node_find (nodes, in->nodeid_out);
    off_t from_offset = (off_t) in->off_in, to_offset = (off_t) in->off_out;
    struct fuse_write_out out = { 0 };
    int fd, to_fd = to ? node_open (nodes, to, NODE_WRITE) : -1;
    ssize_t n;

    if (to_fd < 0)
        return to ? -errno : -ESTALE;
    fd = local_open (r, NODE_READ);
    if (fd < 0)
        return fd;
    n = copy_file_range (fd, &from_offset, to_fd, &to_offset,
                         in->len < COPY_MAX ? (size_t) in->len : COPY_MAX,
                         (unsigned) in->flags);
    if (n < 0)
        return -errno;
    out.size = (uint32_t) n;
    return local_put (r, &out, sizeof out);
}
