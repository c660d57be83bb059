/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept from one launch to the next. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "cleanup.h"
#include "directories.h"
#include "impl.h"
#include "io.h"

#define SMALL_FILE_MAX 4096

/* Whatever the program's umask is, or was when the folder was made: we must
 * be able to use it, and others need not.
 */
static int
open_up (int fd, const struct stat *st)
{
    cleanup_free char *name = NULL;

    if ((st->st_mode & 0700) == 0700)
        return 0;
    name = xasprintf ("/proc/self/fd/%d", fd);
    return chmod (name, 0700);
}

char *
cache_folder (guestfs_h *g)
{
    cleanup_free char *dir = impl_get_cachedir (g);
    cleanup_free char *path = xasprintf ("%s/.guestfs-%u", dir,
                                         (unsigned) geteuid ());
    cleanup_fd int fd = -1;
    struct stat st;

    if (mkdir (path, 0700) < 0 && errno != EEXIST)
        return fail_null (&g->error, errno, "the cache %s: %m "
                          "(LIBGUESTFS_CACHEDIR or set_cachedir can name "
                          "another place)", path);
    fd = open (path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat (fd, &st) < 0)
        return fail_null (&g->error, errno, "%s: %m", path);
    if (st.st_uid != geteuid () || (st.st_mode & 022))
        return fail_null (&g->error, EPERM, "%s: this folder must belong to "
                          "user %u, and nobody else may write to it "
                          "(LIBGUESTFS_CACHEDIR or set_cachedir can name "
                          "another place)", path, (unsigned) geteuid ());
    if (open_up (fd, &st) < 0)
        return fail_null (&g->error, errno, "%s: %m", path);
    return steal (&path);
}

char *
cache_read (const char *path, const char *key)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *all = read_file_at (AT_FDCWD, path, SMALL_FILE_MAX,
                                           NULL, &ignored);
    const char *text;

    if (!all || !string_starts_with (all, key))
        return NULL;
    text = all + strlen (key);
    return string_ends_with (text, "\n")
               ? xstrndup (text, strlen (text) - 1)
               : NULL;
}

static bool
write_text (int fd, const char *text)
{
    return write_full (fd, text, strlen (text)) == 0;
}

/* A draft that two processes write at the same time has no end, or the same
 * text.
 */
void
cache_write (const char *path, const char *key, const char *text)
{
    cleanup_free char *draft = xasprintf ("%s.new", path);
    cleanup_fd int fd = open (draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
                                     | O_CLOEXEC, 0600);

    if (fd >= 0
        && (fchmod (fd, 0600) < 0 || !write_text (fd, key)
            || !write_text (fd, text) || !write_text (fd, "\n")
            || rename (draft, path) < 0))
        unlink (draft);
}
