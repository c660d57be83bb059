/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-build-appliance: makes sure that a folder has a current appliance
 * for QEMU, and says where.  README.md has its interface.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fixed-root.h"
#include "io.h"
#include "memory.h"
#include "number.h"
#include "options.h"
#include "remove-tree.h"

#define INIT_PROGRAM "guestfs-initrd"
#define README_NAME "README.fixed"
#define DEFAULT_PATIENCE_MS (600 * 1000)

static const char readme[]
    = "This is an appliance of libguestfs " GUESTFS_VERSION ".\n"
      "\n"
      "To use it, set LIBGUESTFS_PATH to the path of this folder.  It\n"
      "belongs to this version of the library, and consists of programs of\n"
      "the host on which guestfs-build-appliance made it, each under the\n"
      "license of its package.\n";

struct request {
    struct build build;
    char *output; /* where a fixed appliance is to be; NULL: none */
};

_Noreturn void
out_of_memory (void)
{
    fputs ("error ENOMEM out of memory\n", stderr);
    exit (EXIT_FAILURE);
}

static int
set_path (char **to, const char *value, struct error *err)
{
    free (*to);
    *to = realpath (value, NULL);
    return *to ? 0 : fail (err, errno, "%s: %m", value);
}

static int
set_daemon (void *data, const char *value, struct error *err)
{
    return set_path (&((struct request *) data)->build.daemon, value, err);
}

static int
set_kernel (void *data, const char *value, struct error *err)
{
    return set_path (&((struct request *) data)->build.kernel, value, err);
}

static int
set_modules (void *data, const char *value, struct error *err)
{
    return set_path (&((struct request *) data)->build.modules, value, err);
}

static int
set_output (void *data, const char *value, struct error *err)
{
    struct request *request = data;

    (void) err;
    free (request->output);
    request->output = xstrdup (value);
    return 0;
}

static int
set_patience (void *data, const char *value, struct error *err)
{
    struct request *request = data;
    int64_t seconds;

    if (parse_number (value, 0, INT_MAX, &seconds, err) < 0)
        return -1;
    request->build.patience_ms = seconds * 1000;
    return 0;
}

static const struct option_row option_rows[] = {
    { "daemon", '\0', OPTION_VALUE, "FILE", "the appliance's init",
      set_daemon },
    { "kernel", '\0', OPTION_VALUE, "FILE", "the kernel, instead of the "
      "newest of the host", set_kernel },
    { "modules", '\0', OPTION_VALUE, "DIR", "its modules, instead of those "
      "in /lib/modules", set_modules },
    { "output", '\0', OPTION_VALUE, "DIR", "put a fixed appliance there",
      set_output },
    { "patience", '\0', OPTION_VALUE, "SECONDS", "so long somebody else may "
      "build one", set_patience },
    OPTION_HELP ("Usage: guestfs-build-appliance --daemon=FILE [OPTIONS] "
                 "CACHEDIR\n"
                 "Build an appliance for QEMU of what the host has, unless "
                 "CACHEDIR has it.\n", ""),
    OPTION_ROWS_END,
};

static int
parse_options (struct request *request, int argc, char **argv,
               struct error *err)
{
    struct build *b = &request->build;
    int rest;

    if (options_parse (option_rows, argc, argv, request, &rest, err) < 0)
        return -1;
    if (!b->daemon || rest != argc - 1)
        return fail (err, EINVAL, "usage: guestfs-build-appliance "
                     "--daemon=FILE [--kernel=FILE] [--modules=DIR] "
                     "[--output=DIR] [--patience=SECONDS] CACHEDIR");
    b->cache = xstrdup (argv[rest]);
    b->options = xasprintf ("daemon=%s kernel=%s modules=%s", b->daemon,
                            b->kernel ? b->kernel : "",
                            b->modules ? b->modules : "");
    return 0;
}

/* What is beside us, wherever we are installed. */
static int
find_ourselves (struct build *b, struct error *err)
{
    cleanup_free char *us = realpath ("/proc/self/exe", NULL);

    if (!us)
        return fail (err, errno, "/proc/self/exe: %m");
    b->init = xasprintf ("%.*s/" INIT_PROGRAM,
                         (int) (strrchr (us, '/') - us), us);
    if (access (b->init, R_OK) < 0)
        return fail (err, errno, "%s: %m", b->init);
    input_add (b, us);
    input_add (b, b->init);
    return 0;
}

static int
make_files (struct build *b, struct error *err)
{
    cleanup_free char *kernel = xasprintf ("%s/" KERNEL_NAME, b->work);
    cleanup_free char *initrd = xasprintf ("%s/" INITRD_NAME, b->work);
    cleanup_free char *root = xasprintf ("%s/" ROOT_NAME, b->work);

    if (getrandom (b->uuid, sizeof b->uuid, 0) != sizeof b->uuid)
        return fail (err, errno, "getrandom: %m");
    if (kernel_install (b, kernel, err) < 0 || root_stage (b, err) < 0
        || modules_install (b, err) < 0 || initrd_write (b, initrd, err) < 0)
        return -1;
    return root_make_image (b, root, err);
}

/* With the lock held: what was built meanwhile is taken. */
static char *
build_locked (struct build *b, struct error *err)
{
    char *folder = cache_find (b);

    if (folder)
        return folder;
    cache_clean (b);
    if (find_ourselves (b, err) < 0 || kernel_choose (b, err) < 0
        || cache_begin (b, err) < 0)
        return NULL;
    if (make_files (b, err) == 0)
        folder = cache_publish (b, err);
    if (!folder)
        remove_tree (b->work);
    return folder;
}

