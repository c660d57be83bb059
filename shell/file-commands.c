/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that bring files to programs of the host and back, or copy whole
 * trees: copy-in, copy-out, display, edit, hexedit, more.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "command-table.h"
#include "host.h"
#include "memory.h"
#include "number.h"
#include "string-list.h"
#include "temporary.h"

static const char *
variable (const char *name, const char *otherwise)
{
    const char *value = getenv (name);

    return value && *value ? value : otherwise;
}

typedef int (*copy_call) (guestfs_h *g, const char *from, const char *to);

/* All but the last word go where the last one says. */
static int
copy_all (struct shell *sh, char *const *words, copy_call copy,
          struct error *err)
{
    size_t last = string_array_length (words) - 1;

    for (size_t i = 1; i < last; i++)
        if (copy (sh->g, words[i], words[last]) < 0)
            return library_error (sh, err);
    return 0;
}

static int
run_copy_in (struct shell *sh, char *const *words, struct error *err)
{
    return copy_all (sh, words, guestfs_copy_in, err);
}

static int
run_copy_out (struct shell *sh, char *const *words, struct error *err)
{
    return copy_all (sh, words, guestfs_copy_out, err);
}

static int
download (struct shell *sh, const char *path, struct temporary *ret,
          struct error *err)
{
    if (temporary_make (sh, path, ret, err) < 0)
        return -1;
    if (guestfs_download (sh->g, path, ret->file) < 0)
        return library_error (sh, err);
    return 0;
}

static int
show (struct shell *sh, const char *path, const char *program,
      struct error *err)
{
    cleanup_temporary struct temporary t = { .file = NULL };

    if (download (sh, path, &t, err) < 0)
        return -1;
    return host_run_on_file (program, t.file, err);
}

static int
run_display (struct shell *sh, char *const *words, struct error *err)
{
    return show (sh, words[1],
                 variable ("GUESTFISH_DISPLAY_IMAGE", "display"), err);
}

static int
run_more (struct shell *sh, char *const *words, struct error *err)
{
    bool less = strcmp (words[0], "less") == 0;

    return show (sh, words[1], less ? "less" : variable ("PAGER", "more"),
                 err);
}

/* The new content takes the place of the old one in a single step, with the
 * same owner, mode and attributes: nobody ever finds half a file.
 */
static int
replace (struct shell *sh, const char *file, const char *target,
         const char *fresh)
{
    const struct guestfs_copy_attributes_argv all = {
        .bitmask = GUESTFS_COPY_ATTRIBUTES_ALL_BITMASK,
        .all = 1,
    };

    if (guestfs_upload (sh->g, file, fresh) < 0
        || guestfs_copy_attributes_argv (sh->g, target, fresh, &all) < 0)
        return -1;
    return guestfs_rename (sh->g, fresh, target);
}

static int
send_back (struct shell *sh, const char *file, const char *path,
           struct error *err)
{
    cleanup_free char *target = guestfs_realpath (sh->g, path);
    cleanup_free char *template = NULL;
    cleanup_free char *fresh = NULL;

    if (!target)
        return library_error (sh, err);
    template = xasprintf ("%.*s/.guestfishXXXXXX",
                          (int) (strrchr (target, '/') - target), target);
    fresh = guestfs_mktemp (sh->g, template, -1);
    if (!fresh)
        return library_error (sh, err);
    if (replace (sh, file, target, fresh) < 0) {
        library_error (sh, err);
        guestfs_rm_f (sh->g, fresh);
        return -1;
    }
    return 0;
}

static int
run_edit (struct shell *sh, char *const *words, struct error *err)
{
    bool named = strcmp (words[0], "edit") != 0;
    const char *editor = named ? words[0] : variable ("EDITOR", "vi");
    cleanup_temporary struct temporary t = { .file = NULL };
    bool changed;

    if (download (sh, words[1], &t, err) < 0
        || temporary_edit (&t, editor, &changed, err) < 0)
        return -1;
    return changed ? send_back (sh, t.file, words[1], err) : 0;
}

