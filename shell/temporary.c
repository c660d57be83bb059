/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A local copy of something in the guest, for a program of the host. */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "host.h"
#include "memory.h"
#include "shell.h"
#include "temporary.h"

int
temporary_make (struct shell *sh, const char *name, struct temporary *ret,
                struct error *err)
{
    cleanup_free char *tmpdir = guestfs_get_tmpdir (sh->g);
    cleanup_free char *folder = NULL;
    const char *slash = strrchr (name, '/');
    const char *last = slash ? slash + 1 : name;

    if (!tmpdir)
        return library_error (sh, err);
    folder = xasprintf ("%s/guestfishXXXXXX", tmpdir);
    if (!mkdtemp (folder))
        return fail (err, errno, "%s: %m", folder);
    ret->file = xasprintf ("%s/%s", folder, *last ? last : "file");
    ret->folder = steal (&folder);
    return 0;
}

/* Editors may write in place, or replace the file by a new one. */
int
temporary_edit (const struct temporary *t, const char *editor,
                bool *ret_changed, struct error *err)
{
    struct stat before, after;

    if (stat (t->file, &before) < 0)
        return fail (err, errno, "%s: %m", t->file);
    if (host_run_on_file (editor, t->file, err) < 0)
        return -1;
    if (stat (t->file, &after) < 0)
        return fail (err, errno, "%s: %m", t->file);
    *ret_changed = before.st_ino != after.st_ino
                   || before.st_size != after.st_size
                   || before.st_mtim.tv_sec != after.st_mtim.tv_sec
                   || before.st_mtim.tv_nsec != after.st_mtim.tv_nsec;
    return 0;
}

/* An editor's backup copies go, too, if it keeps them beside the file. */
void
temporary_remove (struct temporary *t)
{
    if (t->file) {
        cleanup_free char *backup = xasprintf ("%s~", t->file);

        unlink (backup);
        unlink (t->file);
        rmdir (t->folder);
    }
    free (t->file);
    free (t->folder);
    *t = (struct temporary) { .file = NULL };
}
