/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying bytes between files and devices. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "arguments.h"
#include "calls.h"
#include "content.h"
#include "direct.h"
#include "server.h"
#include "zero-bytes.h"

struct end {
    const char *name;
    bool device;
};

/* The four calls have the same options, and so the same bits. */
struct range {
    bool has_size;
    int64_t source, target, size;
    bool sparse, append;
    bool truncate; /* a file is emptied first, unless it is the source */
};

#define RANGE(opts)                                                         \
    ((struct range) {                                                       \
        .has_size = (opts)->given & COPY_FILE_TO_FILE_SIZE,                 \
        .source = (opts)->srcoffset,                                        \
        .target = (opts)->destoffset,                                       \
        .size = (opts)->size,                                               \
        .sparse = (opts)->sparse,                                           \
        .append = (opts)->append,                                           \
        .truncate = !(opts)->append,                                        \
    })

static int
check_range (struct call *call, const struct range *r, struct end target)
{
    if (r->source < 0 || r->target < 0)
        return fail (&call->err, EINVAL, "an offset must not be negative");
    if (r->has_size && r->size < 0)
        return fail (&call->err, EINVAL, "size %" PRIi64 " must not be "
                     "negative", r->size);
    if (r->append && target.device)
        return fail (&call->err, EINVAL, "append is for files, not for "
                     "devices (%s)", target.name);
    return 0;
}

/* How much there is to copy. */
static int
find_size (struct call *call, int fd, const char *source, struct range *r)
{
    int64_t end = content_size (call, fd, source);
    int64_t there;

    if (end < 0)
        return -1;
    there = end > r->source ? end - r->source : 0;
    if (r->has_size && r->size > there)
        return fail (&call->err, EINVAL, "%s: %" PRIi64 " bytes at offset %"
                     PRIi64 " are more than it has (%" PRIi64 " bytes)",
                     source, r->size, r->source, end);
    if (!r->has_size)
        r->size = there;
    if (lseek (fd, r->source, SEEK_SET) < 0)
        return fail (&call->err, errno, "%s: %m", source);
    return 0;
}

/* A device must have the room, which is better known before. */
static int
seek_target (struct call *call, int fd, struct end target,
             const struct range *r)
{
    int64_t end;

    if (target.device) {
        end = content_size (call, fd, target.name);
        if (end < 0)
            return -1;
        if (r->target > end || r->size > end - r->target)
            return fail (&call->err, ENOSPC, "%s: %" PRIi64 " bytes at offset "
                         "%" PRIi64 " don't fit into its %" PRIi64 " bytes",
                         target.name, r->size, r->target, end);
    }
    if (lseek (fd, r->append ? 0 : r->target, r->append ? SEEK_END : SEEK_SET)
        < 0)
        return fail (&call->err, errno, "%s: offset %" PRIi64 ": %m",
                     target.name, r->target);
    return 0;
}

static int
write_block (struct direct *to, char *block, size_t size, bool sparse,
             struct error *err)
{
    if (!sparse || !is_all_zero (block, size))
        return direct_put (to, block, size, err);
    if (lseek (to->fd, (off_t) size, SEEK_CUR) < 0)
        return fail (err, errno, "%s: %m", to->name);
    return 0;
}

static int
copy_blocks (struct call *call, int in, const char *source, int out,
             const char *target, const struct range *r)
{
    cleanup_direct struct direct from = { 0 }, to = { 0 };
    int64_t done = 0;

    direct_begin (&from, in, r->size, source);
    direct_begin (&to, out, r->size, target);
    while (done < r->size) {
        ssize_t n = direct_read (&from, &call->err);

        if (n < 0)
            return -1;
        if (n == 0)
            return fail (&call->err, EIO, "%s: it ends before its size",
                         source);
        if (n > r->size - done)
            n = (ssize_t) (r->size - done);
        if (write_block (&to, from.buffer, (size_t) n, r->sparse,
                         &call->err) < 0)
            return -1;
        done += n;
        progress (call, (uint64_t) done, (uint64_t) r->size);
    }
    return 0;
}

/* A file that ends in a hole has not got its size yet. */
static int
extend (struct call *call, int fd, const char *target)
{
    off_t end = lseek (fd, 0, SEEK_CUR);
    struct stat st;

    if (end < 0 || fstat (fd, &st) < 0
        || (S_ISREG (st.st_mode) && st.st_size < end
            && ftruncate (fd, end) < 0))
        return fail (&call->err, errno, "%s: %m", target);
    return 0;
}

/* Whatever a file had before; but one may be copied into itself. */
static int
empty_target (struct call *call, int in, int out, const char *target)
{
    struct stat a, b;

    if (fstat (in, &a) < 0 || fstat (out, &b) < 0)
        return fail (&call->err, errno, "%s: %m", target);
    if (!S_ISREG (b.st_mode)
        || (a.st_dev == b.st_dev && a.st_ino == b.st_ino))
        return 0;
    if (ftruncate (out, 0) < 0)
        return fail (&call->err, errno, "%s: %m", target);
    return 0;
}

static int
copy_range (struct call *call, struct end source, struct end target,
            struct range r)
{
    cleanup_fd int in = -1, out = -1;

    if (check_range (call, &r, target) < 0)
        return -1;
    in = content_open (call, source.name, source.device);
    if (in < 0 || find_size (call, in, source.name, &r) < 0)
        return -1;
    out = content_create (call, target.name, target.device, 0);
    if (out < 0)
        return -1;
    if (r.truncate && empty_target (call, in, out, target.name) < 0)
        return -1;
    if (seek_target (call, out, target, &r) < 0
        || copy_blocks (call, in, source.name, out, target.name, &r) < 0)
        return -1;
    return r.sparse ? extend (call, out, target.name) : 0;
}

int
do_copy_device_to_device (struct call *call, const char *src,
                          const char *dest,
                          const struct copy_device_to_device_opts *opts)
{
    return copy_range (call, (struct end) { src, true },
                       (struct end) { dest, true }, RANGE (opts));
}

int
do_copy_device_to_file (struct call *call, const char *src,
                        const char *dest,
                        const struct copy_device_to_file_opts *opts)
{
    return copy_range (call, (struct end) { src, true },
                       (struct end) { dest, false }, RANGE (opts));
}

int
do_copy_file_to_device (struct call *call, const char *src,
                        const char *dest,
                        const struct copy_file_to_device_opts *opts)
{
    return copy_range (call, (struct end) { src, false },
                       (struct end) { dest, true }, RANGE (opts));
}

int
do_copy_file_to_file (struct call *call, const char *src,
                      const char *dest,
                      const struct copy_file_to_file_opts *opts)
{
    return copy_range (call, (struct end) { src, false },
                       (struct end) { dest, false }, RANGE (opts));
}

static struct end
either_end (const char *name)
{
    return (struct end) { name, is_device_name (name) };
}

int
do_copy_size (struct call *call, const char *src, const char *dest,
              int64_t size)
{
    return copy_range (call, either_end (src), either_end (dest),
                       (struct range) { .has_size = true, .size = size });
}

int
do_dd (struct call *call, const char *src, const char *dest)
{
    return copy_range (call, either_end (src), either_end (dest),
                       (struct range) { .truncate = true });
}
