/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libarchive, loaded when it is needed. */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libarchive.h"

DEFINE_LIBRARY (libarchive, "libarchive.so.13", LIBARCHIVE_FUNCTIONS)

#define DEFINE_COMPRESSION(name)                                            \
    static int                                                              \
    read_##name (const struct libarchive *la, struct archive *a)            \
    {                                                                       \
        return la->archive_read_support_filter_##name (a);                  \
    }                                                                       \
                                                                            \
    static int                                                              \
    write_##name (const struct libarchive *la, struct archive *a)           \
    {                                                                       \
        return la->archive_write_add_filter_##name (a);                     \
    }

DEFINE_COMPRESSION (bzip2)
DEFINE_COMPRESSION (compress)
DEFINE_COMPRESSION (gzip)
DEFINE_COMPRESSION (lzma)
DEFINE_COMPRESSION (lzop)
DEFINE_COMPRESSION (xz)
DEFINE_COMPRESSION (zstd)

static const struct compression compressions[] = {
    { "compress", read_compress, write_compress, false, NULL },
    { "gzip", read_gzip, write_gzip, true, NULL },
    { "bzip2", read_bzip2, write_bzip2, true, NULL },
    { "xz", read_xz, write_xz, true, NULL },
    { "lzop", read_lzop, write_lzop, true, "/usr/bin/lzop" },
    { "zstd", read_zstd, write_zstd, true, NULL },
    { "lzma", read_lzma, write_lzma, true, NULL },
};

const struct compression *
find_compression (const char *name, struct error *err)
{
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        if (strcmp (compressions[i].name, name) == 0)
            return &compressions[i];
    return fail_null (err, EINVAL, "'%s' is no compression: there are "
                      "compress, gzip, bzip2, xz, lzop, zstd and lzma", name);
}

/* ARCHIVE_WARN: libarchive was built without and will run a program. */
static int
check_support (const struct compression *c, int r, struct error *err)
{
    if (r == ARCHIVE_OK
        || (r == ARCHIVE_WARN && c->program
            && access (c->program, X_OK) == 0))
        return 0;
    return fail (err, ENOTSUP, "the compression %s is not supported by this "
                 "libarchive", c->name);
}

int
compression_read (const struct compression *c, const struct libarchive *la,
                  struct archive *a, struct error *err)
{
    return check_support (c, c->read (la, a), err);
}

int
compression_write (const struct compression *c, const struct libarchive *la,
                   struct archive *a, struct error *err)
{
    return check_support (c, c->write (la, a), err);
}

int
archive_failed (const struct libarchive *la, struct archive *a,
                struct error *err)
{
    const char *message = la->archive_error_string (a);
    int errnum = la->archive_errno (a);

    if (err->message)
        return -1;
    /* Its own errors are EILSEQ, for a wrong format, and negative numbers. */
    return fail (err, errnum > 0 && errnum != EILSEQ ? errnum : EINVAL,
                 "%s", message ? message : "libarchive has failed");
}
