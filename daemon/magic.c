/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of content a file has (libmagic). */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <magic.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "calls.h"
#include "content.h"
#include "library.h"
#include "sysroot.h"
#include "unpacked.h"

#define MAGIC_FUNCTIONS(LIBRARY)        \
    LIBRARY (magic_open)                \
    LIBRARY (magic_close)               \
    LIBRARY (magic_load)                \
    LIBRARY (magic_error)               \
    LIBRARY (magic_buffer)

DECLARE_LIBRARY (magic, MAGIC_FUNCTIONS)
DEFINE_LIBRARY (magic, "libmagic.so.1", MAGIC_FUNCTIONS)

/* As much as file(1) looks at. */
#define HEAD_SIZE (1 << 20)

struct head {
    char *data; /* of HEAD_SIZE bytes */
    size_t size;
};

static int
fill_head (void *opaque, const char *data, size_t size, struct error *err)
{
    struct head *h = opaque;
    size_t n = HEAD_SIZE - h->size < size ? HEAD_SIZE - h->size : size;

    (void) err;
    memcpy (h->data + h->size, data, n);
    h->size += n;
    return h->size == HEAD_SIZE;
}

/* Loading the database takes some milliseconds: it is kept. */
static magic_t
load_database (const struct magic *magic, struct error *err)
{
    static magic_t database;
    magic_t new;

    if (database)
        return database;
    new = magic->magic_open (MAGIC_RAW);
    if (!new)
        return fail_null (err, errno, "libmagic: %m");
    if (magic->magic_load (new, NULL) < 0) {
        fail (err, ENOTSUP, "libmagic: %s", magic->magic_error (new));
        magic->magic_close (new);
        return NULL;
    }
    database = new;
    return database;
}

static char *
describe (const char *data, size_t size, struct error *err)
{
    const struct magic *magic = load_magic (err);
    magic_t database = magic ? load_database (magic, err) : NULL;
    const char *text;

    if (!database)
        return NULL;
    text = magic->magic_buffer (database, data, size);
    if (!text)
        return fail_null (err, EIO, "libmagic: %s",
                          magic->magic_error (database));
    return xstrdup (text);
}

/* "gzip compressed data, from Unix" -> "gzip" */
static const char *
compression_of (const char *description)
{
    static const struct {
        const char *start, *method;
    } known[] = {
        { "gzip compressed", "gzip" },
        { "bzip2 compressed", "bzip2" },
        { "XZ compressed", "xz" },
        { "LZMA compressed", "lzma" },
        { "Zstandard compressed", "zstd" },
        { "compress'd data", "compress" },
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (string_starts_with (description, known[i].start))
            return known[i].method;
    return NULL;
}

static int
read_unpacked (struct call *call, const char *path, const char *method,
               struct head *h)
{
    const char *const methods[] = { method, NULL };

    h->size = 0;
    return unpacked_read (call, path, methods, fill_head, h);
}

/* What is in a compressed file, with what it is itself in parentheses, as
 * "file -z" says it.  A damaged one is just itself.
 */
static char *
look_inside (struct call *call, const char *path, char *take_description,
             struct head *h)
{
    cleanup_free char *outer = take_description, *inner = NULL;
    const char *method = compression_of (outer);

    if (!method)
        return steal (&outer);
    if (read_unpacked (call, path, method, h) < 0) {
        error_clear (&call->err);
        return steal (&outer);
    }
    inner = describe (h->data, h->size, &call->err);
    return inner ? xasprintf ("%s (%s)", inner, outer) : NULL;
}

static char *
describe_content (struct call *call, const char *name, bool device)
{
    cleanup_free char *buffer = xmalloc (HEAD_SIZE);
    struct head h = { .data = buffer };
    cleanup_fd int fd = content_open (call, name, device);
    char *description;

    if (fd < 0 || content_read (call, fd, name, fill_head, &h) < 0)
        return NULL;
    description = describe (h.data, h.size, &call->err);
    if (!description || device)
        return description;
    return look_inside (call, name, description, &h);
}

/* What has no content that could be looked at. */
static char *
describe_special (const struct stat *st)
{
    static const struct {
        mode_t type;
        const char *description;
    } types[] = {
        { S_IFDIR, "directory" },
        { S_IFIFO, "fifo (named pipe)" },
        { S_IFSOCK, "socket" },
        { S_IFBLK, "block special" },
        { S_IFCHR, "character special" },
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if ((st->st_mode & S_IFMT) == types[i].type)
            return xstrdup (types[i].description);
    return NULL;
}

static char *
describe_link (struct call *call, const char *path)
{
    cleanup_fd int fd = sysroot_open (call, path, O_PATH | O_NOFOLLOW, 0);
    char target[4096];
    ssize_t n;

    if (fd < 0)
        return NULL;
    n = readlinkat (fd, "", target, sizeof target);
    if (n < 0)
        return fail_null (&call->err, errno, "%s: %m", path);
    return xasprintf ("symbolic link to %.*s", (int) n, target);
}

char *
do_file (struct call *call, const char *path)
{
    struct stat st;
    char *special;

    if (is_device_name (path))
        return describe_content (call, path, true);
    if (sysroot_stat (call, path, false, &st) < 0)
        return NULL;
    if (S_ISLNK (st.st_mode))
        return describe_link (call, path);
    special = describe_special (&st);
    return special ? special : describe_content (call, path, false);
}

char *
do_zfile (struct call *call, const char *meth, const char *path)
{
    cleanup_free char *buffer = xmalloc (HEAD_SIZE);
    struct head h = { .data = buffer };

    if (strcmp (meth, "gzip") != 0 && strcmp (meth, "compress") != 0
        && strcmp (meth, "bzip2") != 0)
        return fail_null (&call->err, EINVAL, "'%s' is no method: there are "
                          "gzip, compress and bzip2", meth);
    if (read_unpacked (call, path, meth, &h) < 0)
        return NULL;
    return describe (h.data, h.size, &call->err);
}
