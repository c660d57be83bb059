/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: names and attributes. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "local.h"
#include "sysroot.h"

/* What the library accepts. */
#define BLOCK_MAX (64u << 20)

/* So many bits of an inode number are the file system's own; what is above
 * them tells the file systems apart.
 */
#define INODE_BITS 48

static uint32_t
device_index (struct local *local, dev_t dev)
{
    for (uint32_t i = 0; i < local->device_count; i++)
        if (local->devices[i] == dev)
            return i;
    local->devices = xreallocarray (local->devices, local->device_count + 1,
                                    sizeof *local->devices);
    local->devices[local->device_count] = dev;
    return local->device_count++;
}

uint64_t
local_inode (struct local *local, dev_t dev, ino_t ino)
{
    return ino ^ (uint64_t) device_index (local, dev) << INODE_BITS;
}

/* The user who mounts and root change places. */
static uint32_t
exchanged (const struct local *local, uint32_t id, uint32_t own)
{
    if (!local->how.exchange)
        return id;
    if (id == 0)
        return own;
    return id == own ? 0 : id;
}

uid_t
local_uid_from_host (const struct local *local, uid_t uid)
{
    return exchanged (local, uid, local->how.user);
}

gid_t
local_gid_from_host (const struct local *local, gid_t gid)
{
    return exchanged (local, gid, local->how.group);
}

static uint32_t
block_size (const struct stat *st)
{
    uint32_t size = (uint32_t) st->st_blksize;

    return size > BLOCK_MAX || (size & (size - 1)) ? 4096 : size;
}

static void
fill_attr (struct local *local, const struct stat *st, struct fuse_attr *ret)
{
    const wire_fuse_begin_args *how = &local->how;

    *ret = (struct fuse_attr) {
        .ino = local_inode (local, st->st_dev, st->st_ino),
        .size = (uint64_t) st->st_size,
        .blocks = (uint64_t) st->st_blocks,
        .atime = (uint64_t) st->st_atim.tv_sec,
        .mtime = (uint64_t) st->st_mtim.tv_sec,
        .ctime = (uint64_t) st->st_ctim.tv_sec,
        .atimensec = (uint32_t) st->st_atim.tv_nsec,
        .mtimensec = (uint32_t) st->st_mtim.tv_nsec,
        .ctimensec = (uint32_t) st->st_ctim.tv_nsec,
        .mode = how->all_mode ? (st->st_mode & S_IFMT) | (0777 & ~how->umask)
                              : st->st_mode,
        .nlink = (uint32_t) st->st_nlink,
        .uid = how->all_uid ? how->uid
                            : exchanged (local, st->st_uid, how->user),
        .gid = how->all_gid ? how->gid
                            : exchanged (local, st->st_gid, how->group),
        .rdev = (uint32_t) st->st_rdev,
        .blksize = block_size (st),
    };
}

#define SECONDS(ms) ((ms) / 1000)
#define NANOSECONDS(ms) ((ms) % 1000 * 1000000)

int
local_fill_entry (struct local_request *r, struct node *parent,
                  const char *name, const struct stat *st,
                  struct fuse_entry_out *ret)
{
    struct local *local = r->local;
    const struct node *root = node_find (&local->nodes, FUSE_ROOT_ID);
    struct node *node;

    if (node_find_file (&local->nodes, st) == root)
        return -EIO;
    node = node_look_up (&local->nodes, parent, name, st);
    *ret = (struct fuse_entry_out) {
        .nodeid = node->id,
        .entry_valid = SECONDS (local->how.entry_timeout),
        .attr_valid = SECONDS (local->how.attr_timeout),
        .entry_valid_nsec = NANOSECONDS (local->how.entry_timeout),
        .attr_valid_nsec = NANOSECONDS (local->how.attr_timeout),
    };
    fill_attr (local, st, &ret->attr);
    r->made = node;
    return 0;
}

ssize_t
local_put_entry (struct local_request *r, struct node *parent,
                 const char *name, const struct stat *st)
{
    struct fuse_entry_out out;
    int error;

    if (r->room < sizeof out)
        return -ENOMEM;
    error = local_fill_entry (r, parent, name, st, &out);
    return error ? error : local_put (r, &out, sizeof out);
}

static ssize_t
put_attr (struct local_request *r, const struct stat *st)
{
    struct fuse_attr_out out = {
        .attr_valid = SECONDS (r->local->how.attr_timeout),
        .attr_valid_nsec = NANOSECONDS (r->local->how.attr_timeout),
    };

    fill_attr (r->local, st, &out.attr);
    return local_put (r, &out, sizeof out);
}

/* That there is no such name may be remembered, too. */
static ssize_t
put_absent (struct local_request *r)
{
    const struct fuse_entry_out out = {
        .entry_valid = SECONDS (r->local->how.absent_timeout),
        .entry_valid_nsec = NANOSECONDS (r->local->how.absent_timeout),
    };

    if (r->local->how.absent_timeout == 0)
        return -ENOENT;
    return local_put (r, &out, sizeof out);
}

