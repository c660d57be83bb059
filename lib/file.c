/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about files that the library composes of others. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "download.h"
#include "impl.h"

char *
impl_read_file (guestfs_h *g, const char *path, size_t *size_r)
{
    return download_to_memory (g, path, size_r);
}

char *
impl_cat (guestfs_h *g, const char *path)
{
    size_t size;
    cleanup_free char *content = download_to_memory (g, path, &size);

    if (!content)
        return NULL;
    if (strlen (content) != size)
        return fail_null (&g->error, EINVAL, "%s: the file contains NUL "
                          "bytes (read_file can read it)", path);
    return steal (&content);
}

char **
impl_read_lines (guestfs_h *g, const char *path)
{
    cleanup_free char *content = impl_cat (g, path);
    char **lines;

    if (!content)
        return NULL;
    lines = string_split_lines (content);
    for (char **line = lines; *line; line++)
        if (string_ends_with (*line, "\r"))
            (*line)[strlen (*line) - 1] = '\0';
    return lines;
}

/* How much is written by one call to the daemon. */
#define WRITE_MAX (2 << 20)

static size_t
piece_size (size_t size)
{
    return size < WRITE_MAX ? size : WRITE_MAX;
}

int
impl_write_append (guestfs_h *g, const char *path, const char *content,
                   size_t content_size)
{
    size_t n;

    /* An empty piece is sent, too: it makes the file. */
    do {
        n = piece_size (content_size);
        if (impl_internal_write_append (g, path, content, n) < 0)
            return -1;
        content += n;
        content_size -= n;
    } while (content_size > 0);
    return 0;
}

int
impl_write (guestfs_h *g, const char *path, const char *content,
            size_t content_size)
{
    size_t n = piece_size (content_size);

    if (impl_internal_write (g, path, content, n) < 0)
        return -1;
    if (content_size == n)
        return 0;
    return impl_write_append (g, path, content + n, content_size - n);
}
