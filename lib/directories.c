/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where files of a handle may be put: temporary files, caches, sockets. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directories.h"
#include "impl.h"

#define DEFAULT_TMPDIR "/tmp"
#define DEFAULT_CACHEDIR "/var/tmp"

const char *
temporary_dir (guestfs_h *g)
{
    if (g->tmpdir)
        return g->tmpdir;
    return g->env_tmpdir ? g->env_tmpdir : DEFAULT_TMPDIR;
}

int
fail_temporary (guestfs_h *g, int errnum, const char *what)
{
    bool full = errnum == ENOSPC || errnum == EDQUOT;

    return fail (&g->error, errnum, "%s: making %s: %m%s", temporary_dir (g),
                 what,
                 full ? " (TMPDIR or set_tmpdir can name another folder)"
                      : "");
}

/* Network file systems can't make a file without a name at once. */
int
open_temporary (guestfs_h *g)
{
    const char *dir = temporary_dir (g);
    int fd = open (dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    cleanup_free char *name = NULL;

    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
        name = xasprintf ("%s/guestfs-XXXXXX", dir);
        fd = mkostemp (name, O_CLOEXEC);
        if (fd >= 0)
            unlink (name);
    }
    /* It is opened anew, whatever the program's umask is. */
    if (fd >= 0 && fchmod (fd, 0600) < 0)
        close_fd (&fd);
    return fd;
}

/* Relative names would change their meaning with the working directory. */
static int
set_directory (guestfs_h *g, char **setting, const char *value)
{
    char *absolute = NULL;
    struct stat st;

    if (value) {
        absolute = realpath (value, NULL);
        if (!absolute)
            return fail (&g->error, errno, "%s: %m", value);
        if (stat (absolute, &st) < 0 || !S_ISDIR (st.st_mode)) {
            free (absolute);
            return fail (&g->error, ENOTDIR, "%s: %m", value);
        }
    }
    free (*setting);
    *setting = absolute;
    return 0;
}

int
impl_set_tmpdir (guestfs_h *g, const char *tmpdir)
{
    return set_directory (g, &g->tmpdir, tmpdir);
}

char *
impl_get_tmpdir (guestfs_h *g)
{
    return xstrdup (temporary_dir (g));
}

int
impl_set_cachedir (guestfs_h *g, const char *cachedir)
{
    return set_directory (g, &g->cachedir, cachedir);
}

char *
impl_get_cachedir (guestfs_h *g)
{
    if (g->cachedir)
        return xstrdup (g->cachedir);
    return xstrdup (g->env_tmpdir ? g->env_tmpdir : DEFAULT_CACHEDIR);
}

/* Sockets have short names: not TMPDIR, which may be long. */
char *
impl_get_sockdir (guestfs_h *g)
{
    return xstrdup (g->env_runtime_dir ? g->env_runtime_dir : DEFAULT_TMPDIR);
}
