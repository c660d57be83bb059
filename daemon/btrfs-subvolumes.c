/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subvolumes of a btrfs: what its tree of roots says (the items are
 * described in linux/btrfs_tree.h).
 */

#include "config.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <string.h>
#include <sys/ioctl.h>

#include "btrfs-subvolumes.h"
#include "private-mount.h"

/* More is a broken file system. */
#define DEPTH_MAX 256

/* Call visit for all items of one type in the tree of roots. */
typedef int (*item_visitor) (void *opaque, uint64_t objectid, uint64_t offset,
                             const char *data, size_t size,
                             struct error *err);

static int
visit_items (const struct btrfs_ioctl_search_args *args, item_visitor visit,
             void *opaque, struct btrfs_ioctl_search_header *ret_last,
             struct error *err)
{
    const char *p = args->buf, *end = args->buf + sizeof args->buf;

    for (uint32_t i = 0; i < args->key.nr_items; i++) {
        if ((size_t) (end - p) < sizeof *ret_last)
            return fail (err, EIO, "btrfs: an item without an end");
        memcpy (ret_last, p, sizeof *ret_last);
        p += sizeof *ret_last;
        if (ret_last->len > (size_t) (end - p))
            return fail (err, EIO, "btrfs: an item without an end");
        if (ret_last->type == args->key.min_type
            && visit (opaque, ret_last->objectid, ret_last->offset, p,
                      ret_last->len, err) < 0)
            return -1;
        p += ret_last->len;
    }
    return 0;
}

static int
search (int fd, uint32_t type, uint64_t min, uint64_t max, item_visitor visit,
        void *opaque, struct error *err)
{
    struct btrfs_ioctl_search_args args = {
        .key = { .tree_id = BTRFS_ROOT_TREE_OBJECTID,
                 .min_objectid = min, .max_objectid = max,
                 .min_type = type, .max_type = type,
                 .max_offset = UINT64_MAX, .max_transid = UINT64_MAX },
    };

    for (;;) {
        struct btrfs_ioctl_search_header last;

        args.key.nr_items = 4096;
        if (ioctl (fd, BTRFS_IOC_TREE_SEARCH, &args) < 0)
            return fail (err, errno, "btrfs: reading the list of "
                         "subvolumes: %m");
        if (args.key.nr_items == 0)
            return 0;
        if (visit_items (&args, visit, opaque, &last, err) < 0)
            return -1;
        if (last.offset == UINT64_MAX)
            return 0;
        args.key.min_objectid = last.objectid;
        args.key.min_offset = last.offset + 1;
    }
}

/* Where a subvolume is: its parent's tree, and the directory in it. */
static int
add_subvolume (void *opaque, uint64_t objectid, uint64_t offset,
               const char *data, size_t size, struct error *err)
{
    struct subvolumes *list = opaque;
    struct btrfs_root_ref ref;
    size_t length;

    if (size < sizeof ref)
        return fail (err, EIO, "btrfs: a reference that is too short");
    memcpy (&ref, data, sizeof ref);
    length = le16toh (ref.name_len);
    if (length > size - sizeof ref)
        return fail (err, EIO, "btrfs: a reference that is too short");
    list->item = xreallocarray (list->item, list->count + 1,
                                sizeof *list->item);
    list->item[list->count++] = (struct subvolume) {
        .id = objectid,
        .parent = offset,
        .directory = le64toh (ref.dirid),
        .path = xstrndup (data + sizeof ref, length),
    };
    return 0;
}

static int
take_default (void *opaque, uint64_t objectid, uint64_t offset,
              const char *data, size_t size, struct error *err)
{
    struct btrfs_dir_item item;

    (void) objectid, (void) offset, (void) err;
    if (size < sizeof item)
        return 0;
    memcpy (&item, data, sizeof item);
    *(uint64_t *) opaque = le64toh (item.location.objectid);
    return 0;
}

/* The directory of a subvolume's parent that it is in, with a slash at its
 * end, or "".
 */
static char *
directory_path (int fd, const struct subvolume *s, struct error *err)
{
    struct btrfs_ioctl_ino_lookup_args args = {
        .treeid = s->parent,
        .objectid = s->directory,
    };

    if (ioctl (fd, BTRFS_IOC_INO_LOOKUP, &args) < 0)
        return fail_null (err, errno, "btrfs: subvolume %s: %m", s->path);
    args.name[sizeof args.name - 1] = '\0';
    return xstrdup (args.name);
}

static int
add_directories (int fd, struct subvolumes *list, struct error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        struct subvolume *s = &list->item[i];
        cleanup_free char *directory = directory_path (fd, s, err);
        char *path;

        if (!directory)
            return -1;
        path = xasprintf ("%s%s", directory, s->path);
        free (s->path);
        s->path = path;
    }
    return 0;
}

static const struct subvolume *
find_subvolume (const struct subvolumes *list, uint64_t id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].id == id)
            return &list->item[i];
    return NULL;
}

/* Paths from the top level instead of from each one's parent. */
static void
join_paths (struct subvolumes *list)
{
    char **paths = xcalloc (list->count + 1, sizeof *paths);

    for (size_t i = 0; i < list->count; i++) {
        const struct subvolume *s = &list->item[i];

        paths[i] = xstrdup (s->path);
        for (int depth = 0; depth < DEPTH_MAX; depth++) {
            char *longer;

            s = find_subvolume (list, s->parent);
            if (!s)
                break;
            longer = xasprintf ("%s/%s", s->path, paths[i]);
            free (paths[i]);
            paths[i] = longer;
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        free (list->item[i].path);
        list->item[i].path = paths[i];
    }
    free (paths);
}

int
btrfs_subvolumes_at (int fd, struct subvolumes *ret, struct error *err)
{
    cleanup_subvolumes struct subvolumes list
        = { .default_id = BTRFS_FS_TREE_OBJECTID };

    if (search (fd, BTRFS_ROOT_BACKREF_KEY, BTRFS_FIRST_FREE_OBJECTID,
                BTRFS_LAST_FREE_OBJECTID, add_subvolume, &list, err) < 0
        || search (fd, BTRFS_DIR_ITEM_KEY, BTRFS_ROOT_TREE_DIR_OBJECTID,
                   BTRFS_ROOT_TREE_DIR_OBJECTID, take_default,
                   &list.default_id, err) < 0
        || add_directories (fd, &list, err) < 0)
        return -1;
    join_paths (&list);
    *ret = list;
    list = (struct subvolumes) { 0 };
    return 0;
}

int
btrfs_subvolumes (const char *device, struct subvolumes *ret,
                  struct error *err)
{
    cleanup_fd int fd = private_mount (device, "btrfs", true, err);

    return fd < 0 ? -1 : btrfs_subvolumes_at (fd, ret, err);
}

void
subvolumes_free (struct subvolumes *list)
{
    for (size_t i = 0; i < list->count; i++)
        free (list->item[i].path);
    free (list->item);
    *list = (struct subvolumes) { 0 };
}
