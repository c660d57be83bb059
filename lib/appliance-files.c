/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that a virtual machine of QEMU's boots from. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance.h"
#include "appliance-files.h"
#include "cache.h"
#include "command.h"
#include "fixed-appliance.h"
#include "supervised.h"

void
appliance_files_free (struct appliance_files *f)
{
    close_fd (&f->kernel_fd);
    close_fd (&f->initrd_fd);
    close_fd (&f->root_fd);
    free (f->folder);
    free (f->root_uuid);
    free (f->kernel);
    free (f->initrd);
    free (f->root);
    *f = APPLIANCE_FILES_NONE;
}

static int
open_file (const char *path, int *ret, struct error *err)
{
    struct stat st;

    if (!path)
        return 0;
    *ret = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*ret < 0 || fstat (*ret, &st) < 0)
        return fail (err, errno, "%s: %m", path);
    if (!S_ISREG (st.st_mode))
        return fail (err, EINVAL, "%s: this part of an appliance must be a "
                     "regular file", path);
    return above_stdio (ret, err);
}

static int
open_files (struct appliance_files *f, struct error *err)
{
    if (open_file (f->kernel, &f->kernel_fd, err) < 0
        || open_file (f->initrd, &f->initrd_fd, err) < 0
        || open_file (f->root, &f->root_fd, err) < 0)
        return -1;
    return 0;
}

/* "kernel PATH" and so on. */
static int
read_paths (const char *text, struct appliance_files *f, struct error *err)
{
    cleanup_string_array char **lines = string_split_lines (text);
    const struct {
        const char *word;
        char **path;
    } paths[] = {
        { "kernel ", &f->kernel },
        { "initrd ", &f->initrd },
        { "root ", &f->root },
    };

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        for (size_t j = 0; lines[j]; j++)
            if (!*paths[i].path
                && string_starts_with (lines[j], paths[i].word))
                *paths[i].path = xstrdup (lines[j] + strlen (paths[i].word));
        if (!*paths[i].path)
            return fail (err, EPROTO, "guestfs-build-appliance did not say "
                         "where the %sis", paths[i].word);
    }
    return 0;
}

static int
build_failed (const char *errors, struct error *err)
{
    if (report_explains (errors, err))
        return -1;
    return fail (err, EIO, "guestfs-build-appliance: %s", errors);
}

static void
add_override (struct command *c, const char *option, const char *first,
              const char *second)
{
    const char *value = secure_getenv (first);

    if (!value)
        value = secure_getenv (second);

    if (value && *value)
        command_add_format (c, "--%s=%s", option, value);
}

static int
build (guestfs_h *g, struct appliance_files *ret)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_free char *program = helper_path ("guestfs-build-appliance");
    cleanup_free char *daemon = helper_path ("guestfsd");
    cleanup_free char *folder = cache_folder (g);

    if (!folder)
        return -1;
    command_add (&c, program, NULL);
    command_add_format (&c, "--daemon=%s", daemon);
    command_add_format (&c, "--patience=%d", g->launch_timeout_ms / 1000
                                             * LAUNCH_PATIENCE);
    add_override (&c, "kernel", "LIBGUESTFS_KERNEL", "SUPERMIN_KERNEL");
    add_override (&c, "modules", "LIBGUESTFS_MODULES", "SUPERMIN_MODULES");
    command_add (&c, folder, NULL);
    if (command_run (&c, &g->error) < 0)
        return -1;
    if (c.status != 0)
        return build_failed (c.errors, &g->error);
    return read_paths (c.output, ret, &g->error);
}

/* Between the building and the opening another process may have found that
 * a file of the host has changed, and removed what we were told of.
 */
static int
build_and_open (guestfs_h *g, struct appliance_files *ret)
{
    if (build (g, ret) < 0)
        return -1;
    if (open_files (ret, &g->error) == 0)
        return 0;
    if (g->error.errnum != ENOENT)
        return -1;
    debug (g, "launch: %s; once more", g->error.message);
    error_clear (&g->error);
    appliance_files_free (ret);
    return build (g, ret) < 0 ? -1 : open_files (ret, &g->error);
}

int
appliance_files_find (guestfs_h *g, struct appliance_files *ret)
{
    cleanup_appliance_files struct appliance_files f = APPLIANCE_FILES_NONE;

    int r = fixed_appliance_find (g, &f);

    if (r > 0)
        r = open_files (&f, &g->error) < 0
                ? -1
                : fixed_appliance_examine (&f, &g->error);
    else if (r == 0)
        r = build_and_open (g, &f);
    if (r < 0)
        return -1;
    *ret = f;
    f = APPLIANCE_FILES_NONE;
    return 0;
}
