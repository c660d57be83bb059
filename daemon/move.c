/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving files and directories inside the guest. */

#include "config.h"

#include <errno.h>
#include <stdio.h>

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

/* To another file system: what was copied is removed. */
static int
move_by_copy (struct call *call, const char *source, const char *target)
{
    if (copy_tree (call, source, target, true) < 0)
        return -1;
    return do_rm_rf (call, source);
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
