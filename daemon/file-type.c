/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that ask whether there is a file of some kind. */

#include "config.h"

#include <errno.h>
#include <sys/stat.h>

#include "calls.h"
#include "sysroot.h"

/* The file type bits of path, 0 if nothing is there. */
static int
file_type (struct call *call, const char *path, bool follow)
{
    struct stat st;

    call->flushed_nothing = true;
    if (sysroot_stat (call, path, follow, &st) == 0)
        return (int) (st.st_mode & S_IFMT);
    switch (call->err.errnum) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
        error_clear (&call->err);
        return 0;
    default:
        return -1;
    }
}

static int
is_type (struct call *call, const char *path, bool follow, int type)
{
    int found = file_type (call, path, follow);

    return found < 0 ? -1 : found == type;
}

int
do_exists (struct call *call, const char *path)
{
    int found = file_type (call, path, true);

    return found < 0 ? -1 : found != 0;
}

int
do_is_symlink (struct call *call, const char *path)
{
    return is_type (call, path, false, S_IFLNK);
}

int
do_is_file (struct call *call, const char *path,
            const struct is_file_opts *opts)
{
    return is_type (call, path, opts->followsymlinks, S_IFREG);
}

int
do_is_dir (struct call *call, const char *path, const struct is_dir_opts *opts)
{
    return is_type (call, path, opts->followsymlinks, S_IFDIR);
}

int
do_is_blockdev (struct call *call, const char *path,
                const struct is_blockdev_opts *opts)
{
    return is_type (call, path, opts->followsymlinks, S_IFBLK);
}

int
do_is_chardev (struct call *call, const char *path,
               const struct is_chardev_opts *opts)
{
    return is_type (call, path, opts->followsymlinks, S_IFCHR);
}

int
do_is_fifo (struct call *call, const char *path,
            const struct is_fifo_opts *opts)
{
    return is_type (call, path, opts->followsymlinks, S_IFIFO);
}

int
do_is_socket (struct call *call, const char *path,
              const struct is_socket_opts *opts)
{
    return is_type (call, path, opts->followsymlinks, S_IFSOCK);
}
