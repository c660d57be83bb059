/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m: what to mount. */

#include "config.h"

#include <errno.h>

#include "guest.h"
#include "memory.h"
#include "mounts.h"
#include "string-list.h"

struct mount {
    char **parts; /* of DEVICE:MOUNTPOINT:OPTIONS:FSTYPE, one at least */
};

int
mounts_add (struct mounts *m, const char *text, struct error *err)
{
    char **parts = string_split (text, ':');
    size_t count = string_array_length (parts);

    if (count < 1 || count > 4 || !*parts[0]) {
        string_array_free (parts);
        return fail (err, EINVAL, "-m %s: not of the form "
                     "DEVICE[:MOUNTPOINT[:OPTIONS[:FSTYPE]]]", text);
    }
    m->mount = xreallocarray (m->mount, m->count + 1, sizeof *m->mount);
    m->mount[m->count++].parts = parts;
    return 0;
}

static int
mount_one (guestfs_h *g, char *const *parts, bool read_only,
           struct error *err)
{
    size_t count = string_array_length (parts);
    const char *mountpoint = count > 1 && *parts[1] ? parts[1] : "/";
    const char *options = count > 2 ? parts[2] : read_only ? "ro" : "";
    int r;

    if (count > 3)
        r = guestfs_mount_vfs (g, options, parts[3], parts[0], mountpoint);
    else
        r = guestfs_mount_options (g, options, parts[0], mountpoint);
    if (r < 0) {
        guest_error (g, err);
        return add_filesystems (g, err);
    }
    return 0;
}

int
mounts_do (guestfs_h *g, const struct mounts *m, bool read_only,
           struct error *err)
{
    for (size_t i = 0; i < m->count; i++)
        if (mount_one (g, m->mount[i].parts, read_only, err) < 0)
            return -1;
    return 0;
}

void
mounts_free (struct mounts *m)
{
    for (size_t i = 0; i < m->count; i++)
        string_array_free (m->mount[i].parts);
    free (m->mount);
}
