/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An archive, or just something compressed, that libarchive writes and that
 * goes to the library.
 */
#ifndef DAEMON_ARCHIVE_SINK_H
#define DAEMON_ARCHIVE_SINK_H

#include "daemon.h"
#include "libarchive.h"

struct archive_sink {
    struct call *call;
    const struct libarchive *la;
    struct archive *archive;
};

/* A new archive for writing, of which only the format is to be set. */
int archive_sink_init (struct archive_sink *s, struct call *call);

/* From now on it is sent.  compress may be NULL; level -1 is the default. */
int archive_sink_open (struct archive_sink *s, const char *compress,
                       int level);

/* It is complete: send the rest. */
int archive_sink_close (struct archive_sink *s);

void archive_sink_free (struct archive_sink *s);

#define cleanup_archive_sink __attribute__ ((cleanup (archive_sink_free)))

#endif /* DAEMON_ARCHIVE_SINK_H */
