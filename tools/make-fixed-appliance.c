/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libguestfs-make-fixed-appliance: an appliance for QEMU that needs nothing
 * of the host, in a folder or packed.  guestfs-build-appliance does the work.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "command.h"
#include "libarchive.h"
#include "memory.h"
#include "options.h"
#include "remove-tree.h"
#include "tar-pack.h"

#define PROGRAM "libguestfs-make-fixed-appliance"
#define PACKED "appliance-" GUESTFS_VERSION ".tar.xz"
#define DRAFT "." PACKED ".new"

/* What a tarball has all files in. */
#define PREFIX "appliance"

/* Higher levels take minutes, and save a tenth of the size. */
#define XZ_OPTIONS "xz:compression-level=1,xz:threads=0"

_Noreturn void
out_of_memory (void)
{
    fputs (PROGRAM ": out of memory\n", stderr);
    exit (EXIT_FAILURE);
}

static int
set_xz (void *data, const char *value, struct error *err)
{
    (void) value;
    (void) err;
    *(bool *) data = true;
    return 0;
}

static const struct option_row option_rows[] = {
    { "xz", '\0', OPTION_ALONE, NULL, "make " PACKED " here", set_xz },
    OPTION_VERSION (PROGRAM),
    OPTION_HELP ("Usage: " PROGRAM " DIR\n"
                 "       " PROGRAM " --xz\n"
                 "Make an appliance for QEMU that can be copied to other "
                 "hosts.\n", ""),
    OPTION_ROWS_END,
};

static char *
helper_path (const char *name)
{
    const char *dir = getenv ("LIBGUESTFS_LIBEXECDIR");

    return xasprintf ("%s/%s", dir ? dir : LIBGUESTFS_LIBEXECDIR, name);
}

/* A private folder where the library would keep what it builds. */
static char *
make_work_folder (struct error *err)
{
    const char *dir = getenv ("LIBGUESTFS_CACHEDIR");
    cleanup_free char *folder = NULL;

    if (!dir || !*dir)
        dir = getenv ("TMPDIR");
    folder = xasprintf ("%s/guestfs-fixed-XXXXXX",
                        dir && *dir ? dir : "/var/tmp");
    if (!mkdtemp (folder))
        return fail_null (err, errno, "%s: %m", folder);
    return steal (&folder);
}

/* "error ENAME message" */
static int
build_failed (const struct command *c, struct error *err)
{
    const char *text = c->errors;

    if (string_starts_with (text, "error "))
        text += strlen ("error ") + strcspn (text + strlen ("error "), " ");
    return fail (err, EIO, "%s", text + strspn (text, " "));
}

static void
add_override (struct command *c, const char *option, const char *first,
              const char *second)
{
    const char *value = getenv (first) ? getenv (first) : getenv (second);

    if (value && *value)
        command_add_format (c, "--%s=%s", option, value);
}

static int
build (const char *work, const char *output, struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_free char *builder = helper_path ("guestfs-build-appliance");
    cleanup_free char *daemon = helper_path ("guestfsd");

    command_add (&c, builder, NULL);
    command_add_format (&c, "--daemon=%s", daemon);
    command_add_format (&c, "--output=%s", output);
    add_override (&c, "kernel", "LIBGUESTFS_KERNEL", "SUPERMIN_KERNEL");
    add_override (&c, "modules", "LIBGUESTFS_MODULES", "SUPERMIN_MODULES");
    command_add (&c, work, NULL);
    if (command_run (&c, err) < 0)
        return -1;
    return c.status == 0 ? 0 : build_failed (&c, err);
}

static const char *
root_name (void *opaque, uid_t uid)
{
    (void) opaque;
    (void) uid;
    return "root";
}

static int
pack_into (const struct libarchive *la, struct archive *a, int fd,
           const char *work, struct error *err)
{
    cleanup_fd int dir = open (work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct tar_pack pack = { .la = la, .archive = a, .prefix = "",
                             .user = root_name, .group = root_name };
    const struct compression *xz = find_compression ("xz", err);

    if (dir < 0)
        return fail (err, errno, "%s: %m", work);
    if (tar_pack_format (la, a, err) < 0
        || compression_write (xz, la, a, err) < 0)
        return -1;
    if (la->archive_write_set_options (a, XZ_OPTIONS) != ARCHIVE_OK
        || la->archive_write_open_fd (a, fd) != ARCHIVE_OK)
        return archive_failed (la, a, err);
    if (tar_pack (&pack, dir, PREFIX, PREFIX, err) < 0)
        return -1;
    return la->archive_write_close (a) == ARCHIVE_OK
               ? 0
               : archive_failed (la, a, err);
}

/* It gets its name when it is complete. */
static int
pack (const char *work, struct error *err)
{
    const struct libarchive *la = load_libarchive (err);
    cleanup_fd int fd = -1;
    struct archive *a;
    int r;

    if (!la)
        return -1;
    fd = open (DRAFT, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
               0666);
    if (fd < 0)
        return fail (err, errno, "%s: %m", DRAFT);
    a = la->archive_write_new ();
    if (!a)
        out_of_memory ();
    r = pack_into (la, a, fd, work, err);
    if (r < 0)
        la->archive_write_fail (a);
    la->archive_write_free (a);
    if (r == 0 && rename (DRAFT, PACKED) < 0)
        r = fail (err, errno, "%s: %m", PACKED);
    if (r < 0)
        unlink (DRAFT);
    return r;
}

static int
make (const char *output, struct error *err)
{
    cleanup_free char *work = make_work_folder (err), *inside = NULL;
    int r;

    if (!work)
        return -1;
    inside = xasprintf ("%s/" PREFIX, work);
    r = build (work, output ? output : inside, err);
    if (r == 0 && !output)
        r = pack (work, err);
    remove_tree (work);
    return r;
}

int
main (int argc, char **argv)
{
    cleanup_error struct error err = { 0 };
    bool xz = false;
    int rest, r;

    signal (SIGPIPE, SIG_IGN);
    r = options_parse (option_rows, argc, argv, &xz, &rest, &err);
    if (r == 0 && argc - rest != (xz ? 0 : 1))
        r = fail (&err, EINVAL, "give either a folder or --xz; "
                  "--help explains");
    if (r == 0)
        r = make (xz ? NULL : argv[rest], &err);
    if (r < 0)
        fprintf (stderr, PROGRAM ": %s\n", err.message);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
