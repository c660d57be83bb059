/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packing a directory into a cpio archive for the library, in the two "new"
 * formats of cpio(5).  libarchive knows only one of them.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "arguments.h"
#include "calls.h"
#include "content.h"
#include "link-table.h"
#include "output.h"
#include "sysroot.h"
#include "file-walk.h"

struct cpio {
    struct call *call;
    bool checksums;
    struct link_table links;
    struct output output;
    uint32_t sum;
};

static int
put (struct cpio *c, const void *data, size_t size)
{
    return output_add (&c->output, data, size);
}

/* Header with name, and content, are filled up to whole words. */
static int
pad (struct cpio *c, size_t size)
{
    return put (c, "\0\0\0", -size & 3);
}

static int
put_header (struct cpio *c, const struct stat *st, uint32_t size,
            uint32_t sum, const char *name)
{
    size_t name_size = strlen (name) + 1;
    const uint32_t fields[] = {
        (uint32_t) st->st_ino, st->st_mode, st->st_uid, st->st_gid,
        (uint32_t) st->st_nlink, (uint32_t) st->st_mtime, size,
        major (st->st_dev), minor (st->st_dev), major (st->st_rdev),
        minor (st->st_rdev), (uint32_t) name_size, sum,
    };
    char header[6 + 13 * 8 + 1];
    size_t n = 6;

    memcpy (header, c->checksums ? "070702" : "070701", 6);
    for (size_t i = 0; i < 13; i++)
        n += (size_t) snprintf (header + n, sizeof header - n, "%08" PRIX32,
                                fields[i]);
    if (put (c, header, n) < 0
        || put (c, name, name_size) < 0)
        return -1;
    return pad (c, n + name_size);
}

static int
add_to_sum (void *opaque, const char *data, size_t size, struct error *err)
{
    struct cpio *c = opaque;

    (void) err;
    for (size_t i = 0; i < size; i++)
        c->sum += (unsigned char) data[i];
    return 0;
}

/* The sum stands before the content, which is read once more then. */
static int
sum_content (struct cpio *c, const struct walk_entry *e)
{
    c->sum = 0;
    if (!c->checksums)
        return 0;
    if (content_read_entry (c->call, e, add_to_sum, c) < 0)
        return -1;
    if (lseek (e->fd, 0, SEEK_SET) < 0)
        return fail (&c->call->err, errno, "%s: %m", e->path);
    return 0;
}

static int
put_block (void *opaque, const char *data, size_t size, struct error *err)
{
    (void) err;
    return put (opaque, data, size);
}

static int
put_file (struct cpio *c, const struct walk_entry *e, const char *name)
{
    struct error *err = &c->call->err;

    if (e->st.st_size > UINT32_MAX)
        return fail (err, EFBIG, "%s: %" PRIi64 " bytes: cpio has room for "
                     "files of less than 4 GiB", e->path,
                     (int64_t) e->st.st_size);
    if (sum_content (c, e) < 0
        || put_header (c, &e->st, (uint32_t) e->st.st_size, c->sum, name) < 0
        || content_read_entry (c->call, e, put_block, c) < 0)
        return -1;
    return pad (c, (size_t) e->st.st_size);
}

static int
visit (void *opaque, const struct walk_entry *e, struct error *err)
{
    struct cpio *c = opaque;
    const char *name = *e->path ? e->path : ".";
    bool first;

    (void) err;
    if (e->target) {
        size_t size = strlen (e->target);

        return put_header (c, &e->st, (uint32_t) size, 0, name) < 0
                       || put (c, e->target, size) < 0
                   ? -1 : pad (c, size);
    }
    /* Other links to a file that came already have no content. */
    first = S_ISDIR (e->st.st_mode)
            || !link_table_find (&c->links, &e->st, name);
    if (S_ISREG (e->st.st_mode) && first)
        return put_file (c, e, name);
    return put_header (c, &e->st, 0, 0, name);
}

static int
send_cpio (struct cpio *c, int dir, const char *directory)
{
    cleanup_file_ahead struct file_ahead ahead = { .content = true };
    const struct file_walk walk = {
        .visit = visit,
        .opaque = c,
        .ahead = &ahead,
    };
    const struct stat trailer = { .st_nlink = 1 };

    if (file_walk (&walk, dir, ".", "", &c->call->err) < 0)
        return fail_context (&c->call->err, "%s", directory);
    if (put_header (c, &trailer, 0, 0, "TRAILER!!!") < 0)
        return -1;
    return output_end (&c->output);
}

static int
parse_format (struct cpio *c, const char *format)
{
    if (strcmp (format, "newc") == 0 || strcmp (format, "crc") == 0) {
        c->checksums = format[0] == 'c';
        return 0;
    }
    return fail (&c->call->err, EINVAL, "'%s' is no format of cpio: there are "
                 "newc and crc", format);
}

int
do_cpio_out (struct call *call, const char *directory,
             const struct cpio_out_opts *opts)
{
    struct cpio c = { .call = call };
    cleanup_fd int dir = -1;
    int r;

    if (check_pathname (call, "directory", directory) < 0
        || parse_format (&c, opts->given & CPIO_OUT_FORMAT ? opts->format
                                                           : "newc") < 0)
        return -1;
    dir = sysroot_open (call, directory, O_RDONLY | O_DIRECTORY, 0);
    if (dir < 0)
        return -1;
    output_init (&c.output, call);
    r = send_cpio (&c, dir, directory);
    link_table_free (&c.links);
    output_free (&c.output);
    return r;
}
