/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -i: mounting file systems as the guest does. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "cleanup.h"
#include "guest.h"
#include "inspect.h"
#include "memory.h"
#include "string-list.h"

/* Question marks for what the terminal could take for a command. */
static void
make_printable (char *text)
{
    mbstate_t state = { 0 };

    while (*text) {
        wchar_t c;
        size_t n = mbrtowc (&c, text, MB_CUR_MAX, &state);
        bool valid = n != (size_t) -1 && n != (size_t) -2;

        if (!valid) {
            state = (mbstate_t) { 0 };
            n = 1;
        }
        if (!valid || !iswprint ((wint_t) c))
            memset (text, '?', n);
        text += n;
    }
}

/* What the guest calls itself. */
static char *
product_name (guestfs_h *g, const char *root)
{
    char *name = guestfs_inspect_get_product_name (g, root);

    if (name)
        make_printable (name);
    return name;
}

static int
fail_no_system (guestfs_h *g, struct error *err)
{
    fail (err, ENOENT, "-i: no operating system was found; without -i, and "
          "with -m DEVICE,\nsingle file systems are mounted");
    return add_filesystems (g, err);
}

static int
fail_several (guestfs_h *g, char *const *roots, struct error *err)
{
    cleanup_strings struct strings lines = STRINGS_EMPTY;
    cleanup_free char *text = NULL;

    strings_add (&lines, "-i: there is more than one operating system:");
    for (size_t i = 0; roots[i]; i++) {
        cleanup_free char *name = product_name (g, roots[i]);

        strings_add_format (&lines, "    %s (%s)", roots[i],
                            name ? name : "unknown");
    }
    strings_add (&lines, "instead of -i, mount the file systems of one with "
                         "-m DEVICE");
    text = strings_join (&lines, "\n");
    return fail (err, EINVAL, "%s", text);
}

/* The root of the one system. */
static char *
find_root (guestfs_h *g, struct error *err)
{
    cleanup_string_array char **roots = guestfs_inspect_os (g);

    if (!roots) {
        guest_error (g, err);
        return NULL;
    }
    if (!roots[0])
        fail_no_system (g, err);
    else if (roots[1])
        fail_several (g, roots, err);
    else
        return xstrdup (roots[0]);
    return NULL;
}

struct pair {
    const char *mountpoint;
    const char *device;
};

/* A short path may be the parent of a longer one. */
static int
compare_lengths (const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    size_t left = strlen (x->mountpoint), right = strlen (y->mountpoint);

    return left != right ? (left > right) - (left < right)
                         : strcmp (x->mountpoint, y->mountpoint);
}

/* A hash of mount points and devices, which may also be the other way
 * round, in the order of mounting.
 */
static struct pair *
sort_pairs (char *const *hash, bool device_first, size_t *ret_count)
{
    size_t count = string_array_length (hash) / 2;
    struct pair *pairs = xcalloc (count + 1, sizeof *pairs);

    for (size_t i = 0; i < count; i++)
        pairs[i] = (struct pair) {
            .mountpoint = hash[2 * i + device_first],
            .device = hash[2 * i + !device_first],
        };
    qsort (pairs, count, sizeof *pairs, compare_lengths);
    *ret_count = count;
    return pairs;
}

static int
mount_pair (guestfs_h *g, const struct pair *pair, bool read_only,
            struct error *err)
{
    cleanup_error struct error reason = { 0 };

    if (guestfs_mount_options (g, read_only ? "ro" : "", pair->device,
                               pair->mountpoint) == 0)
        return 0;
    guest_error (g, &reason);
    if (strcmp (pair->mountpoint, "/") == 0) {
        error_move (err, &reason);
        return -1;
    }
    fprintf (stderr, "%s: warning: %s is not mounted on %s: %s\n",
             program_invocation_short_name, pair->device, pair->mountpoint,
             reason.message);
    return 0;
}

int
guest_inspect (guestfs_h *g, const struct guest_options *o, struct error *err)
{
    cleanup_free char *root = find_root (g, err);
    cleanup_string_array char **hash = NULL;
    cleanup_free struct pair *pairs = NULL;
    size_t count;

    if (!root)
        return -1;
    hash = guestfs_inspect_get_mountpoints (g, root);
    if (!hash)
        return guest_error (g, err);
    pairs = sort_pairs (hash, false, &count);
    for (size_t i = 0; i < count; i++)
        if (mount_pair (g, &pairs[i], o->read_only, err) < 0)
            return -1;
    return 0;
}

void
guest_print_inspected (guestfs_h *g)
{
    cleanup_string_array char **roots = guestfs_inspect_get_roots (g);
    cleanup_string_array char **hash = guestfs_mountpoints (g);
    cleanup_free struct pair *pairs = NULL;
    cleanup_free char *name = NULL;
    size_t count;

    if (!roots || !roots[0] || !hash)
        return;
    name = product_name (g, roots[0]);
    printf ("Operating system: %s\n", name ? name : "unknown");
    pairs = sort_pairs (hash, true, &count);
    for (size_t i = 0; i < count; i++)
        printf ("%s mounted on %s\n", pairs[i].device, pairs[i].mountpoint);
}
