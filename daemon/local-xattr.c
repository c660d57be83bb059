/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: extended attributes, ACLs among them.  As in
 * xattr.c, files are named /proc/self/fd/N, or as an entry of such a
 * directory, so that they need not be opened.
 */

#include "config.h"

#include <errno.h>
#include <sys/xattr.h>

#include "local.h"
#include "sysroot.h"

static int
name_node (struct local_request *r, char ret[FD_PATH_SIZE])
{
    int fd = local_open (r, NODE_PATH);

    if (fd < 0)
        return fd;
    fd_path (fd, ret);
    return 0;
}

/* What getxattr (2) or listxattr (2) has returned: the bytes, or how many
 * there are if there was no room.
 */
static int
reply_result (struct local_request *r, size_t size, ssize_t n)
{
    if (n < 0)
        return -errno;
    if (size > 0)
        return local_reply_data (r, (size_t) n);
    libfuse ()->fuse_reply_xattr (r->req, (size_t) n);
    return 0;
}

static size_t
room_for (const struct local_request *r, size_t size)
{
    return size < r->room ? size : r->room;
}

/* The kernel asks for one that hardly any file has before it lets anybody
 * write, so the file is not opened for that.
 */
static ssize_t
get_value (struct local_request *r, const char *name, size_t size)
{
    const struct node *node = r->node;
    char path[FD_PATH_SIZE];
    int error;

    if (node->fd < 0 && node->parent) {
        int dirfd = node_open (&r->local->nodes, node->parent, NODE_READ);
        cleanup_free char *entry = xasprintf ("/proc/self/fd/%d/%s", dirfd,
                                              node->name);

        return dirfd < 0 ? -1 : lgetxattr (entry, name, r->out, size);
    }
    error = name_node (r, path);
    if (error) {
        errno = -error;
        return -1;
    }
    return getxattr (path, name, r->out, size);
}

void
local_getxattr (fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
    struct local_request r;

    if (local_begin (&r, req, ino, false))
        local_end (&r, reply_result (&r, size,
                                     get_value (&r, name,
                                                room_for (&r, size))));
}

static int
list_names (struct local_request *r, size_t size)
{
    char path[FD_PATH_SIZE];
    int error = name_node (r, path);

    if (error)
        return error;
    return reply_result (r, size, listxattr (path, r->out,
                                             room_for (r, size)));
}

void
local_listxattr (fuse_req_t req, fuse_ino_t ino, size_t size)
{
    struct local_request r;

    if (local_begin (&r, req, ino, false))
        local_end (&r, list_names (&r, size));
}

static int
set_value (struct local_request *r, const char *name, const char *value,
           size_t size, int flags)
{
    char path[FD_PATH_SIZE];
    int error = name_node (r, path);

    if (error)
        return error;
    return setxattr (path, name, value, size, flags) < 0
               ? -errno : local_reply_done (r);
}

void
local_setxattr (fuse_req_t req, fuse_ino_t ino, const char *name,
                const char *value, size_t size, int flags)
{
    struct local_request r;

    if (local_begin (&r, req, ino, true))
        local_end (&r, set_value (&r, name, value, size, flags));
}

static int
remove_value (struct local_request *r, const char *name)
{
    char path[FD_PATH_SIZE];
    int error = name_node (r, path);

    if (error)
        return error;
    return removexattr (path, name) < 0 ? -errno : local_reply_done (r);
}

void
local_removexattr (fuse_req_t req, fuse_ino_t ino, const char *name)
{
    struct local_request r;

    if (local_begin (&r, req, ino, true))
        local_end (&r, remove_value (&r, name));
}
