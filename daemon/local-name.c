/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: making, renaming and removing files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "local.h"
#include "sysroot.h"

/* New files get the mode that the program asks for without what its umask
 * has: unless the directory has a default ACL, which only the guest knows.
 */
static void
set_umask (struct local *local, uint32_t mask)
{
    mode_t before;

    mask &= 0777;
    if (local->umask_set && local->umask == mask)
        return;
    before = umask (mask);
    if (!local->umask_set)
        local->umask_before = before;
    local->umask_set = true;
    local->umask = mask;
}

void
local_leave (struct daemon *daemon)
{
    struct local *local = daemon->local;

    if (!local || !local->umask_set)
        return;
    umask (local->umask_before);
    local->umask_set = false;
}

/* New files are root's, whoever has made them; but with idmap=user, where the
 * user who mounts is root, those of others are their own.
 */
static int
give_to_caller (struct local_request *r, int dirfd, struct stat *st)
{
    const struct local *local = r->local;
    uid_t uid = local_uid_from_host (local, r->header->uid);
    gid_t gid = local_gid_from_host (local, r->header->gid);

    if (!local->how.exchange || uid == 0)
        return 0;
    if (st->st_gid != 0) /* the directory's */
        gid = st->st_gid;
    if (fchownat (dirfd, r->name[0], uid, gid, AT_SYMLINK_NOFOLLOW) < 0
        || fstatat (dirfd, r->name[0], st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return 0;
}

/* A file was made, and perhaps opened; tell the kernel of it. */
static ssize_t
put_new (struct local_request *r, int dirfd, int fd)
{
    struct stat st;
    int error;

    if ((fd >= 0 ? fstat (fd, &st)
                 : fstatat (dirfd, r->name[0], &st, AT_SYMLINK_NOFOLLOW)) < 0)
        return -errno;
    error = give_to_caller (r, dirfd, &st);
    return error ? error : local_put_entry (r, r->node, r->name[0], &st);
}

ssize_t
local_symlink (struct local_request *r)
{
    const char *target = local_take_string (r);
    int fd = local_open (r, NODE_READ);

    if (!target)
        return -EINVAL;
    if (fd < 0)
        return fd;
    return symlinkat (target, fd, r->name[0]) < 0 ? -errno
                                                  : put_new (r, fd, -1);
}

/* It is going to be written to: opened here, that needs nothing more. */
static ssize_t
make_regular (struct local_request *r, int dirfd, mode_t mode)
{
    cleanup_fd int fd = openat (dirfd, r->name[0],
                                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
                                | O_CLOEXEC, mode & 07777);
    ssize_t n = fd < 0 ? -errno : put_new (r, dirfd, fd);

    if (n > 0)
        node_keep (&r->local->nodes, r->made, steal_fd (&fd), NODE_WRITE);
    return n;
}

ssize_t
local_mknod (struct local_request *r)
{
    const struct fuse_mknod_in *in = r->in;
    int fd = local_open (r, NODE_READ);

    if (fd < 0)
        return fd;
    set_umask (r->local, in->umask);
    if (S_ISREG (in->mode))
        return make_regular (r, fd, in->mode);
    return mknodat (fd, r->name[0], in->mode, in->rdev) < 0
               ? -errno : put_new (r, fd, -1);
}

ssize_t
local_mkdir (struct local_request *r)
{
    const struct fuse_mkdir_in *in = r->in;
    int fd = local_open (r, NODE_READ);

    if (fd < 0)
        return fd;
    set_umask (r->local, in->umask);
    return mkdirat (fd, r->name[0], in->mode) < 0 ? -errno
                                                  : put_new (r, fd, -1);
}

ssize_t
local_link (struct local_request *r)
{
    const struct fuse_link_in *in = r->in;
    struct node_table *nodes = &r->local->nodes;
    struct node *file = node_find (nodes, in->oldnodeid);
    int dirfd, fd = file ? node_open (nodes, file, NODE_PATH) : -1;
    struct stat st;

    if (fd < 0)
        return file ? -errno : -ESTALE;
    dirfd = local_open (r, NODE_READ);
    if (dirfd < 0)
        return dirfd;
    if (linkat (fd, "", dirfd, r->name[0], AT_EMPTY_PATH) < 0
        || fstat (fd, &st) < 0)
        return -errno;
    return local_put_entry (r, r->node, r->name[0], &st);
}

/* A name that is going to be another file's, or nobody's. */
struct victim {
    struct node *node; /* NULL: the kernel does not know it */
    int fd;
    struct stat st;
};

static void
victim_open (struct local_request *r, int dirfd, const char *name,
             struct victim *ret)
{
    *ret = (struct victim) {
        .fd = openat (dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC),
    };
    if (ret->fd >= 0 && fstat (ret->fd, &ret->st) == 0)
        ret->node = node_find_file (&r->local->nodes, &ret->st);
}

/* Its name is gone; programs may have it open. */
static void
victim_lose_name (struct local_request *r, struct victim *v,
                  const struct node *parent, const char *name)
{
    if (v->node)
        node_lose_name (&r->local->nodes, v->node, parent, name,
                        steal_fd (&v->fd));
}

static ssize_t
remove_name (struct local_request *r, int flags)
{
    int fd = local_open (r, NODE_READ);
    struct victim v;
    int error = 0;

    if (fd < 0)
        return fd;
    victim_open (r, fd, r->name[0], &v);
    if (unlinkat (fd, r->name[0], flags) < 0)
        error = -errno;
    else
        victim_lose_name (r, &v, r->node, r->name[0]);
    close_fd (&v.fd);
    return error;
}

ssize_t
local_unlink (struct local_request *r)
{
    return remove_name (r, 0);
}

ssize_t
local_rmdir (struct local_request *r)
{
    return remove_name (r, AT_REMOVEDIR);
}

/* The nodes after a file was renamed over another one, or exchanged with it.
 */
static void
rename_nodes (struct local_request *r, struct node *to, unsigned flags,
              struct victim *moved, struct victim *replaced)
{
    struct node_table *nodes = &r->local->nodes;
    const char *old = r->name[0], *new = r->name[1];

    /* Two names of one file: nothing has happened. */
    if (moved->node && moved->node == replaced->node)
        return;
    if (!(flags & RENAME_EXCHANGE))
        victim_lose_name (r, replaced, to, new);
    if (moved->node)
        node_rename (nodes, moved->node, r->node, old, to, new);
    if ((flags & RENAME_EXCHANGE) && replaced->node)
        node_rename (nodes, replaced->node, to, new, r->node, old);
}

static ssize_t
rename_to (struct local_request *r, uint64_t directory, unsigned flags)
{
    struct node_table *nodes = &r->local->nodes;
    struct node *to = node_find (nodes, directory);
    int new_fd = to ? node_open (nodes, to, NODE_READ) : -1;
    struct victim moved, replaced;
    int fd, error = 0;

    if (new_fd < 0)
        return to ? -errno : -ESTALE;
    fd = local_open (r, NODE_READ);
    if (fd < 0)
        return fd;
    victim_open (r, fd, r->name[0], &moved);
    victim_open (r, new_fd, r->name[1], &replaced);
    if (renameat2 (fd, r->name[0], new_fd, r->name[1], flags) < 0)
        error = -errno;
    else
        rename_nodes (r, to, flags, &moved, &replaced);
    close_fd (&moved.fd);
    close_fd (&replaced.fd);
    return error;
}

ssize_t
local_rename (struct local_request *r)
{
    const struct fuse_rename_in *in = r->in;

    return rename_to (r, in->newdir, 0);
}

ssize_t
local_rename2 (struct local_request *r)
{
    const struct fuse_rename2_in *in = r->in;

    return rename_to (r, in->newdir, in->flags);
}
