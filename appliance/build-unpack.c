/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacking kernels and modules: whatever libarchive knows, which finds out
 * by itself what it is.
 */

#include "config.h"

#include <errno.h>

#include "build.h"
#include "io.h"
#include "libarchive.h"

static int64_t
copy_data (const struct libarchive *la, struct archive *a, int fd,
           int64_t limit, struct error *err)
{
    static char buffer[256 * 1024];
    int64_t done = 0;

    while (done < limit) {
        size_t want = sizeof buffer;
        la_ssize_t n;

        if ((int64_t) want > limit - done)
            want = (size_t) (limit - done);
        n = la->archive_read_data (a, buffer, want);
        if (n < 0)
            return archive_failed (la, a, err);
        if (n == 0)
            break;
        if (write_full (fd, buffer, (size_t) n) < 0)
            return fail (err, errno, "writing what was unpacked: %m");
        done += n;
    }
    return done;
}

int64_t
unpack_to (const void *data, size_t size, int fd, int64_t limit,
           struct error *err)
{
    const struct libarchive *la = load_libarchive (err);
    struct archive_entry *entry;
    struct archive *a;
    int64_t r;

    if (!la)
        return -1;
    a = la->archive_read_new ();
    if (!a)
        return fail (err, ENOMEM, "libarchive: %m");
    /* ARCHIVE_WARN: for some compression it would run a program. */
    if (la->archive_read_support_filter_all (a) < ARCHIVE_WARN
        || la->archive_read_support_format_raw (a) != ARCHIVE_OK
        || la->archive_read_open_memory (a, data, size) != ARCHIVE_OK
        || la->archive_read_next_header (a, &entry) < ARCHIVE_WARN)
        r = archive_failed (la, a, err);
    else
        r = copy_data (la, a, fd, limit, err);
    la->archive_read_free (a);
    return r;
}
