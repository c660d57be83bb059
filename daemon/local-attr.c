/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: names and attributes. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "local.h"
#include "sysroot.h"

/* What the library accepts. */
#define BLOCK_MAX (64 << 20)

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

static blksize_t
block_size (const struct stat *st)
{
    blksize_t size = st->st_blksize;

    return size > BLOCK_MAX || (size & (size - 1)) ? 4096 : size;
}

/* As the host is to see them. */
static struct stat
shown (struct local *local, const struct stat *st)
{
    const wire_fuse_begin_args *how = &local->how;
    struct stat ret = *st;

    ret.st_ino = local_inode (local, st->st_dev, st->st_ino);
    ret.st_blksize = block_size (st);
    if (how->all_mode)
        ret.st_mode = (st->st_mode & S_IFMT) | (0777 & ~how->umask);
    ret.st_uid = how->all_uid ? how->uid
                              : exchanged (local, st->st_uid, how->user);
    ret.st_gid = how->all_gid ? how->gid
                              : exchanged (local, st->st_gid, how->group);
    return ret;
}

#define SECONDS(ms) ((ms) / 1000.0)

int
local_fill_entry (struct local_request *r, const char *name,
                  const struct stat *st, struct fuse_entry_param *ret)
{
    struct local *local = r->local;
    const struct node *root = node_find (&local->nodes, FUSE_ROOT_ID);

    if (node_find_file (&local->nodes, st) == root)
        return -EIO;
    r->made = node_look_up (&local->nodes, r->node, name, st);
    *ret = (struct fuse_entry_param) {
        .ino = r->made->id,
        .attr = shown (local, st),
        .attr_timeout = SECONDS (local->how.attr_timeout),
        .entry_timeout = SECONDS (local->how.entry_timeout),
    };
    return 0;
}

int
local_reply_entry (struct local_request *r, const struct stat *st)
{
    struct fuse_entry_param entry;
    int error = local_fill_entry (r, r->name, st, &entry);

    if (!error)
        libfuse ()->fuse_reply_entry (r->req, &entry);
    return error;
}

static int
reply_attr (struct local_request *r, const struct stat *st)
{
    const struct stat attr = shown (r->local, st);

    libfuse ()->fuse_reply_attr (r->req, &attr,
                                 SECONDS (r->local->how.attr_timeout));
    return 0;
}

/* That there is no such name may be remembered, too. */
static int
reply_absent (struct local_request *r)
{
    const struct fuse_entry_param entry = {
        .entry_timeout = SECONDS (r->local->how.absent_timeout),
    };

    if (r->local->how.absent_timeout == 0)
        return -ENOENT;
    libfuse ()->fuse_reply_entry (r->req, &entry);
    return 0;
}

