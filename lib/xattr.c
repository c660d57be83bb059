/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about extended attributes that the library composes of others. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "batch.h"
#include "impl.h"

/* How many files are asked about at once, at first. */
#define BATCH 2000

static void
append_take (struct guestfs_xattr_list *list,
             struct guestfs_xattr_list *take_more)
{
    list->val = xreallocarray (list->val,
                               (size_t) list->len + take_more->len,
                               sizeof *list->val);
    memcpy (list->val + list->len, take_more->val,
            take_more->len * sizeof *take_more->val);
    list->len += take_more->len;
    free (take_more->val);
    free (take_more);
}

/* As many files' attributes as fit into a reply.  Returns how many those
 * are.
 */
static ssize_t
add_batch (guestfs_h *g, const char *path, char *const *names,
           struct guestfs_xattr_list *list)
{
    for (size_t most = BATCH;; most /= 2) {
        size_t count;
        cleanup_free char **batch = batch_next (names, most, &count);
        struct guestfs_xattr_list *more = impl_internal_lxattrlist (g, path,
                                                                    batch);

        if (more) {
            append_take (list, more);
            return (ssize_t) count;
        }
        if (g->error.errnum != EMSGSIZE || most == 1)
            return -1;
        error_clear (&g->error);
    }
}

struct guestfs_xattr_list *
impl_lxattrlist (guestfs_h *g, const char *path, char *const *names)
{
    struct guestfs_xattr_list *list = xcalloc (1, sizeof *list);

    /* The first one is sent even if it is empty, to check the path. */
    do {
        ssize_t count = add_batch (g, path, names, list);

        if (count < 0) {
            guestfs_free_xattr_list (list);
            return NULL;
        }
        names += count;
    } while (*names);
    return list;
}
