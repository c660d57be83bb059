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
set_umask (struct local_request *r)
{
    struct local *local = r->local;
    mode_t mask = libfuse ()->fuse_req_ctx (r->req)->umask & 0777, before;

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
    const struct fuse_ctx *caller = libfuse ()->fuse_req_ctx (r->req);
    uid_t uid = local_uid_from_host (local, caller->uid);
    gid_t gid = local_gid_from_host (local, caller->gid);

    if (!local->how.exchange || uid == 0)
        return 0;
    if (st->st_gid != 0) /* the directory's */
        gid = st->st_gid;
    if (fchownat (dirfd, r->name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0
        || fstatat (dirfd, r->name, st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return 0;
}

/* A file was made, and perhaps opened; tell the kernel of it. */
static int
reply_new (struct local_request *r, int dirfd, int fd)
{
    struct stat st;
    int error;

    if ((fd >= 0 ? fstat (fd, &st)
                 : fstatat (dirfd, r->name, &st, AT_SYMLINK_NOFOLLOW)) < 0)
        return -errno;
    error = give_to_caller (r, dirfd, &st);
    return error ? error : local_reply_entry (r, &st);
}

static int
make_link (struct local_request *r, const char *target)
{
    int fd = local_open (r, NODE_READ);

    if (fd < 0)
        return fd;
    return symlinkat (target, fd, r->name) < 0 ? -errno
                                               : reply_new (r, fd, -1);
}

void
local_symlink (fuse_req_t req, const char *target, fuse_ino_t parent,
               const char *name)
{
    struct local_request r;

    if (local_begin_name (&r, req, parent, name, true))
        local_end (&r, make_link (&r, target));
}

/* It is going to be written to: opened here, that needs nothing more. */
static int
make_regular (struct local_request *r, int dirfd, mode_t mode)
{
    cleanup_fd int fd = openat (dirfd, r->name,
                                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
                                | O_CLOEXEC, mode & 07777);
    int error = fd < 0 ? -errno : reply_new (r, dirfd, fd);

    if (!error)
        node_keep (&r->local->nodes, r->made, steal_fd (&fd), NODE_WRITE);
    return error;
}

static int
make_node (struct local_request *r, mode_t mode, dev_t rdev)
{
    int fd = local_open (r, NODE_READ);

    if (fd < 0)
        return fd;
    set_umask (r);
    if (S_ISREG (mode))
        return make_regular (r, fd, mode);
    return mknodat (fd, r->name, mode, rdev) < 0 ? -errno
                                                 : reply_new (r, fd, -1);
}

void
local_mknod (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
             dev_t rdev)
{
    struct local_request r;

    if (local_begin_name (&r, req, parent, name, true))
        local_end (&r, make_node (&r, mode, rdev));
}

static int
make_directory (struct local_request *r, mode_t mode)
{
    int fd = local_open (r, NODE_READ);

    if (fd < 0)
        return fd;
    set_umask (r);
    return mkdirat (fd, r->name, mode) < 0 ? -errno : reply_new (r, fd, -1);
}

void
local_mkdir (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    struct local_request r;

    if (local_begin_name (&r, req, parent, name, true))
        local_end (&r, make_directory (&r, mode));
}

/* Another name for a file. */
static int
add_name (struct local_request *r, fuse_ino_t ino)
{
    struct node_table *nodes = &r->local->nodes;
    struct node *file = node_find (nodes, ino);
    int dirfd, fd = file ? node_open (nodes, file, NODE_PATH) : -1;
    struct stat st;

    if (fd < 0)
        return file ? -errno : -ESTALE;
    dirfd = local_open (r, NODE_READ);
    if (dirfd < 0)
        return dirfd;
    if (linkat (fd, "", dirfd, r->name, AT_EMPTY_PATH) < 0
        || fstat (fd, &st) < 0)
        return -errno;
    return local_reply_entry (r, &st);
}

void
local_link (fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent,
            const char *name)
{
    struct local_request r;

    if (local_begin_name (&r, req, parent, name, true))
        local_end (&r, add_name (&r, ino));
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

static int
remove_name (struct local_request *r, int flags)
{
    int fd = local_open (r, NODE_READ);
    struct victim v;
    int error = 0;

    if (fd < 0)
        return fd;
    victim_open (r, fd, r->name, &v);
    if (unlinkat (fd, r->name, flags) < 0)
        error = -errno;
    else
        victim_lose_name (r, &v, r->node, r->name);
    close_fd (&v.fd);
    return error ? error : local_reply_done (r);
}

void
local_unlink (fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct local_request r;

    if (local_begin_name (&r, req, parent, name, true))
        local_end (&r, remove_name (&r, 0));
}

void
local_rmdir (fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct local_request r;

    if (local_begin_name (&r, req, parent, name, true))
        local_end (&r, remove_name (&r, AT_REMOVEDIR));
}

/* The nodes after a file was renamed over another one, or exchanged with it.
 */
static void
rename_nodes (struct local_request *r, struct node *to, const char *new,
              unsigned flags, struct victim *moved, struct victim *replaced)
{
    struct node_table *nodes = &r->local->nodes;
    const char *old = r->name;

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

static int
rename_to (struct local_request *r, fuse_ino_t directory, const char *name,
           unsigned flags)
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
    victim_open (r, fd, r->name, &moved);
    victim_open (r, new_fd, name, &replaced);
    if (renameat2 (fd, r->name, new_fd, name, flags) < 0)
        error = -errno;
    else
        rename_nodes (r, to, name, flags, &moved, &replaced);
    close_fd (&moved.fd);
    close_fd (&replaced.fd);
    return error ? error : local_reply_done (r);
}

void
local_rename (fuse_req_t req, fuse_ino_t parent, const char *name,
              fuse_ino_t new_parent, const char *new_name, unsigned flags)
{
    struct local_request r;

    if (!local_begin_name (&r, req, parent, name, true))
        return;
    local_end (&r, local_is_file_name (new_name)
                       ? rename_to (&r, new_parent, new_name, flags)
                       : -EINVAL);
}
