/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that bring files to programs of the host and back, or copy whole
 * trees: copy-in, copy-out, display, edit, hexedit, more.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "host.h"
#include "memory.h"
#include "number.h"
#include "own-commands.h"
#include "string-list.h"
#include "temporary.h"
#include "windows-path.h"

static const char *
variable (const char *name, const char *otherwise)
{
    const char *value = getenv (name);

    return value && *value ? value : otherwise;
}

typedef int (*copy_call) (guestfs_h *g, const char *from, const char *to);

/* All but the last word go where the last one says.  in: into the guest. */
static int
copy_all (struct shell *sh, char *const *words, bool in, struct error *err)
{
    copy_call copy = in ? guestfs_copy_in : guestfs_copy_out;
    const char *last = words[string_array_length (words) - 1];
    cleanup_free char *to = in ? guest_path (sh, last, err) : xstrdup (last);

    if (!to)
        return -1;
    for (size_t i = 1; words[i + 1]; i++) {
        cleanup_free char *from = in ? xstrdup (words[i])
                                     : guest_path (sh, words[i], err);

        if (!from)
            return -1;
        if (copy (sh->g, from, to) < 0)
            return library_error (sh, err);
    }
    return 0;
}

int
run_copy_in (struct shell *sh, char *const *words, struct error *err)
{
    return copy_all (sh, words, true, err);
}

int
run_copy_out (struct shell *sh, char *const *words, struct error *err)
{
    return copy_all (sh, words, false, err);
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
    cleanup_free char *real = guest_path (sh, path, err);

    if (!real || download (sh, real, &t, err) < 0)
        return -1;
    return host_run_on_file (program, t.file, err);
}

int
run_display (struct shell *sh, char *const *words, struct error *err)
{
    return show (sh, words[1],
                 variable ("GUESTFISH_DISPLAY_IMAGE", "display"), err);
}

int
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

int
run_edit (struct shell *sh, char *const *words, struct error *err)
{
    bool named = strcmp (words[0], "edit") != 0;
    const char *editor = named ? words[0] : variable ("EDITOR", "vi");
    cleanup_temporary struct temporary t = { .file = NULL };
    cleanup_free char *path = guest_path (sh, words[1], err);
    bool changed;

    if (!path || download (sh, path, &t, err) < 0
        || temporary_edit (&t, editor, &changed, err) < 0)
        return -1;
    return changed ? send_back (sh, t.file, path, err) : 0;
}

/* What hexedit shows: all from start on, or as much as the user asks for. */
static int
hexedit_range (struct shell *sh, const char *path, char *const *words,
               int64_t *ret_start, int64_t *ret_size, struct error *err)
{
    bool device = string_starts_with (path, "/dev/");
    int64_t start = 0, max = INT64_MAX;
    int64_t size = device ? guestfs_blockdev_getsize64 (sh->g, path)
                          : guestfs_filesize (sh->g, path);

    if (size == -1)
        return library_error (sh, err);
    if (words[2] && words[3]
        && parse_number (words[2], 0, INT64_MAX, &start, err) < 0)
        return -1;
    if (words[2]
        && parse_number (words[words[3] ? 3 : 2], 1, INT64_MAX, &max, err) < 0)
        return -1;
    if (start > size)
        return fail (err, EINVAL, "%s: there are only %lld bytes", path,
                     (long long) size);
    *ret_start = start;
    *ret_size = max < size - start ? max : size - start;
    return 0;
}

int
run_hexedit (struct shell *sh, char *const *words, struct error *err)
{
    cleanup_temporary struct temporary t = { .file = NULL };
    cleanup_free char *path = guest_path (sh, words[1], err);
    int64_t start = 0, size = 0;
    bool changed;

    if (!path || hexedit_range (sh, path, words, &start, &size, err) < 0
        || temporary_make (sh, path, &t, err) < 0)
        return -1;
    if (guestfs_download_offset (sh->g, path, t.file, start, size) < 0)
        return library_error (sh, err);
    if (temporary_edit (&t, variable ("HEXEDITOR", "hexedit"), &changed, err)
        < 0)
        return -1;
    if (changed && guestfs_upload_offset (sh->g, t.file, path, start) < 0)
        return library_error (sh, err);
    return 0;
}
