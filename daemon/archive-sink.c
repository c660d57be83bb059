/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An archive that libarchive writes and that goes to the library. */

#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "archive-sink.h"
#include "server.h"

int
archive_sink_init (struct archive_sink *s, struct call *call)
{
    s->call = call;
    s->la = load_libarchive (&call->err);
    if (!s->la)
        return -1;
    s->archive = s->la->archive_write_new ();
    if (!s->archive)
        out_of_memory ();
    return 0;
}

static la_ssize_t
write_sink (struct archive *a, void *opaque, const void *data, size_t size)
{
    struct archive_sink *s = opaque;

    if (send_file (s->call, data, size) < 0) {
        s->la->archive_set_error (a, s->call->err.errnum, "%s",
                                  s->call->err.message);
        return -1;
    }
    return (la_ssize_t) size;
}

static int
set_compression (struct archive_sink *s, const char *compress, int level)
{
    struct error *err = &s->call->err;
    const struct compression *c = find_compression (compress, err);
    char text[12];

    if (!c || compression_write (c, s->la, s->archive, err) < 0)
        return -1;
    if (level < 0)
        return 0;
    snprintf (text, sizeof text, "%d", level);
    if (!c->has_levels
        || s->la->archive_write_set_filter_option (s->archive, NULL,
                                                   "compression-level", text)
               != ARCHIVE_OK)
        return fail (err, EINVAL, "the compression %s has no level %d",
                     compress, level);
    return 0;
}

int
archive_sink_open (struct archive_sink *s, const char *compress, int level)
{
    if (compress && set_compression (s, compress, level) < 0)
        return -1;
    s->la->archive_write_set_bytes_per_block (s->archive, CHUNK_BATCH_DATA);
    s->la->archive_write_set_bytes_in_last_block (s->archive, 1);
    if (s->la->archive_write_open (s->archive, s, NULL, write_sink, NULL)
        != ARCHIVE_OK)
        return archive_failed (s->la, s->archive, &s->call->err);
    return 0;
}

int
archive_sink_close (struct archive_sink *s)
{
    if (s->la->archive_write_close (s->archive) != ARCHIVE_OK)
        return archive_failed (s->la, s->archive, &s->call->err);
    return 0;
}

void
archive_sink_free (struct archive_sink *s)
{
    if (!s->archive)
        return;
    /* Or it would send what it has when it is freed. */
    if (s->call->err.message)
        s->la->archive_write_fail (s->archive);
    s->la->archive_write_free (s->archive);
}
