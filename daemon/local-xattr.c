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
static ssize_t
put_result (struct local_request *r, uint32_t size, ssize_t n)
{
    struct fuse_getxattr_out out = { 0 };

    if (n < 0)
        return -errno;
    if (size > 0)
        return n;
    out.size = (uint32_t) n;
    return local_put (r, &out, sizeof out);
}

static size_t
room_for (const struct local_request *r, uint32_t size)
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

ssize_t
local_getxattr (struct local_request *r)
{
    const struct fuse_getxattr_in *in = r->in;
    const char *name = local_take_string (r);

    if (!name)
        return -EINVAL;
    return put_result (r, in->size,
                       get_value (r, name, room_for (r, in->size)));
}

ssize_t
local_listxattr (struct local_request *r)
{
    const struct fuse_getxattr_in *in = r->in;
    char path[FD_PATH_SIZE];
    int error = name_node (r, path);

    if (error)
        return error;
    return put_result (r, in->size, listxattr (path, r->out,
                                               room_for (r, in->size)));
}

ssize_t
local_setxattr (struct local_request *r)
{
    const struct fuse_setxattr_in *in = r->in;
    const char *name = local_take_string (r);
    char path[FD_PATH_SIZE];
    int error = name_node (r, path);

    if (!name || in->size > r->rest_size)
        return -EINVAL;
    if (error)
        return error;
    return setxattr (path, name, r->rest, in->size, (int) in->flags) < 0
               ? -errno : 0;
}

ssize_t
local_removexattr (struct local_request *r)
{
    const char *name = local_take_string (r);
    char path[FD_PATH_SIZE];
    int error = name_node (r, path);

    if (!name)
        return -EINVAL;
    if (error)
        return error;
    return removexattr (path, name) < 0 ? -errno : 0;
}
