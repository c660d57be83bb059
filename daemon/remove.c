/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that remove files and directories. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "sysroot.h"
#include "tree.h"

static int
remove_path (struct call *call, const char *path, int flags)
{
    const char *name;
    cleanup_fd int dirfd = sysroot_open_parent (call, path, &name);

    if (dirfd < 0)
        return -1;
    if (unlinkat (dirfd, name, flags) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

int
do_rm (struct call *call, const char *path)
{
    return remove_path (call, path, 0);
}

int
do_rmdir (struct call *call, const char *path)
{
    return remove_path (call, path, AT_REMOVEDIR);
}

/* What is not there need not be removed. */
static int
forgive_missing (struct call *call)
{
    if (call->err.errnum != ENOENT)
        return -1;
    error_clear (&call->err);
    return 0;
}

int
do_rm_f (struct call *call, const char *path)
{
    return do_rm (call, path) < 0 ? forgive_missing (call) : 0;
}

static int
remove_entry (void *opaque, const struct tree_entry *entry, struct error *err)
{
    if (entry->type == DT_DIR)
        return 0;
    if (unlinkat (entry->dirfd, entry->name, 0) < 0)
        return fail (err, errno, "%s/%s: %m", (const char *) opaque,
                     entry->path);
    return 1;
}

static int
remove_directory (void *opaque, const struct tree_entry *entry,
                  struct error *err)
{
    if (unlinkat (entry->dirfd, entry->name, AT_REMOVEDIR) < 0)
        return fail (err, errno, "%s/%s: %m", (const char *) opaque,
                     entry->path);
    return 0;
}

static const struct tree_visitor remover = {
    .entry = remove_entry,
    .leave = remove_directory,
    .one_mount = true,
};

static int
remove_tree (struct call *call, const char *path, int dirfd, const char *name)
{
    int fd = open_subdirectory (dirfd, name, true);

    if (fd < 0)
        return fail (&call->err, errno == EXDEV ? EBUSY : errno, "%s: %m",
                     path);
    if (tree_walk (fd, path, &remover, (void *) path, &call->err) < 0)
        return -1;
    if (unlinkat (dirfd, name, AT_REMOVEDIR) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

int
do_rm_rf (struct call *call, const char *path)
{
    const char *name;
    cleanup_fd int dirfd = sysroot_open_parent (call, path, &name);

    if (dirfd < 0)
        return forgive_missing (call);
    if (strcmp (name, ".") == 0)
        return fail (&call->err, EINVAL, "%s: has no name that could be "
                     "removed", path);
    if (unlinkat (dirfd, name, 0) == 0 || errno == ENOENT)
        return 0;
    /* POSIX has EPERM for directories, Linux EISDIR. */
    if (errno != EISDIR && errno != EPERM)
        return fail (&call->err, errno, "%s: %m", path);
    return remove_tree (call, path, dirfd, name);
}
