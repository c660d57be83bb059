/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The call that tells which architecture a file is for. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "binary-arch.h"
#include "calls.h"
#include "early-cpio.h"
#include "io.h"
#include "libarchive.h"
#include "regular-file.h"

/* How much is read at once. */
#define BLOCK (256 << 10)

/* Files of an initrd that are looked at. */
#define ENTRIES_MAX 10000

/* Archives of one. */
#define ARCHIVES_MAX 5

/* The first program in an initrd, or what a compressed file holds. */
static const char *
find_packed (const struct libarchive *la, struct archive *a)
{
    char head[BINARY_HEAD];
    struct archive_entry *entry;
    const char *arch = NULL;

    for (int i = 0; !arch && i < ENTRIES_MAX
                    && la->archive_read_next_header (a, &entry) == ARCHIVE_OK;
         i++) {
        la_ssize_t n = la->archive_read_data (a, head, sizeof head);

        if (n > 0)
            arch = binary_arch (head, (size_t) n);
    }
    return arch;
}

static const char *
archive_arch (const struct libarchive *la, int fd)
{
    struct archive *a = la->archive_read_new ();
    const char *arch = NULL;

    if (la->archive_read_support_filter_bzip2 (a) >= ARCHIVE_WARN
        && la->archive_read_support_filter_gzip (a) == ARCHIVE_OK
        && la->archive_read_support_filter_xz (a) == ARCHIVE_OK
        && la->archive_read_support_filter_zstd (a) == ARCHIVE_OK
        && la->archive_read_support_format_cpio (a) == ARCHIVE_OK
        && la->archive_read_support_format_raw (a) == ARCHIVE_OK
        && la->archive_read_open_fd (a, fd, BLOCK) == ARCHIVE_OK)
        arch = find_packed (la, a);
    la->archive_read_free (a);
    return arch;
}

/* An initrd may be several archives, one behind the other, all but the last
 * uncompressed.
 */
static const char *
packed_arch (const struct libarchive *la, int fd)
{
    off_t offset = 0;
    const char *arch = archive_arch (la, fd);

    for (int i = 0; !arch && i < ARCHIVES_MAX; i++) {
        offset = early_cpio_end (fd, offset);
        if (offset < 0 || lseek (fd, offset, SEEK_SET) < 0)
            break;
        arch = archive_arch (la, fd);
    }
    return arch;
}

char *
do_file_architecture (struct call *call, const char *filename)
{
    cleanup_fd int fd = open_regular (call, filename, O_RDONLY, 0);
    const struct libarchive *la;
    const char *arch;
    char head[BINARY_HEAD];
    ssize_t n;

    if (fd < 0)
        return NULL;
    n = read_full (fd, head, sizeof head);
    if (n < 0 || lseek (fd, 0, SEEK_SET) < 0)
        return fail_null (&call->err, errno, "%s: %m", filename);
    arch = binary_arch (head, (size_t) n);
    if (arch)
        return xstrdup (arch);
    la = load_libarchive (&call->err);
    if (!la)
        return NULL;
    arch = packed_arch (la, fd);
    if (!arch)
        return fail_null (&call->err, EINVAL, "%s: neither a program nor an "
                          "initrd of a known architecture", filename);
    return xstrdup (arch);
}
