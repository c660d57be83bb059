/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mount options as mount(8) takes them, taken apart by libmount. */

#include "config.h"

#include <errno.h>
#include <libmount/libmount.h>
#include <string.h>
#include <sys/mount.h>

#include "library.h"
#include "memory.h"
#include "mount-options.h"
#include "string-list.h"

#define LIBMOUNT_FUNCTIONS(LIBRARY)                     \
    LIBRARY (mnt_split_optstr)                          \
    LIBRARY (mnt_optstr_get_flags)                      \
    LIBRARY (mnt_get_builtin_optmap)

DECLARE_LIBRARY (libmount, LIBMOUNT_FUNCTIONS)
DEFINE_LIBRARY (libmount, "libmount.so.1", LIBMOUNT_FUNCTIONS)

/* The usual ones need no library. */
static bool
is_trivial (const char *options, unsigned long *ret_flags)
{
    *ret_flags = strcmp (options, "ro") == 0 ? MS_RDONLY : 0;
    return !*options || *ret_flags;
}

static int
split (const char *options, struct mount_options *ret, struct error *err)
{
    const struct libmount *lib = load_libmount (err);
    cleanup_free char *vfs = NULL;
    int r;

    if (!lib)
        return -1;
    r = lib->mnt_split_optstr (options, NULL, &vfs, &ret->data, 0, 0);
    if (r == 0 && vfs)
        r = lib->mnt_optstr_get_flags (
            vfs, &ret->flags, lib->mnt_get_builtin_optmap (MNT_LINUX_MAP));
    if (r < 0)
        return fail (err, -r, "mount options '%s': %m", options);
    return 0;
}

int
mount_options_parse (const char *options, const char *subvolume,
                     struct mount_options *ret, struct error *err)
{
    if (!is_trivial (options, &ret->flags) && split (options, ret, err) < 0)
        return -1;
    if (subvolume) {
        char *data = xasprintf ("%s%ssubvol=%s", ret->data ? ret->data : "",
                                ret->data ? "," : "", subvolume);

        free (ret->data);
        ret->data = data;
    }
    return 0;
}

void
mount_options_free (struct mount_options *o)
{
    free (o->data);
    o->data = NULL;
}