/* What hexedit shows: all from start on, or as much as the user asks for. */
static int
hexedit_range (struct shell *sh, char *const *words, int64_t *ret_start,
               int64_t *ret_size, struct error *err)
{
    bool device = string_starts_with (words[1], "/dev/");
    int64_t start = 0, max = INT64_MAX;
    int64_t size = device ? guestfs_blockdev_getsize64 (sh->g, words[1])
                          : guestfs_filesize (sh->g, words[1]);

    if (size == -1)
        return library_error (sh, err);
    if (words[2] && words[3]
        && parse_number (words[2], 0, INT64_MAX, &start, err) < 0)
        return -1;
    if (words[2]
        && parse_number (words[words[3] ? 3 : 2], 1, INT64_MAX, &max, err) < 0)
        return -1;
    if (start > size)
        return fail (err, EINVAL, "%s: there are only %lld bytes", words[1],
                     (long long) size);
    *ret_start = start;
    *ret_size = max < size - start ? max : size - start;
    return 0;
}

static int
run_hexedit (struct shell *sh, char *const *words, struct error *err)
{
    cleanup_temporary struct temporary t = { .file = NULL };
    int64_t start = 0, size = 0;
    bool changed;

    if (hexedit_range (sh, words, &start, &size, err) < 0
        || temporary_make (sh, words[1], &t, err) < 0)
        return -1;
    if (guestfs_download_offset (sh->g, words[1], t.file, start, size) < 0)
        return library_error (sh, err);
    if (temporary_edit (&t, variable ("HEXEDITOR", "hexedit"), &changed, err)
        < 0)
        return -1;
    if (changed && guestfs_upload_offset (sh->g, t.file, words[1], start) < 0)
        return library_error (sh, err);
    return 0;
}

const struct shell_command file_commands[] = {
    {
        .name = "copy-in",
        .usage = "local [local ...] /remotedir",
        .summary = "copy local files or folders into the guest",
        .help = "Copies local files, and folders with all that is in them, "
                "into the folder\n'remotedir' of the guest, which must "
                "exist. Wildcards are not expanded.\n",
        .min_words = 2,
        .max_words = ANY_WORDS,
        .run = run_copy_in,
    },
    {
        .name = "copy-out",
        .usage = "remote [remote ...] localdir",
        .summary = "copy files or folders out of the guest",
        .help = "Copies files, and folders with all that is in them, from "
                "the guest into the\nlocal folder 'localdir', which must "
                "exist; '.' is the current one. Put 'glob'\nbefore it to "
                "have wildcards expanded:\n\n    glob copy-out /home/* .\n",
        .min_words = 2,
        .max_words = ANY_WORDS,
        .run = run_copy_out,
    },
    {
        .name = "display",
        .usage = "path",
        .summary = "show a picture",
        .help = "Brings a picture out of the guest and shows it with the "
                "program that\n$GUESTFISH_DISPLAY_IMAGE names, or "
                "display(1).\n",
        .min_words = 1,
        .max_words = 1,
        .run = run_display,
    },
    {
        .name = "edit",
        .aliases = (const char *const[]) { "vi", "emacs", NULL },
        .usage = "path",
        .summary = "edit a file",
        .help = "Brings a file out of the guest, lets you edit it with "
                "$EDITOR (or vi), and\nputs it back with the same owner and "
                "mode if it was changed. 'vi' and 'emacs'\nuse the editor "
                "of that name.\n",
        .min_words = 1,
        .max_words = 1,
        .run = run_edit,
    },
    {
        .name = "hexedit",
        .usage = "path|device [[start] max]",
        .summary = "edit the bytes of a file or device",
        .help = "Brings bytes of a file or device here, lets you edit them "
                "with $HEXEDITOR (or\nhexedit), and writes them back. From "
                "large ones take only a part: 'max' bytes\nfrom 'start' on, "
                "such as the superblock of an ext4 file system:\n\n"
                "    hexedit /dev/sda1 1K 1K\n",
        .min_words = 1,
        .max_words = 3,
        .run = run_hexedit,
    },
    {
        .name = "more",
        .aliases = (const char *const[]) { "less", NULL },
        .usage = "path",
        .summary = "read a file in a pager",
        .help = "Shows a file with $PAGER (or more). 'less' uses the pager "
                "of that name.\n",
        .min_words = 1,
        .max_words = 1,
        .run = run_more,
    },
    { .name = NULL },
};