static char *
find_or_build (struct build *b, struct error *err)
{
    cleanup_fd int lock = -1;
    char *folder;

    if (cache_check (b, err) < 0)
        return NULL;
    folder = cache_find (b);
    if (folder)
        return folder;
    lock = cache_lock (b, err);
    folder = lock < 0 ? NULL : build_locked (b, err);
    if (!folder && (err->errnum == ENOSPC || err->errnum == EDQUOT))
        fail_context (err, "no room for the appliance in %s; "
                      "LIBGUESTFS_CACHEDIR or TMPDIR can name another folder",
                      b->cache);
    return folder;
}

/* The UUID is drawn anew: nobody compares it with anything. */
static int
write_root_header (int fd, struct error *err)
{
    char header[FIXED_ROOT_HEADER_SIZE] = { 0 };

    memcpy (header + EXT2_MAGIC_OFFSET, EXT2_MAGIC, strlen (EXT2_MAGIC));
    header[EXT2_STATE_OFFSET] = EXT2_STATE_CLEAN;
    header[EXT2_REVISION_OFFSET] = EXT2_REVISION;
    if (getrandom (header + EXT2_UUID_OFFSET, UUID_SIZE, 0) != UUID_SIZE)
        return fail (err, errno, "random numbers: %m");
    if (write_full (fd, header, sizeof header) < 0)
        return fail (err, errno, "%m");
    return 0;
}

/* Written under another name first: who uses the old one keeps it. */
static int
put_file (const char *from, const char *folder, const char *name,
          struct error *err)
{
    cleanup_free char *source = xasprintf ("%s/%s", from, name);
    cleanup_free char *target = xasprintf ("%s/%s", folder, name);
    cleanup_free char *draft = xasprintf ("%s/.%s.new", folder, name);
    cleanup_fd int in = open (source, O_RDONLY | O_CLOEXEC), out = -1;

    if (in < 0)
        return fail (err, errno, "%s: %m", source);
    unlink (draft);
    out = open (draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (out < 0)
        return fail (err, errno, "%s: %m", draft);
    if ((strcmp (name, ROOT_NAME) == 0 && write_root_header (out, err) < 0)
        || copy_content (in, out, err) < 0) {
        unlink (draft);
        return fail_context (err, "%s", target);
    }
    if (rename (draft, target) < 0)
        return fail (err, errno, "%s: %m", target);
    return 0;
}

static int
write_readme (const char *folder, struct error *err)
{
    cleanup_free char *path = xasprintf ("%s/" README_NAME, folder);
    cleanup_file FILE *fp = fopen (path, "we");

    if (!fp || fputs (readme, fp) == EOF || fflush (fp) == EOF)
        return fail (err, errno, "%s: %m", path);
    return 0;
}

/* README.fixed is what makes it an appliance: it comes last. */
static int
write_fixed (const char *from, const char *folder, struct error *err)
{
    static const char *const names[]
        = { KERNEL_NAME, INITRD_NAME, ROOT_NAME };

    if (mkdir (folder, 0755) < 0 && errno != EEXIST)
        return fail (err, errno, "%s: %m", folder);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (put_file (from, folder, names[i], err) < 0)
            return -1;
    return write_readme (folder, err);
}

static int
run (struct request *request, int argc, char **argv, struct error *err)
{
    struct build *b = &request->build;
    cleanup_free char *folder = NULL, *release = NULL;
    const char *where;

    if (parse_options (request, argc, argv, err) < 0)
        return -1;
    folder = find_or_build (b, err);
    release = folder ? manifest_release (folder, err) : NULL;
    if (!release)
        return -1;
    if (request->output && write_fixed (folder, request->output, err) < 0)
        return -1;
    where = request->output ? request->output : folder;
    printf ("kernel %s/" KERNEL_NAME "\ninitrd %s/" INITRD_NAME "\n"
            "root %s/" ROOT_NAME "\nrelease %s\n", where, where, where,
            release);
    return fflush (stdout) == EOF ? fail (err, errno, "stdout: %m") : 0;
}

static void
request_free (struct request *request)
{
    struct build *b = &request->build;
    char **texts[] = { &b->cache, &b->daemon, &b->kernel, &b->modules,
                       &b->init, &b->options, &b->kernel_path, &b->release,
                       &b->modules_path, &b->work, &b->staging,
                       &request->output };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free (steal (texts[i]));
    strings_free (&b->inputs);
    strings_free (&b->initrd_modules);
}

/* One line, as guestfs-confine's. */
static void
report (const struct error *err)
{
    for (char *p = err->message; *p; p++)
        if (*p == '\n')
            *p = ' ';
    fprintf (stderr, "error %s %s\n", errno_to_name (err->errnum),
             err->message);
}

int
main (int argc, char **argv)
{
    struct request request = { .build.patience_ms = DEFAULT_PATIENCE_MS };
    cleanup_error struct error err = { 0 };
    int r;

    /* Programs that we run say what we expect, and load what they should. */
    clearenv ();
    setenv ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv ("LC_ALL", "C", 1);
    umask (022);
    r = run (&request, argc, argv, &err);
    if (r < 0)
        report (&err);
    request_free (&request);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
