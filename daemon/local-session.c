/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: libfuse's session.  It is never mounted:
 * requests come from the library's messages, and replies go into them.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "in-place.h"
#include "local.h"

DEFINE_LIBRARY (libfuse, "libfuse3.so.3", LIBFUSE_FUNCTIONS)

/* The most bytes that one READ or WRITE moves. */
#define DATA_MAX (1u << 20)

/* How many requests the kernel sends ahead of programs (readahead, writing
 * back), and from where on it thinks that we are slow.
 */
#define BACKGROUND_MAX 32
#define CONGESTION 24

/* All that we are good for.  The library takes away what was not asked for. */
#define WANTED (FUSE_CAP_ASYNC_READ | FUSE_CAP_DONT_MASK \
                | FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_READDIRPLUS \
                | FUSE_CAP_ASYNC_DIO | FUSE_CAP_PARALLEL_DIROPS \
                | FUSE_CAP_CACHE_SYMLINKS | FUSE_CAP_WRITEBACK_CACHE \
                | FUSE_CAP_POSIX_ACL)

/* What stands before the data of a reply: struct fuse_out_header. */
#define REPLY_HEADER 16

static void
init (void *opaque, struct fuse_conn_info *conn)
{
    (void) opaque;
    conn->want = conn->capable & WANTED;
    conn->max_write = DATA_MAX;
    conn->max_background = BACKGROUND_MAX;
    conn->congestion_threshold = CONGESTION;
}

/* Those that are missing are answered by the library, and never come. */
static const struct fuse_lowlevel_ops operations = {
    .init = init,
    .lookup = local_lookup,
    .forget = local_forget,
    .forget_multi = local_forget_multi,
    .getattr = local_getattr,
    .setattr = local_setattr,
    .readlink = local_readlink,
    .statfs = local_statfs,
    .symlink = local_symlink,
    .mknod = local_mknod,
    .mkdir = local_mkdir,
    .unlink = local_unlink,
    .rmdir = local_rmdir,
    .rename = local_rename,
    .link = local_link,
    .read = local_read,
    .write = local_write,
    .fsync = local_fsync,
    .fsyncdir = local_fsync,
    .fallocate = local_fallocate,
    .lseek = local_lseek,
    .copy_file_range = local_copy_file_range,
    .readdir = local_readdir,
    .readdirplus = local_readdirplus,
    .setxattr = local_setxattr,
    .getxattr = local_getxattr,
    .listxattr = local_listxattr,
    .removexattr = local_removexattr,
};

/* libfuse writes a reply: behind the others.  Data that a request has put in
 * their place already stay there.
 */
static ssize_t
put_reply (int fd, struct iovec *iov, int count, void *opaque)
{
    struct local *local = opaque;
    char *p = local->replies + local->size;
    size_t size = 0;

    (void) fd;
    for (int i = 0; i < count; i++)
        size += iov[i].iov_len;
    if (size > IN_PLACE_MAX - local->size) {
        errno = ENOMEM;
        return -1;
    }
    for (int i = 0; i < count; i++) {
        if (iov[i].iov_base != p)
            memmove (p, iov[i].iov_base, iov[i].iov_len);
        p += iov[i].iov_len;
    }
    local->size += size;
    while (local->size % 8 != 0)
        local->replies[local->size++] = 0;
    return (ssize_t) size;
}

/* Requests are given to it. */
static ssize_t
read_nothing (int fd, void *buffer, size_t size, void *opaque)
{
    (void) fd, (void) buffer, (void) size, (void) opaque;
    errno = ENODEV;
    return -1;
}

static const struct fuse_custom_io io = {
    .writev = put_reply,
    .read = read_nothing,
};

static void
print_message (enum fuse_log_level level, const char *format, va_list ap)
{
    (void) level;
    fputs ("guestfsd: libfuse: ", stderr);
    vfprintf (stderr, format, ap);
}

int
local_session_begin (struct local *local, struct error *err)
{
    const struct libfuse *fuse = load_libfuse (err);
    char *argv[] = { (char *) "guestfsd", NULL };
    struct fuse_args args = { .argc = 1, .argv = argv };
    int fd, r;

    if (!fuse)
        return -1;
    fuse->fuse_set_log_func (print_message);
    local->session = fuse->fuse_session_new (&args, &operations,
                                             sizeof operations, local);
    /* It has taken them apart, and left what it has made of them. */
    fuse->fuse_opt_free_args (&args);
    if (!local->session)
        return fail (err, EIO, "libfuse has made no session");
    /* The session's, which closes it; nobody reads or writes it. */
    fd = open ("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return fail (err, errno, "/dev/null: %m");
    r = fuse->fuse_session_custom_io (local->session, &io, fd);
    if (r != 0) {
        close (fd);
        return fail (err, r < 0 ? -r : EIO, "libfuse has taken no way for "
                     "its replies");
    }
    return 0;
}

void
local_session_end (struct local *local)
{
    if (local->session)
        libfuse ()->fuse_session_destroy (steal (&local->session));
}

void
local_serve (struct local *local, const void *request, size_t size)
{
    const struct fuse_buf buf = { .mem = (void *) request, .size = size };

    libfuse ()->fuse_session_process_buf (local->session, &buf);
}

const struct libfuse *
libfuse (void)
{
    cleanup_error struct error none = { 0 };

    return load_libfuse (&none);
}

bool
local_begin (struct local_request *ret, fuse_req_t req, fuse_ino_t node,
             bool changes)
{
    struct local *local = libfuse ()->fuse_req_userdata (req);
    size_t used = local->size + REPLY_HEADER;

    *ret = (struct local_request) {
        .local = local,
        .req = req,
        .node = node_find (&local->nodes, node),
        .out = local->replies + used,
        .room = used < IN_PLACE_MAX ? IN_PLACE_MAX - used : 0,
    };
    if (ret->node && !(changes && local->how.readonly))
        return true;
    local_end (ret, ret->node ? -EROFS : -ESTALE);
    return false;
}

bool
local_is_file_name (const char *name)
{
    return *name && !strchr (name, '/') && strcmp (name, ".") != 0
           && strcmp (name, "..") != 0;
}

bool
local_begin_name (struct local_request *ret, fuse_req_t req, fuse_ino_t node,
                  const char *name, bool changes)
{
    if (!local_begin (ret, req, node, changes))
        return false;
    ret->name = name;
    if (local_is_file_name (name))
        return true;
    local_end (ret, -EINVAL);
    return false;
}

void
local_end (struct local_request *r, int error)
{
    if (error < 0)
        libfuse ()->fuse_reply_err (r->req, -error);
}

int
local_reply_done (struct local_request *r)
{
    libfuse ()->fuse_reply_err (r->req, 0);
    return 0;
}

int
local_reply_data (struct local_request *r, size_t size)
{
    libfuse ()->fuse_reply_buf (r->req, r->out, size);
    return 0;
}

int
local_reply_count (struct local_request *r, size_t count)
{
    libfuse ()->fuse_reply_write (r->req, count);
    return 0;
}

int
local_open (struct local_request *r, enum node_access access)
{
    int fd = node_open (&r->local->nodes, r->node, access);

    return fd < 0 ? -errno : fd;
}
