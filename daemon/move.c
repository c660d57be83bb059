/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving files and directories inside the guest. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "copy.h"
#include "sysroot.h"

int
do_rename (struct call *call, const char *oldpath, const char *newpath)
{
    const char *old, *new;
    cleanup_fd int from = sysroot_open_parent (call, oldpath, &old), to = -1;

    if (from < 0)
        return -1;
    to = sysroot_open_parent (call, newpath, &new);
    if (to < 0)
        return -1;
    if (renameat (from, old, to, new) < 0)
        return fail (&call->err, errno, "%s to %s: %m", oldpath, newpath);
    return 0;
}

static int remove_tree (int parent, const char *name, struct error *err);

static int
remove_children (int parent, const char *name, struct error *err)
{
    cleanup_fd int fd = openat (parent, name, O_RDONLY | O_DIRECTORY
                                              | O_NOFOLLOW | O_CLOEXEC);
    cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir (fd);
    const struct dirent *d;

    if (!dir)
        return fail (err, errno, "%s: %m", name);
    steal_fd (&fd);
    while ((d = readdir (dir)))
        if (strcmp (d->d_name, ".") != 0 && strcmp (d->d_name, "..") != 0
            && remove_tree (dirfd (dir), d->d_name, err) < 0)
            return -1;
    return 0;
}

static int
remove_tree (int parent, const char *name, struct error *err)
{
    if (unlinkat (parent, name, 0) == 0)
        return 0;
    if (errno != EISDIR)
        return fail (err, errno, "%s: %m", name);
    if (remove_children (parent, name, err) < 0)
        return -1;
    if (unlinkat (parent, name, AT_REMOVEDIR) < 0)
        return fail (err, errno, "%s: %m", name);
    return 0;
}

/* To another file system: what was copied is removed. */
static int
move_by_copy (struct call *call, const char *source, const char *target)
{
    const char *name;
    cleanup_fd int parent = -1;

    if (copy_tree (call, source, target, true) < 0)
        return -1;
    parent = sysroot_open_parent (call, source, &name);
    if (parent < 0)
        return -1;
    if (remove_tree (parent, name, &call->err) < 0)
        return fail_context (&call->err, "%s", source);
    return 0;
}

int
do_mv (struct call *call, const char *src, const char *dest)
{
    cleanup_free char *target = target_path (call, src, dest);

    if (!target)
        return -1;
    if (do_rename (call, src, target) == 0)
        return 0;
    if (call->err.errnum != EXDEV)
        return -1;
    error_clear (&call->err);
    return move_by_copy (call, src, target);
}
