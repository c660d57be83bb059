/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about links that the library composes of others. */

#include "config.h"

#include "batch.h"
#include "impl.h"

/* How many links are read at once: each may be of 4 KiB. */
#define BATCH 500

char **
impl_readlinklist (guestfs_h *g, const char *path, char *const *names)
{
    cleanup_strings struct strings links = STRINGS_EMPTY;
    size_t count = 0;

    /* The first one is sent even if it is empty, to check the path. */
    do {
        cleanup_free char **batch = batch_next (names, BATCH, &count);
        cleanup_free char **more = impl_internal_readlinklist (g, path,
                                                               batch);

        if (!more)
            return NULL;
        for (size_t i = 0; more[i]; i++)
            strings_add_take (&links, more[i]);
        names += count;
    } while (*names);
    return strings_steal (&links);
}