ssize_t
local_lookup (struct local_request *r)
{
    int fd = local_open (r, NODE_READ);
    struct stat st;

    if (fd < 0)
        return fd;
    if (fstatat (fd, r->name[0], &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? put_absent (r) : -errno;
    return local_put_entry (r, r->node, r->name[0], &st);
}

ssize_t
local_forget (struct local_request *r)
{
    const struct fuse_forget_in *in = r->in;

    node_forget (&r->local->nodes, r->node, in->nlookup);
    return 0;
}

ssize_t
local_batch_forget (struct local_request *r)
{
    const struct fuse_batch_forget_in *in = r->in;
    struct node_table *nodes = &r->local->nodes;

    for (uint32_t i = 0; i < in->count; i++) {
        struct fuse_forget_one one;
        struct node *node;

        if (r->rest_size < sizeof one)
            break;
        memcpy (&one, r->rest, sizeof one);
        r->rest += sizeof one;
        r->rest_size -= sizeof one;
        node = node_find (nodes, one.nodeid);
        if (node)
            node_forget (nodes, node, one.nlookup);
    }
    return 0;
}

/* By the name, unless it is open: that is one system call, too. */
static int
stat_node (struct local_request *r, struct stat *ret)
{
    struct node_table *nodes = &r->local->nodes;
    struct node *node = r->node;
    int fd = node->fd;

    if (fd >= 0)
        return fstat (fd, ret) < 0 ? -errno : 0;
    if (!node->parent)
        return -ESTALE;
    fd = node_open (nodes, node->parent, NODE_READ);
    if (fd < 0 || fstatat (fd, node->name, ret, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? -ESTALE : -errno;
    return node_find_file (nodes, ret) == node ? 0 : -ESTALE;
}

ssize_t
local_getattr (struct local_request *r)
{
    struct stat st;
    int error = stat_node (r, &st);

    return error ? error : put_attr (r, &st);
}

int
local_kill_privileges (int fd)
{
    struct stat st;
    mode_t kill = S_ISUID;

    if (fstat (fd, &st) < 0)
        return -errno;
    if (st.st_mode & S_IXGRP)
        kill |= S_ISGID;
    if (!(st.st_mode & kill))
        return 0;
    return fchmod (fd, st.st_mode & 07777 & ~kill) < 0 ? -errno : 0;
}

static int
set_owner (const struct local *local, int fd, const struct fuse_setattr_in *in)
{
    uid_t uid = in->valid & FATTR_UID ? local_uid_from_host (local, in->uid)
                                      : (uid_t) -1;
    gid_t gid = in->valid & FATTR_GID ? local_gid_from_host (local, in->gid)
                                      : (gid_t) -1;

    return fchownat (fd, "", uid, gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

static int
set_size (int fd, const struct fuse_setattr_in *in)
{
    if (ftruncate (fd, (off_t) in->size) < 0)
        return -errno;
    return in->valid & FATTR_KILL_SUIDGID ? local_kill_privileges (fd) : 0;
}

static struct timespec
time_of (uint32_t valid, uint32_t given, uint32_t now, uint64_t seconds,
         uint32_t nanoseconds)
{
    if (!(valid & given))
        return (struct timespec) { .tv_nsec = UTIME_OMIT };
    if (valid & now)
        return (struct timespec) { .tv_nsec = UTIME_NOW };
    return (struct timespec) { .tv_sec = (time_t) seconds,
                               .tv_nsec = (long) nanoseconds };
}

static int
set_times (const char *path, const struct fuse_setattr_in *in)
{
    const struct timespec times[2] = {
        time_of (in->valid, FATTR_ATIME, FATTR_ATIME_NOW, in->atime,
                 in->atimensec),
        time_of (in->valid, FATTR_MTIME, FATTR_MTIME_NOW, in->mtime,
                 in->mtimensec),
    };

    return utimensat (AT_FDCWD, path, times, 0) < 0 ? -errno : 0;
}

ssize_t
local_setattr (struct local_request *r)
{
    const struct fuse_setattr_in *in = r->in;
    int fd = local_open (r, in->valid & FATTR_SIZE ? NODE_WRITE : NODE_PATH);
    char path[FD_PATH_SIZE];
    struct stat st;
    int error = 0;

    if (fd < 0)
        return fd;
    fd_path (fd, path);
    if ((in->valid & FATTR_MODE) && chmod (path, in->mode & 07777) < 0)
        return -errno;
    if (in->valid & (FATTR_UID | FATTR_GID))
        error = set_owner (r->local, fd, in);
    if (!error && (in->valid & FATTR_SIZE))
        error = set_size (fd, in);
    if (!error && (in->valid & (FATTR_ATIME | FATTR_MTIME)))
        error = set_times (path, in);
    if (error)
        return error;
    return fstat (fd, &st) < 0 ? -errno : put_attr (r, &st);
}

ssize_t
local_readlink (struct local_request *r)
{
    int fd = local_open (r, NODE_PATH);
    size_t most = PATH_MAX - 1;
    ssize_t n;

    if (fd < 0)
        return fd;
    n = readlinkat (fd, "", r->out, r->room < most ? r->room : most);
    return n < 0 ? -errno : n;
}

ssize_t
local_statfs (struct local_request *r)
{
    int fd = local_open (r, NODE_PATH);
    struct fuse_statfs_out out = { 0 };
    struct statvfs v;

    if (fd < 0)
        return fd;
    if (fstatvfs (fd, &v) < 0)
        return -errno;
    out.st = (struct fuse_kstatfs) {
        .blocks = v.f_blocks,
        .bfree = v.f_bfree,
        .bavail = v.f_bavail,
        .files = v.f_files,
        .ffree = v.f_ffree,
        .bsize = (uint32_t) v.f_bsize,
        .namelen = (uint32_t) v.f_namemax,
        .frsize = (uint32_t) v.f_frsize,
    };
    return local_put (r, &out, sizeof out);
}
