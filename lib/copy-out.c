/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying files and directories of the guest to local ones. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>

#include "impl.h"
#include "tar-pipe.h"
#include "tar-unpack.h"

/* Where it is unpacked: in the directory dir, under this name. */
struct target {
    int dir;
    const char *name; /* NULL: right in the directory */
};

/* What comes from a guest is not trusted: whatever names and links it has,
 * nothing is written outside the target.
 */
static int
unpack_target (struct tar_pipe *pipe, struct archive *a)
{
    const struct target *t = pipe->opaque;
    cleanup_tree_maker struct tree_maker maker = TREE_MAKER (t->dir);
    struct tar_unpack u = {
        .la = pipe->la,
        .archive = a,
        .maker = &maker,
        .prefix = t->name,
    };

    maker.resolve = RESOLVE_BENEATH;
    maker.exact = geteuid () == 0;
    return tar_unpack (&u, &pipe->error);
}

static int
copy_directory (guestfs_h *g, const char *remotepath, struct target *t)
{
    cleanup_error struct error call_error = { 0 };
    struct tar_pipe pipe = { .g = g, .work = unpack_target, .opaque = t };
    /* The local system has users of its own. */
    struct guestfs_tar_out_opts_argv opts = {
        .bitmask = GUESTFS_TAR_OUT_OPTS_NUMERICOWNER_BITMASK,
        .numericowner = 1,
    };
    int r;

    if (tar_pipe_start_unpacking (&pipe) < 0)
        return -1;
    r = impl_tar_out (g, remotepath, pipe.name, &opts);
    error_move (&call_error, &g->error);
    if (tar_pipe_finish (&pipe) < 0 && r == 0)
        error_move (&g->error, &pipe.error);
    else
        error_move (&g->error, &call_error);
    error_clear (&pipe.error);
    return g->error.message ? -1 : 0;
}

/* The last component of a path in the guest; NULL if it has none. */
static char *
base_name (const char *path)
{
    cleanup_free char *name = NULL;
    size_t end = strlen (path), start;

    while (end > 0 && path[end - 1] == '/')
        end--;
    for (start = end; start > 0 && path[start - 1] != '/'; start--)
        ;
    name = xstrndup (path + start, end - start);
    if (!*name || strcmp (name, ".") == 0 || strcmp (name, "..") == 0)
        return NULL;
    return steal (&name);
}

int
impl_copy_out (guestfs_h *g, const char *remotepath, const char *localdir)
{
    cleanup_fd int dir = open (localdir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_free char *name = base_name (remotepath);
    cleanup_free char *file = NULL;
    struct target t = { .dir = dir, .name = name };

    if (dir < 0)
        return fail (&g->error, errno, "%s: %m", localdir);
    if (copy_directory (g, remotepath, &t) == 0)
        return 0;
    if (g->error.errnum != ENOTDIR || !name)
        return -1;
    error_clear (&g->error);
    file = xasprintf ("%s/%s", localdir, name);
    return impl_download (g, remotepath, file);
}