static int
look_up (struct local_request *r)
{
    int fd = local_open (r, NODE_READ);
    struct stat st;

    if (fd < 0)
        return fd;
    if (fstatat (fd, r->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? reply_absent (r) : -errno;
    return local_reply_entry (r, &st);
}

void
local_lookup (fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct local_request r;

    if (local_begin_name (&r, req, parent, name, false))
        local_end (&r, look_up (&r));
}

static void
forget (fuse_req_t req, fuse_ino_t ino, uint64_t times)
{
    struct local *local = libfuse ()->fuse_req_userdata (req);
    struct node *node = node_find (&local->nodes, ino);

    if (node)
        node_forget (&local->nodes, node, times);
}

void
local_forget (fuse_req_t req, fuse_ino_t ino, uint64_t times)
{
    forget (req, ino, times);
    libfuse ()->fuse_reply_none (req);
}

void
local_forget_multi (fuse_req_t req, size_t count,
                    struct fuse_forget_data *forgets)
{
    for (size_t i = 0; i < count; i++)
        forget (req, forgets[i].ino, forgets[i].nlookup);
    libfuse ()->fuse_reply_none (req);
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

static int
get_attributes (struct local_request *r)
{
    struct stat st;
    int error = stat_node (r, &st);

    return error ? error : reply_attr (r, &st);
}

void
local_getattr (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct local_request r;

    (void) fi;
    if (local_begin (&r, req, ino, false))
        local_end (&r, get_attributes (&r));
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
set_owner (const struct local *local, int fd, const struct stat *in,
           int to_set)
{
    uid_t uid = to_set & FUSE_SET_ATTR_UID
                    ? local_uid_from_host (local, in->st_uid) : (uid_t) -1;
    gid_t gid = to_set & FUSE_SET_ATTR_GID
                    ? local_gid_from_host (local, in->st_gid) : (gid_t) -1;

    return fchownat (fd, "", uid, gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

static int
set_size (int fd, const struct stat *in, int to_set)
{
    if (ftruncate (fd, in->st_size) < 0)
        return -errno;
    return to_set & FUSE_SET_ATTR_KILL_SUID ? local_kill_privileges (fd) : 0;
}

static struct timespec
time_of (bool given, bool now, struct timespec t)
{
    if (!given)
        return (struct timespec) { .tv_nsec = UTIME_OMIT };
    return now ? (struct timespec) { .tv_nsec = UTIME_NOW } : t;
}

static int
set_times (const char *path, const struct stat *in, int to_set)
{
    const struct timespec times[2] = {
        time_of (to_set & FUSE_SET_ATTR_ATIME,
                 to_set & FUSE_SET_ATTR_ATIME_NOW, in->st_atim),
        time_of (to_set & FUSE_SET_ATTR_MTIME,
                 to_set & FUSE_SET_ATTR_MTIME_NOW, in->st_mtim),
    };

    return utimensat (AT_FDCWD, path, times, 0) < 0 ? -errno : 0;
}

static int
set_attributes (struct local_request *r, const struct stat *in, int to_set)
{
    int fd = local_open (r, to_set & FUSE_SET_ATTR_SIZE ? NODE_WRITE
                                                        : NODE_PATH);
    char path[FD_PATH_SIZE];
    struct stat st;
    int error = 0;

    if (fd < 0)
        return fd;
    fd_path (fd, path);
    if ((to_set & FUSE_SET_ATTR_MODE) && chmod (path, in->st_mode & 07777) < 0)
        return -errno;
    if (to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
        error = set_owner (r->local, fd, in, to_set);
    if (!error && (to_set & FUSE_SET_ATTR_SIZE))
        error = set_size (fd, in, to_set);
    if (!error && (to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)))
        error = set_times (path, in, to_set);
    if (error)
        return error;
    return fstat (fd, &st) < 0 ? -errno : reply_attr (r, &st);
}

void
local_setattr (fuse_req_t req, fuse_ino_t ino, struct stat *in, int to_set,
               struct fuse_file_info *fi)
{
    struct local_request r;

    (void) fi;
    if (local_begin (&r, req, ino, true))
        local_end (&r, set_attributes (&r, in, to_set));
}

static int
read_link (struct local_request *r)
{
    int fd = local_open (r, NODE_PATH);
    size_t most = PATH_MAX - 1;
    ssize_t n;

    if (fd < 0)
        return fd;
    n = readlinkat (fd, "", r->out, r->room < most ? r->room : most);
    return n < 0 ? -errno : local_reply_data (r, (size_t) n);
}

void
local_readlink (fuse_req_t req, fuse_ino_t ino)
{
    struct local_request r;

    if (local_begin (&r, req, ino, false))
        local_end (&r, read_link (&r));
}

static int
stat_file_system (struct local_request *r)
{
    int fd = local_open (r, NODE_PATH);
    struct statvfs v;

    if (fd < 0)
        return fd;
    if (fstatvfs (fd, &v) < 0)
        return -errno;
    libfuse ()->fuse_reply_statfs (r->req, &v);
    return 0;
}

void
local_statfs (fuse_req_t req, fuse_ino_t ino)
{
    struct local_request r;

    if (local_begin (&r, req, ino, false))
        local_end (&r, stat_file_system (&r));
}
