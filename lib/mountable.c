/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking the names of mountables apart. */

#include "config.h"

#include <errno.h>

#include "impl.h"

/* Of internal_mountable's im_type. */
#define BTRFS_SUBVOLUME 2

char *
impl_mountable_device (guestfs_h *g, const char *mountable)
{
    struct guestfs_internal_mountable *m
        = impl_internal_parse_mountable (g, mountable);
    char *device;

    if (!m)
        return NULL;
    device = xstrdup (m->im_device);
    guestfs_free_internal_mountable (m);
    return device;
}

char *
impl_mountable_subvolume (guestfs_h *g, const char *mountable)
{
    struct guestfs_internal_mountable *m
        = impl_internal_parse_mountable (g, mountable);
    char *subvolume = NULL;

    if (!m)
        return NULL;
    if (m->im_type == BTRFS_SUBVOLUME)
        subvolume = xstrdup (m->im_volume);
    else
        fail (&g->error, EINVAL, "%s: is no subvolume of a btrfs",
              mountable);
    guestfs_free_internal_mountable (m);
    return subvolume;
}
