/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The structs of the API: comparing, copying and freeing them. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "handle.h"

#define COMPARE_SCALARS(a, b) ((a) < (b) ? -1 : (a) > (b))

/* Bytes, of which a buffer that starts with all of the other's is larger. */
static int
compare_buffers (const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
    uint32_t len = a_len < b_len ? a_len : b_len;
    int r = len > 0 ? memcmp (a, b, len) : 0;

    return r != 0 ? r : COMPARE_SCALARS (a_len, b_len);
}

int
guestfs_compare_point (const struct guestfs_point *a,
                            const struct guestfs_point *b)
{
    int r;

    if ((r = COMPARE_SCALARS (a->x, b->x)) != 0)
        return r;
    if ((r = COMPARE_SCALARS (a->y, b->y)) != 0)
        return r;
    if ((r = strcmp (a->name, b->name)) != 0)
        return r;
    if ((r = memcmp (a->id, b->id, sizeof a->id)) != 0)
        return r;
    if ((r = compare_buffers (a->blob, a->blob_len,
                              b->blob, b->blob_len)) != 0)
        return r;
    if ((r = COMPARE_SCALARS (a->mark, b->mark)) != 0)
        return r;
    if ((r = COMPARE_SCALARS (a->part, b->part)) != 0)
        return r;
    return 0;
}

/* Lists: by their elements in order, then the shorter one first. */
int
guestfs_compare_point_list (const struct guestfs_point_list *a,
                                 const struct guestfs_point_list *b)
{
    for (uint32_t i = 0; i < a->len && i < b->len; i++) {
        int r = guestfs_compare_point (&a->val[i], &b->val[i]);

        if (r != 0)
            return r;
    }
    return COMPARE_SCALARS (a->len, b->len);
}

static void
copy_point (struct guestfs_point *to,
                 const struct guestfs_point *from)
{
    *to = *from;
    to->name = xstrdup (from->name);
    to->blob = xmemdup (from->blob, from->blob_len);
}

struct guestfs_point *
guestfs_copy_point (const struct guestfs_point *from)
{
    struct guestfs_point *to = xmalloc (sizeof *to);

    copy_point (to, from);
    return to;
}

struct guestfs_point_list *
guestfs_copy_point_list (const struct guestfs_point_list *from)
{
    struct guestfs_point_list *to = xmalloc (sizeof *to);

    to->len = from->len;
    to->val = xcalloc (from->len, sizeof *to->val);
    for (uint32_t i = 0; i < from->len; i++)
        copy_point (&to->val[i], &from->val[i]);
    return to;
}

static void
free_content_of_point (struct guestfs_point *s)
{
    free (s->name);
    free (s->blob);
}

void
guestfs_free_point (struct guestfs_point *s)
{
    if (!s)
        return;
    free_content_of_point (s);
    free (s);
}

void
guestfs_free_point_list (struct guestfs_point_list *list)
{
    if (!list)
        return;
    for (uint32_t i = 0; i < list->len; i++)
        free_content_of_point (&list->val[i]);
    free (list->val);
    free (list);
}

