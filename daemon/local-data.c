/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: the content of files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "local.h"

/* So that others don't wait too long; programs ask again for the rest. */
#define COPY_MAX (64u << 20)

static int
read_data (struct local_request *r, size_t size, off_t offset)
{
    int fd = local_open (r, NODE_READ);
    ssize_t n;

    if (fd < 0)
        return fd;
    n = local_pread (r->local, r->node, r->out,
                     size < r->room ? size : r->room, offset);
    return n < 0 ? -errno : local_reply_data (r, (size_t) n);
}

void
local_read (fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
            struct fuse_file_info *fi)
{
    struct local_request r;

    (void) fi;
    if (local_begin (&r, req, ino, false))
        local_end (&r, read_data (&r, size, offset));
}

/* Whoever is not root may not leave a file its privileges.  The kernel says
 * so itself, by a flag that libfuse keeps to itself; what it writes back
 * later is root's, and then it has seen to that before.
 */
static bool
must_kill_privileges (const struct local_request *r,
                      const struct fuse_file_info *fi)
{
    return !fi->writepage && libfuse ()->fuse_req_ctx (r->req)->uid != 0;
}

static int
write_data (struct local_request *r, const char *data, size_t size,
            off_t offset, bool kill)
{
    int fd = local_open (r, NODE_WRITE), error = 0;
    ssize_t n;

    if (fd < 0)
        return fd;
    n = local_pwrite (r->local, r->node, data, size, offset);
    if (n < 0)
        return -errno;
    if (kill)
        error = local_kill_privileges (fd);
    return error ? error : local_reply_count (r, (size_t) n);
}

void
local_write (fuse_req_t req, fuse_ino_t ino, const char *data, size_t size,
             off_t offset, struct fuse_file_info *fi)
{
    struct local_request r;

    if (local_begin (&r, req, ino, true))
        local_end (&r, write_data (&r, data, size, offset,
                                   must_kill_privileges (&r, fi)));
}

static int
flush_file (struct local_request *r, bool only_data)
{
    int fd = local_open (r, NODE_READ);

    if (fd < 0)
        return fd;
    r->local->flushed = true;
    if ((only_data ? fdatasync (fd) : fsync (fd)) < 0)
        return -errno;
    return local_reply_done (r);
}

/* Of a directory as well. */
void
local_fsync (fuse_req_t req, fuse_ino_t ino, int only_data,
             struct fuse_file_info *fi)
{
    struct local_request r;

    (void) fi;
    if (local_begin (&r, req, ino, false))
        local_end (&r, flush_file (&r, only_data));
}

static int
allocate (struct local_request *r, int mode, off_t offset, off_t length)
{
    int fd = local_open (r, NODE_WRITE);

    if (fd < 0)
        return fd;
    return fallocate (fd, mode, offset, length) < 0 ? -errno
                                                    : local_reply_done (r);
}

void
local_fallocate (fuse_req_t req, fuse_ino_t ino, int mode, off_t offset,
                 off_t length, struct fuse_file_info *fi)
{
    struct local_request r;

    (void) fi;
    if (local_begin (&r, req, ino, true))
        local_end (&r, allocate (&r, mode, offset, length));
}

/* The kernel asks only where data or holes are. */
static int
seek (struct local_request *r, off_t offset, int whence)
{
    int fd = local_open (r, NODE_READ);

    if (fd < 0)
        return fd;
    if (whence != SEEK_DATA && whence != SEEK_HOLE)
        return -EINVAL;
    offset = lseek (fd, offset, whence);
    if (offset < 0)
        return -errno;
    libfuse ()->fuse_reply_lseek (r->req, offset);
    return 0;
}

void
local_lseek (fuse_req_t req, fuse_ino_t ino, off_t offset, int whence,
             struct fuse_file_info *fi)
{
    struct local_request r;

    (void) fi;
    if (local_begin (&r, req, ino, false))
        local_end (&r, seek (&r, offset, whence));
}

/* From the request's node to another one. */
static int
copy_range (struct local_request *r, off_t offset, fuse_ino_t to,
            off_t to_offset, size_t size, int flags)
{
    struct node_table *nodes = &r->local->nodes;
    struct node *node = node_find (nodes, to);
    int fd, to_fd = node ? node_open (nodes, node, NODE_WRITE) : -1;
    ssize_t n;

    if (to_fd < 0)
        return node ? -errno : -ESTALE;
    fd = local_open (r, NODE_READ);
    if (fd < 0)
        return fd;
    local_pass_cache (r->node, false);
    local_pass_cache (node, false);
    n = copy_file_range (fd, &offset, to_fd, &to_offset,
                         size < COPY_MAX ? size : COPY_MAX, (unsigned) flags);
    return n < 0 ? -errno : local_reply_count (r, (size_t) n);
}

void
local_copy_file_range (fuse_req_t req, fuse_ino_t from, off_t from_offset,
                       struct fuse_file_info *from_fi, fuse_ino_t to,
                       off_t to_offset, struct fuse_file_info *to_fi,
                       size_t size, int flags)
{
    struct local_request r;

    (void) from_fi, (void) to_fi;
    if (local_begin (&r, req, from, true))
        local_end (&r, copy_range (&r, from_offset, to, to_offset, size,
                                   flags));
}
