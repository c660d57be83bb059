/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The root: what the table says, in a folder, and an image of that. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "command.h"
#include "file-walk.h"
#include "memory.h"
#include "root-rows.h"

/* Where programs are; the daemon's PATH. */
static const char *const program_folders[]
    = { "/usr/sbin", "/usr/bin", "/sbin", "/bin", NULL };

/* Where libraries are, as the loader of the distributions looks for them. */
static const char *const library_folders[] = {
#if defined __x86_64__
    "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu",
#elif defined __aarch64__
    "/usr/lib/aarch64-linux-gnu", "/lib/aarch64-linux-gnu",
#endif
    "/usr/lib64", "/lib64", "/usr/lib", "/lib", NULL,
};

/* What of / is a link into /usr on many hosts. */
static const char *const merged_folders[]
    = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", NULL };

/* Links of / as the host has them, or the linker's fixed name would not be
 * found.
 */
static int
make_links (const struct build *b, struct error *err)
{
    for (size_t i = 0; merged_folders[i]; i++) {
        const char *path = merged_folders[i];
        cleanup_free char *link = xasprintf ("%s%s", b->staging, path);
        cleanup_free char *real = staged_path (b, path);

        if (access (path, F_OK) < 0)
            continue;
        if (make_parents (real, err) < 0)
            return -1;
        if (mkdir (real, 0755) < 0
            || (strcmp (link, real) != 0
                && symlink (real + strlen (b->staging) + 1, link) < 0))
            return fail (err, errno, "%s: %m", link);
    }
    return 0;
}

static int
stage_folder (struct build *b, const struct root_row *row, struct error *err)
{
    cleanup_free char *path = staged_path (b, row->name);

    if (mkdir (path, 0755) < 0 && errno != EEXIST)
        return fail (err, errno, "%s: %m", path);
    return 0;
}

static int
stage_point (struct build *b, const struct root_row *row, struct error *err)
{
    cleanup_free char *path = staged_path (b, row->name);
    cleanup_fd int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    return fd < 0 ? fail (err, errno, "%s: %m", path) : 0;
}

static int
stage_plain (struct build *b, const struct root_row *row, struct error *err)
{
    return stage_file (b, row->name, row->name, err);
}

static int
stage_entry (void *opaque, const struct walk_entry *entry, struct error *err)
{
    if (!S_ISREG (entry->st.st_mode))
        return 0;
    return stage_file (opaque, entry->path, entry->path, err);
}

static int
stage_tree (struct build *b, const struct root_row *row, struct error *err)
{
    const struct file_walk walk = { .visit = stage_entry, .opaque = b };
    cleanup_free char *folder = realpath (row->name, NULL);

    input_add (b, row->name);
    if (!folder)
        return fail (err, errno, "%s: %m", row->name);
    return file_walk (&walk, AT_FDCWD, folder, folder, err);
}

/* A link to a program beside it stays one: mkfs.ext4 -> mke2fs. */
static int
stage_one_program (struct build *b, const char *path, struct error *err)
{
    const char *base = strrchr (path, '/') + 1;
    cleanup_free char *to = staged_path (b, path), *real = NULL;
    char target[256];
    ssize_t n = readlink (path, target, sizeof target - 1);

    if (n > 0)
        target[n] = '\0';
    if (n <= 0 || strchr (target, '/'))
        return stage_program (b, path, path, err);
    if (access (to, F_OK) == 0)
        return 0;
    real = xasprintf ("%.*s%s", (int) (base - path), path, target);
    input_add (b, path);
    if (stage_one_program (b, real, err) < 0 || make_parents (to, err) < 0)
        return -1;
    return symlink (target, to) < 0 ? fail (err, errno, "%s: %m", to) : 0;
}

/* Absence, or that it isn't ours to read. */
static bool
may_be_left_out (const struct error *err)
{
    return err->errnum == ENOENT || err->errnum == EACCES;
}

/* All programs of a pattern in one folder; one that can't be read, or lacks
 * a library, is left out.
 */
