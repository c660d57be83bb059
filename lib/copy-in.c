/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying local files and directories into the guest. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "impl.h"
#include "tar-pack.h"
#include "tar-pipe.h"

/* What is packed: name of the directory dir, called path in the archive. */
struct source {
    int dir;
    const char *name, *path;
};

static int
pack_source (struct tar_pipe *pipe, struct archive *a)
{
    const struct source *s = pipe->opaque;
    struct tar_pack p = { .la = pipe->la, .archive = a, .prefix = "" };

    return tar_pack (&p, s->dir, s->name, s->path, &pipe->error);
}

/* The packing thread and the call that takes what it packs. */
static int
copy_in (guestfs_h *g, struct source *s, const char *remotedir)
{
    cleanup_error struct error call_error = { 0 };
    struct tar_pipe pipe = { .g = g, .work = pack_source, .opaque = s };
    struct guestfs_tar_in_opts_argv opts = { .bitmask = 0 };
    int r;

    if (tar_pipe_start_packing (&pipe) < 0)
        return -1;
    r = impl_tar_in (g, pipe.name, remotedir, &opts);
    error_move (&call_error, &g->error);
    if (tar_pipe_finish (&pipe) < 0 && (r == 0 || pipe.error.errnum != EPIPE))
        error_move (&g->error, &pipe.error);
    else
        error_move (&g->error, &call_error);
    error_clear (&pipe.error);
    return g->error.message ? -1 : 0;
}

/* "a/b/" is b of the directory a; "/", ".", ".." and what ends in these
 * have no name: what they hold is copied.
 */
static char *
split_path (const char *path, const char **ret_name)
{
    size_t end = strlen (path), start;

    while (end > 0 && path[end - 1] == '/')
        end--;
    for (start = end; start > 0 && path[start - 1] != '/'; start--)
        ;
    *ret_name = ".";
    if (end == start || strcmp (path + start, ".") == 0
        || strcmp (path + start, "..") == 0
        || string_starts_with (path + start, "./")
        || string_starts_with (path + start, "../"))
        return xstrdup (path);
    *ret_name = path + start;
    return start > 0 ? xstrndup (path, start) : xstrdup (".");
}

int
impl_copy_in (guestfs_h *g, const char *localpath, const char *remotedir)
{
    const char *name;
    cleanup_free char *parent = split_path (localpath, &name);
    cleanup_free char *path = xstrndup (name, strcspn (name, "/"));
    cleanup_fd int dir = open (*parent ? parent : ".",
                               O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool whole = strcmp (path, ".") == 0;
    struct source s = { .dir = dir, .name = path, .path = whole ? "" : path };
    struct stat st;

    if (dir < 0 || fstatat (dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return fail (&g->error, errno, "%s: %m", localpath);
    if (name[strcspn (name, "/")] == '/' && !S_ISDIR (st.st_mode))
        return fail (&g->error, ENOTDIR, "%s: %m", localpath);
    return copy_in (g, &s, remotedir);
}
