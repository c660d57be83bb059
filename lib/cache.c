/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept from one launch to the next. */

#include "config.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "directories.h"
#include "impl.h"

char *
cache_folder (guestfs_h *g)
{
    cleanup_free char *dir = impl_get_cachedir (g);
    cleanup_free char *path = xasprintf ("%s/.guestfs-%u", dir,
                                         (unsigned) geteuid ());
    struct stat st;

    if (mkdir (path, 0700) < 0 && errno != EEXIST)
        return fail_null (&g->error, errno, "%s: %m", path);
    if (lstat (path, &st) < 0)
        return fail_null (&g->error, errno, "%s: %m", path);
    if (!S_ISDIR (st.st_mode))
        return fail_null (&g->error, ENOTDIR, "%s: %m", path);
    if (st.st_uid != geteuid () || (st.st_mode & 022))
        return fail_null (&g->error, EPERM, "%s: this folder must belong to "
                          "user %u, and nobody else may write to it "
                          "(LIBGUESTFS_CACHEDIR or set_cachedir can name "
                          "another place)", path, (unsigned) geteuid ());
    return steal (&path);
}
