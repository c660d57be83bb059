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
