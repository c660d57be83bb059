/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: its session, and batches of requests. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "in-place.h"
#include "local.h"
#include "server.h"
#include "sysroot.h"

/* Of descriptors there are those of nodes, and one more for each file that
 * was removed and is still in use.
 */
#define DESCRIPTORS_MAX (1 << 18)

#define HEADER_SIZE sizeof (struct fuse_out_header)

/* How a request is read, and who carries it out. */
static const struct row {
    local_handler run;
    uint8_t in_size; /* of the struct that it begins with */
    uint8_t names;   /* of files, which follow */
    bool changes;    /* something of the guest */
    bool silent;     /* there is no reply, and need not be a node */
} rows[] = {
    [FUSE_LOOKUP] = { .run = local_lookup, .names = 1 },
    [FUSE_FORGET] = { .run = local_forget,
                      .in_size = sizeof (struct fuse_forget_in),
                      .silent = true },
    [FUSE_BATCH_FORGET] = { .run = local_batch_forget,
                            .in_size = sizeof (struct fuse_batch_forget_in),
                            .silent = true },
    [FUSE_GETATTR] = { .run = local_getattr,
                       .in_size = sizeof (struct fuse_getattr_in) },
    [FUSE_SETATTR] = { .run = local_setattr,
                       .in_size = sizeof (struct fuse_setattr_in),
                       .changes = true },
    [FUSE_READLINK] = { .run = local_readlink },
    [FUSE_STATFS] = { .run = local_statfs },
    [FUSE_SYMLINK] = { .run = local_symlink, .names = 1, .changes = true },
    [FUSE_MKNOD] = { .run = local_mknod,
                     .in_size = sizeof (struct fuse_mknod_in), .names = 1,
                     .changes = true },
    [FUSE_MKDIR] = { .run = local_mkdir,
                     .in_size = sizeof (struct fuse_mkdir_in), .names = 1,
                     .changes = true },
    [FUSE_UNLINK] = { .run = local_unlink, .names = 1, .changes = true },
    [FUSE_RMDIR] = { .run = local_rmdir, .names = 1, .changes = true },
    [FUSE_RENAME] = { .run = local_rename,
                      .in_size = sizeof (struct fuse_rename_in), .names = 2,
                      .changes = true },
    [FUSE_RENAME2] = { .run = local_rename2,
                       .in_size = sizeof (struct fuse_rename2_in), .names = 2,
                       .changes = true },
    [FUSE_LINK] = { .run = local_link, .in_size = sizeof (struct fuse_link_in),
                    .names = 1, .changes = true },
    [FUSE_READ] = { .run = local_read,
                    .in_size = sizeof (struct fuse_read_in) },
    [FUSE_WRITE] = { .run = local_write,
                     .in_size = sizeof (struct fuse_write_in),
                     .changes = true },
    [FUSE_FSYNC] = { .run = local_fsync,
                     .in_size = sizeof (struct fuse_fsync_in) },
    [FUSE_FSYNCDIR] = { .run = local_fsync,
                        .in_size = sizeof (struct fuse_fsync_in) },
    [FUSE_FALLOCATE] = { .run = local_fallocate,
                         .in_size = sizeof (struct fuse_fallocate_in),
                         .changes = true },
    [FUSE_LSEEK] = { .run = local_lseek,
                     .in_size = sizeof (struct fuse_lseek_in) },
    [FUSE_COPY_FILE_RANGE] = { .run = local_copy_file_range,
                               .in_size = sizeof (struct fuse_copy_file_range_in),
                               .changes = true },
    [FUSE_READDIR] = { .run = local_readdir,
                       .in_size = sizeof (struct fuse_read_in) },
    [FUSE_READDIRPLUS] = { .run = local_readdirplus,
                           .in_size = sizeof (struct fuse_read_in) },
    [FUSE_GETXATTR] = { .run = local_getxattr,
                        .in_size = sizeof (struct fuse_getxattr_in) },
    [FUSE_LISTXATTR] = { .run = local_listxattr,
                         .in_size = sizeof (struct fuse_getxattr_in) },
    [FUSE_SETXATTR] = { .run = local_setxattr,
                        .in_size = FUSE_COMPAT_SETXATTR_IN_SIZE,
                        .changes = true },
    [FUSE_REMOVEXATTR] = { .run = local_removexattr, .changes = true },
};

static const struct row *
find_row (uint32_t opcode)
{
    if (opcode >= sizeof rows / sizeof *rows || !rows[opcode].run)
        return NULL;
    return &rows[opcode];
}

int
local_open (struct local_request *r, enum node_access access)
{
    int fd = node_open (&r->local->nodes, r->node, access);

    return fd < 0 ? -errno : fd;
}

ssize_t
local_put (struct local_request *r, const void *data, size_t size)
{
    if (r->room < size)
        return -ENOMEM;
    memcpy (r->out, data, size);
    return (ssize_t) size;
}

const char *
local_take_string (struct local_request *r)
{
    const char *s = r->rest;
    const char *end = memchr (s, '\0', r->rest_size);

    if (!end)
        return NULL;
    r->rest_size -= (size_t) (end + 1 - s);
    r->rest = end + 1;
    return s;
}

/* One name in one directory, and nothing that leads elsewhere. */
static bool
is_file_name (const char *name)
{
    return name && *name && !strchr (name, '/') && strcmp (name, ".") != 0
           && strcmp (name, "..") != 0;
}

