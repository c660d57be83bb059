/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: an archive that is unpacked, as copy_out does it with what a
 * guest sends and tar_in in the guest.  Nothing may be made, changed or
 * removed outside of the target.
 *
 * The first byte has the choices, the rest is the archive.
 */

#include "config.h"

#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fuzz.h"
#include "io.h"
#include "tar-unpack.h"

#define CANARY "alive"

static char folder[] = "/tmp/fuzz-tar.XXXXXX";

static char *
path_of (const char *name)
{
    static char path[sizeof folder + 16];

    snprintf (path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void
remove_folder (void)
{
    unlink (path_of ("canary"));
    rmdir (folder);
}

static void
make_folder (void)
{
    cleanup_fd int fd = -1;

    check (mkdtemp (folder) != NULL);
    atexit (remove_folder);
    fd = open (path_of ("canary"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    check (fd >= 0 && write_full (fd, CANARY, strlen (CANARY)) == 0);
}

static void
check_canary (void)
{
    cleanup_error struct error err = { 0 };
    cleanup_free char *text = read_file_at (AT_FDCWD, path_of ("canary"), 16,
                                            NULL, &err);
    struct stat st;

    check (text && strcmp (text, CANARY) == 0);
    check (stat (path_of ("canary"), &st) == 0 && st.st_nlink == 1
           && (st.st_mode & 07777) == 0600);
    /* Beside it there is the target only. */
    check (stat (folder, &st) == 0 && st.st_nlink == 3
           && (st.st_mode & 07777) == 0700);
}

static int
make_accessible (const char *path, const struct stat *st, int type,
                 struct FTW *where)
{
    (void) st, (void) where;
    if (type == FTW_D || type == FTW_DNR)
        chmod (path, 0700);
    return 0;
}

static int
remove_one (const char *path, const struct stat *st, int type,
            struct FTW *where)
{
    (void) st, (void) type, (void) where;
    return remove (path);
}

static la_ssize_t
read_input (struct archive *a, void *opaque, const void **ret)
{
    struct script *script = opaque;
    size_t n = bytes_left (script);

    (void) a;
    *ret = script->p;
    script->p = script->end;
    return (la_ssize_t) n;
}

static void
unpack (const struct libarchive *la, uint8_t choices, struct script *script,
        int dir)
{
    cleanup_tree_maker struct tree_maker maker = TREE_MAKER (dir);
    cleanup_error struct error err = { 0 };
    struct tar_unpack u = {
        .la = la,
        .archive = la->archive_read_new (),
        .maker = &maker,
        .prefix = choices & 1 ? "prefix" : NULL,
        .xattrs = { .plain = choices & 4, .acls = choices & 4 },
    };

    maker.resolve = choices & 2 ? RESOLVE_IN_ROOT : RESOLVE_BENEATH;
    maker.keep_links = choices & 8;
    check (la->archive_read_support_format_tar (u.archive) == ARCHIVE_OK);
    if (la->archive_read_open (u.archive, script, NULL, read_input, NULL)
        == ARCHIVE_OK)
        check ((tar_unpack (&u, &err) < 0) == (err.message != NULL));
    la->archive_read_free (u.archive);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct script script = { data, data + size };
    uint8_t choices = next_byte (&script);
    cleanup_error struct error err = { 0 };
    const struct libarchive *la = load_libarchive (&err);
    static bool ready;

    check (la);
    if (!ready)
        make_folder ();
    ready = true;
    check (mkdir (path_of ("target"), 0700) == 0);
    {
        cleanup_fd int dir = open (path_of ("target"),
                                   O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        check (dir >= 0);
        unpack (la, choices, &script, dir);
    }
    check_canary ();
    nftw (path_of ("target"), make_accessible, 16, FTW_PHYS);
    check (nftw (path_of ("target"), remove_one, 16, FTW_DEPTH | FTW_PHYS)
           == 0);
    return 0;
}
