/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the guest that options have chosen. */

#include "config.h"

#include <errno.h>

#include "cleanup.h"
#include "guest.h"
#include "inspect.h"
#include "string-list.h"
#include "unlock.h"

int
guest_error (guestfs_h *g, struct error *err)
{
    const char *message = guestfs_last_error (g);

    return fail (err, guestfs_last_errno (g), "libguestfs: error: %s",
                 message ? message : "unknown");
}

int
add_filesystems (guestfs_h *g, struct error *err)
{
    cleanup_string_array char **found = guestfs_list_filesystems (g);
    cleanup_strings struct strings lines = STRINGS_EMPTY;
    cleanup_free char *text = NULL;

    if (!found || !found[0])
        return -1;
    strings_add (&lines, err->message);
    strings_add (&lines, "these file systems are there:");
    for (size_t i = 0; found[i] && found[i + 1]; i += 2)
        strings_add_format (&lines, "    %s (%s)", found[i], found[i + 1]);
    text = strings_join (&lines, "\n");
    return fail (err, err->errnum, "%s", text);
}

int
guest_settings (guestfs_h *g, const struct guest_options *o,
                struct error *err)
{
    if ((o->verbose && guestfs_set_verbose (g, 1) < 0)
        || (o->trace && guestfs_set_trace (g, 1) < 0)
        || (o->no_sync && guestfs_set_autosync (g, 0) < 0)
        || ((o->network || selectors_need_network (&o->keys))
            && guestfs_set_network (g, 1) < 0))
        return guest_error (g, err);
    return 0;
}

int
guest_attach (guestfs_h *g, const struct guest_options *o, struct error *err)
{
    return drives_attach (g, &o->drives, o, err);
}

bool
guest_needs_launch (const struct guest_options *o)
{
    return o->inspector || o->mounts.count > 0
           || drives_need_launch (&o->drives);
}

int
guest_launch (guestfs_h *g, const struct guest_options *o, struct error *err)
{
    if (o->drives.count == 0)
        return fail (err, EINVAL, "-%c: there is no disk; -a adds one",
                     o->inspector ? 'i' : 'm');
    if (guestfs_launch (g) < 0)
        return guest_error (g, err);
    if (drives_prepare (g, &o->drives, err) < 0)
        return -1;
    if ((o->inspector || o->keys.count > 0) && guest_unlock (g, o, err) < 0)
        return -1;
    if (o->inspector && guest_inspect (g, o, err) < 0)
        return -1;
    return mounts_do (g, &o->mounts, o->read_only, err);
}

void
guest_options_free (struct guest_options *o)
{
    drives_free (&o->drives);
    mounts_free (&o->mounts);
    selectors_free (&o->keys);
}
