/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and devices that go to the library compressed. */

#include "config.h"

#include <errno.h>
#include <sys/stat.h>

#include "archive-sink.h"
#include "calls.h"
#include "content.h"

static int
add_block (void *opaque, const char *data, size_t size, struct error *err)
{
    struct archive_sink *s = opaque;

    if (s->la->archive_write_data (s->archive, data, size)
        != (la_ssize_t) size)
        return archive_failed (s->la, s->archive, err);
    return 0;
}

/* A "raw" archive is the content of its one member. */
static int
begin_raw (struct archive_sink *s)
{
    struct archive_entry *entry = s->la->archive_entry_new ();
    int r;

    s->la->archive_entry_set_mode (entry, S_IFREG | 0644);
    r = s->la->archive_write_header (s->archive, entry);
    s->la->archive_entry_free (entry);
    return r == ARCHIVE_OK ? 0
                           : archive_failed (s->la, s->archive,
                                             &s->call->err);
}

static int
send_compressed (struct call *call, const char *type, const char *name,
                 bool device, int level)
{
    cleanup_archive_sink struct archive_sink sink = { 0 };
    cleanup_fd int fd = content_open (call, name, device);

    if (fd < 0 || archive_sink_init (&sink, call) < 0)
        return -1;
    if (sink.la->archive_write_set_format_raw (sink.archive) != ARCHIVE_OK)
        return archive_failed (sink.la, sink.archive, &call->err);
    if (archive_sink_open (&sink, type, level) < 0 || begin_raw (&sink) < 0
        || content_read (call, fd, name, add_block, &sink) < 0)
        return -1;
    return archive_sink_close (&sink);
}

/* The level of the options, if one is given. */
static int
get_level (struct call *call, bool given, int level, int *ret)
{
    if (given && level < 0)
        return fail (&call->err, EINVAL, "level %d must not be negative",
                     level);
    if (given)
        *ret = level;
    return 0;
}

int
do_compress_out (struct call *call, const char *ctype, const char *file,
                 const struct compress_out_opts *opts)
{
    int level = -1;

    if (get_level (call, opts->given & COMPRESS_OUT_LEVEL, opts->level,
                   &level) < 0)
        return -1;
    return send_compressed (call, ctype, file, false, level);
}

int
do_compress_device_out (struct call *call, const char *ctype,
                        const char *device,
                        const struct compress_device_out_opts *opts)
{
    int level = -1;

    if (get_level (call, opts->given & COMPRESS_DEVICE_OUT_LEVEL,
                   opts->level, &level) < 0)
        return -1;
    return send_compressed (call, ctype, device, true, level);
}
