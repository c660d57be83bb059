/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The content of compressed files. */

#include "config.h"

#include <errno.h>

#include "libarchive.h"
#include "unpacked.h"

struct packed {
    int fd;
    const struct libarchive *la;
    char *buffer; /* of CONTENT_BLOCK bytes */
};

static la_ssize_t
read_packed (struct archive *a, void *opaque, const void **ret)
{
    struct packed *p = opaque;
    ssize_t n = read (p->fd, p->buffer, CONTENT_BLOCK);

    if (n < 0)
        p->la->archive_set_error (a, errno, "reading");
    *ret = p->buffer;
    return n;
}

static int
open_packed (struct packed *p, struct archive *a, const char *const *methods,
             struct error *err)
{
    for (; *methods; methods++) {
        const struct compression *c = find_compression (*methods, err);

        if (!c || compression_read (c, p->la, a, err) < 0)
            return -1;
    }
    if (p->la->archive_read_support_format_raw (a) != ARCHIVE_OK
        || p->la->archive_read_support_format_empty (a) != ARCHIVE_OK
        || p->la->archive_read_open (a, p, NULL, read_packed, NULL)
               != ARCHIVE_OK)
        return archive_failed (p->la, a, err);
    return 0;
}

static int
read_content (struct packed *p, struct archive *a, block_fn fn, void *opaque,
              struct error *err)
{
    cleanup_free char *block = xmalloc (CONTENT_BLOCK);
    struct archive_entry *entry;
    int r = p->la->archive_read_next_header (a, &entry);

    if (r == ARCHIVE_EOF)
        return 0;
    if (r != ARCHIVE_OK)
        return archive_failed (p->la, a, err);
    for (;;) {
        la_ssize_t n = p->la->archive_read_data (a, block, CONTENT_BLOCK);

        if (n < 0)
            return archive_failed (p->la, a, err);
        if (n == 0)
            return 0;
        r = fn (opaque, block, (size_t) n, err);
        if (r != 0)
            return r;
    }
}

int
unpacked_read (struct call *call, const char *path,
               const char *const *methods, block_fn fn, void *opaque)
{
    cleanup_free char *buffer = xmalloc (CONTENT_BLOCK);
    cleanup_fd int fd = content_open (call, path, false);
    struct packed p = { .fd = fd, .buffer = buffer };
    struct archive *a;
    int r;

    if (fd < 0)
        return -1;
    p.la = load_libarchive (&call->err);
    if (!p.la)
        return -1;
    a = p.la->archive_read_new ();
    r = open_packed (&p, a, methods, &call->err);
    if (r == 0)
        r = read_content (&p, a, fn, opaque, &call->err);
    p.la->archive_read_free (a);
    return r < 0 ? fail_context (&call->err, "%s", path) : r;
}
