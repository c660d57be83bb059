/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about the state of files that the library composes of others. */

#include "config.h"

#include <string.h>

#include "batch.h"
#include "impl.h"

/* The older struct, without nanoseconds. */
static void
put_stat (struct guestfs_stat *to, const struct guestfs_statns *from)
{
    *to = (struct guestfs_stat) {
        .dev = from->st_dev,
        .ino = from->st_ino,
        .mode = from->st_mode,
        .nlink = from->st_nlink,
        .uid = from->st_uid,
        .gid = from->st_gid,
        .rdev = from->st_rdev,
        .size = from->st_size,
        .blksize = from->st_blksize,
        .blocks = from->st_blocks,
        .atime = from->st_atime_sec,
        .mtime = from->st_mtime_sec,
        .ctime = from->st_ctime_sec,
    };
}

static struct guestfs_stat *
convert_take (struct guestfs_statns *take_statns)
{
    struct guestfs_stat *stat;

    if (!take_statns)
        return NULL;
    stat = xmalloc (sizeof *stat);
    put_stat (stat, take_statns);
    guestfs_free_statns (take_statns);
    return stat;
}

struct guestfs_stat *
impl_stat (guestfs_h *g, const char *path)
{
    return convert_take (impl_statns (g, path));
}

struct guestfs_stat *
impl_lstat (guestfs_h *g, const char *path)
{
    return convert_take (impl_lstatns (g, path));
}

/* How many files are asked about at once: less than 1 MiB both ways. */
#define BATCH 2000

static int
add_batch (guestfs_h *g, const char *path, char *const *names,
           struct guestfs_statns_list *list)
{
    struct guestfs_statns_list *more = impl_internal_lstatnslist (g, path,
                                                                  names);

    if (!more)
        return -1;
    list->val = xreallocarray (list->val, (size_t) list->len + more->len,
                               sizeof *list->val);
    memcpy (list->val + list->len, more->val, more->len * sizeof *more->val);
    list->len += more->len;
    guestfs_free_statns_list (more);
    return 0;
}

struct guestfs_statns_list *
impl_lstatnslist (guestfs_h *g, const char *path, char *const *names)
{
    struct guestfs_statns_list *list = xcalloc (1, sizeof *list);
    size_t count = 0;

    /* The first one is sent even if it is empty, to check the path. */
    do {
        cleanup_free char **batch = batch_next (names, BATCH, &count);

        if (add_batch (g, path, batch, list) < 0) {
            guestfs_free_statns_list (list);
            return NULL;
        }
        names += count;
    } while (*names);
    return list;
}

struct guestfs_stat_list *
impl_lstatlist (guestfs_h *g, const char *path, char *const *names)
{
    struct guestfs_statns_list *from = impl_lstatnslist (g, path, names);
    struct guestfs_stat_list *to;

    if (!from)
        return NULL;
    to = xmalloc (sizeof *to);
    to->len = from->len;
    to->val = xcalloc (to->len, sizeof *to->val);
    for (uint32_t i = 0; i < from->len; i++)
        put_stat (&to->val[i], &from->val[i]);
    guestfs_free_statns_list (from);
    return to;
}
