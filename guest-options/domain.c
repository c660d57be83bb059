/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -d: the disks of a domain of libvirt's. */

#include "config.h"

#include <stdlib.h>

#include "guest.h"
#include "memory.h"

static int
domain_add (guestfs_h *g, const struct guest_options *o, const void *what,
            struct error *err)
{
    const char *name = what;
    struct guestfs_add_domain_argv opts = {
        .bitmask = GUESTFS_ADD_DOMAIN_READONLY_BITMASK
                   | GUESTFS_ADD_DOMAIN_ALLOWUUID_BITMASK
                   | GUESTFS_ADD_DOMAIN_READONLYDISK_BITMASK,
        .readonly = o->read_only,
        .allowuuid = 1,
        /* What the domain can't write to, such as a CD, nor do we. */
        .readonlydisk = "read",
    };
    int disks;

    if (o->connect) {
        opts.bitmask |= GUESTFS_ADD_DOMAIN_LIBVIRTURI_BITMASK;
        opts.libvirturi = o->connect;
    }
    disks = guestfs_add_domain_argv (g, name, &opts);
    return disks < 0 ? guest_error (g, err) : disks;
}

static const struct drive_kind domain_kind = {
    .add = domain_add,
    .free = free,
};

void
drives_add_domain (struct drives *d, const char *name)
{
    drives_add (d, &domain_kind, xstrdup (name));
}