/* Take a request apart, and carry it out. */
static ssize_t
run (struct local_request *r, const struct row *row)
{
    uint64_t in[LOCAL_IN_MAX / sizeof (uint64_t)];

    if (r->rest_size < row->in_size)
        return -EINVAL;
    memcpy (in, r->rest, row->in_size);
    r->in = in;
    r->rest += row->in_size;
    r->rest_size -= row->in_size;
    for (size_t i = 0; i < row->names; i++) {
        r->name[i] = local_take_string (r);
        if (!is_file_name (r->name[i]))
            return -EINVAL;
    }
    r->node = node_find (&r->local->nodes, r->header->nodeid);
    if (!r->node && r->header->opcode != FUSE_BATCH_FORGET)
        return -ESTALE;
    if (row->changes && r->local->how.readonly)
        return -EROFS;
    return row->run (r);
}

/* One request of these bytes.  Returns how long the reply is. */
static size_t
serve_one (struct local *local, const struct fuse_in_header *header,
           const char *body, char *reply, size_t room)
{
    const struct row *row = find_row (header->opcode);
    struct local_request r = {
        .local = local,
        .header = header,
        .rest = body,
        .rest_size = header->len - sizeof *header,
        .out = reply + HEADER_SIZE,
        .room = room - HEADER_SIZE,
    };
    ssize_t n = row ? run (&r, row) : -ENOSYS;
    struct fuse_out_header out = {
        .len = (uint32_t) HEADER_SIZE + (n < 0 ? 0 : (uint32_t) n),
        .error = n < 0 ? (int32_t) n : 0,
        .unique = header->unique,
    };

    if (row && row->silent)
        return 0;
    memcpy (reply, &out, sizeof out);
    return out.len;
}

#define ALIGN(size) (((size) + 7) & ~(size_t) 7)

/* All requests of a batch, and their replies to where they belong in the
 * message.
 */
static int
serve_batch (struct call *call, const struct in_place *requests,
             struct in_place *ret)
{
    char *replies = call->daemon->send_buffer + IN_PLACE_OFFSET;
    const char *p = requests->data;
    size_t left = requests->size, size = 0;

    while (left > 0) {
        struct fuse_in_header header;

        if (left < sizeof header)
            return fail (&call->err, EINVAL, "a FUSE request breaks off");
        memcpy (&header, p, sizeof header);
        if (header.len < sizeof header || ALIGN ((size_t) header.len) > left
            || size + HEADER_SIZE > IN_PLACE_MAX)
            return fail (&call->err, EINVAL, "a FUSE request breaks off");
        size += serve_one (call->daemon->local, &header, p + sizeof header,
                           replies + size, IN_PLACE_MAX - size);
        while (size % 8 != 0)
            replies[size++] = 0;
        p += ALIGN ((size_t) header.len);
        left -= ALIGN ((size_t) header.len);
    }
    *ret = (struct in_place) { .size = (u_int) size };
    return 0;
}

static int
check_session (struct call *call)
{
    if (call->daemon->local)
        return 0;
    return fail (&call->err, EINVAL, "nothing is mounted locally");
}

static int
run_fuse (struct call *call, XDR *xdrs)
{
    struct local *local = call->daemon->local;
    struct in_place requests, replies;

    if (check_session (call) < 0)
        return -1;
    if (decode_args (call, xdrs, (xdrproc_t) xdr_in_place, &requests,
                     sizeof requests) < 0)
        return -1;
    local->flushed = false;
    if (serve_batch (call, &requests, &replies) < 0)
        return -1;
    call->flushed_nothing = !local->flushed;
    return reply (call, (xdrproc_t) xdr_in_place, &replies);
}

static void
local_free (struct local *local)
{
    if (!local)
        return;
    local_streams_free (local);
    nodes_free (&local->nodes);
    free (local->devices);
    free (local);
}

/* As many descriptors as there can be. */
static void
raise_limit (void)
{
    struct rlimit limit = { DESCRIPTORS_MAX, DESCRIPTORS_MAX };

    if (setrlimit (RLIMIT_NOFILE, &limit) == 0)
        return;
    if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit (RLIMIT_NOFILE, &limit);
    }
}

static int
run_begin (struct call *call, XDR *xdrs)
{
    struct local *local;
    wire_fuse_begin_args how;
    struct stat st;
    int fd;

    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_fuse_begin_args, &how,
                     sizeof how) < 0)
        return -1;
    if (!sysroot_is_mounted (call->daemon))
        return fail (&call->err, EINVAL, "no file system is mounted: call "
                     "mount first");
    fd = sysroot_open (call, "/", O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return -1;
    if (fstat (fd, &st) < 0) {
        fail (&call->err, errno, "/: %m");
        close_fd (&fd);
        return -1;
    }
    local_free (call->daemon->local);
    raise_limit ();
    local = call->daemon->local = xcalloc (1, sizeof *local);
    local->daemon = call->daemon;
    local->how = how;
    nodes_init (&local->nodes, fd, &st);
    local_inode (local, st.st_dev, st.st_ino);
    return reply (call, NULL, NULL);
}

static int
run_end (struct call *call, XDR *xdrs)
{
    (void) xdrs;
    if (check_session (call) < 0)
        return -1;
    local_free (steal (&call->daemon->local));
    return reply (call, NULL, NULL);
}

const struct procedure *
find_private_procedure (uint32_t proc)
{
    static const struct procedure begin = {
        .name = "fuse_begin", .run = run_begin
    };
    static const struct procedure fuse = {
        .name = "fuse", .run = run_fuse, .often = true
    };
    static const struct procedure end = {
        .name = "fuse_end", .run = run_end
    };

    switch (proc) {
    case WIRE_PROC_FUSE_BEGIN:
        return &begin;
    case WIRE_PROC_FUSE:
        return &fuse;
    case WIRE_PROC_FUSE_END:
        return &end;
    default:
        return NULL;
    }
}