static int
stage_matches (struct build *b, const char *folder, const char *name,
               bool *ret_found, struct error *err)
{
    cleanup_free char *pattern = xasprintf ("%s/%s", folder, name);
    glob_t found = { 0 };
    int r = 0;

    input_add_matches (b, pattern);
    glob (pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc && r == 0; i++) {
        cleanup_error struct error reason = { 0 };

        if (stage_one_program (b, found.gl_pathv[i], &reason) == 0)
            *ret_found = true;
        else if (!may_be_left_out (&reason)) {
            error_move (err, &reason);
            r = -1;
        }
    }
    globfree (&found);
    return r;
}

static int
stage_named_program (struct build *b, const struct root_row *row,
                     struct error *err)
{
    bool found = false;

    for (size_t i = 0; program_folders[i]; i++) {
        struct stat st;

        if (lstat (program_folders[i], &st) == 0 && S_ISDIR (st.st_mode)
            && stage_matches (b, program_folders[i], row->name, &found, err)
                   < 0)
            return -1;
    }
    return found ? 0 : fail (err, ENOENT, "there is no program %s",
                             row->name);
}

static int
stage_library (struct build *b, const struct root_row *row,
               struct error *err)
{
    for (size_t i = 0; library_folders[i]; i++) {
        cleanup_free char *path = xasprintf ("%s/%s", library_folders[i],
                                             row->name);

        if (access (path, F_OK) == 0)
            return stage_program (b, path, path, err);
        input_add (b, path);
    }
    return fail (err, ENOENT, "there is no library %s", row->name);
}

static int (*const stage_kinds[]) (struct build *b,
                                   const struct root_row *row,
                                   struct error *err) = {
    [ROOT_FOLDER] = stage_folder,
    [ROOT_POINT] = stage_point,
    [ROOT_FILE] = stage_plain,
    [ROOT_TREE] = stage_tree,
    [ROOT_PROGRAM] = stage_named_program,
    [ROOT_LIBRARY] = stage_library,
    [ROOT_MODULES] = NULL, /* build-modules.c */
    [INITRD_MODULE] = NULL,
};

static int
stage_row (struct build *b, const struct root_row *row, struct error *err)
{
    cleanup_error struct error reason = { 0 };

    if (!stage_kinds[row->kind]
        || stage_kinds[row->kind] (b, row, &reason) == 0)
        return 0;
    if (!row->required && may_be_left_out (&reason))
        return 0;
    error_move (err, &reason);
    return -1;
}

int
root_stage (struct build *b, struct error *err)
{
    if (mkdir (b->staging, 0755) < 0)
        return fail (err, errno, "%s: %m", b->staging);
    if (make_links (b, err) < 0)
        return -1;
    for (const struct root_row *row = root_rows; row->name; row++)
        if (stage_row (b, row, err) < 0)
            return -1;
    return stage_program (b, b->daemon, "/init", err);
}

static char *
format_uuid (const unsigned char *u)
{
    return xasprintf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
                      "%02x%02x%02x%02x%02x%02x", u[0], u[1], u[2], u[3],
                      u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12],
                      u[13], u[14], u[15]);
}

/* Extended attributes would be the host's business; times are not
 * interesting, and without them inodes are half as large.
 */
int
root_make_image (const struct build *b, const char *path, struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_free char *uuid = format_uuid (b->uuid);

    command_add (&c, "mkfs.erofs", "-d0", "--all-root", "-x-1", "-T0", "-U",
                uuid, path, b->staging, NULL);
    if (command_run (&c, err) < 0)
        return err->errnum == ENOENT
                   ? fail (err, ENOENT, "the program mkfs.erofs is not "
                           "there: install the package erofs-utils")
                   : -1;
    if (c.status == 0)
        return 0;
    command_failed (&c, err);
    if (strstr (c.errors, "No space left") || strstr (c.errors, "[Error 28]"))
        err->errnum = ENOSPC;
    return -1;
}
