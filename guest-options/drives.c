/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of disks. */

#include "config.h"

#include "cleanup.h"
#include "drive-name.h"
#include "drives.h"
#include "memory.h"

void
drives_add (struct drives *d, const struct drive_kind *kind, void *take_what)
{
    d->drive = xreallocarray (d->drive, d->count + 1, sizeof *d->drive);
    d->drive[d->count++] = (struct drive) { .kind = kind, .what = take_what };
}

int
drives_attach (guestfs_h *g, const struct drives *d,
               const struct guest_options *o, struct error *err)
{
    size_t disks = 0;

    for (size_t i = 0; i < d->count; i++) {
        struct drive *drive = &d->drive[i];
        int n = drive->kind->add (g, o, drive->what, err);

        if (n < 0)
            return -1;
        drive->first = disks;
        disks += (size_t) n;
    }
    return 0;
}

bool
drives_need_launch (const struct drives *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->drive[i].kind->prepare)
            return true;
    return false;
}

int
drives_prepare (guestfs_h *g, const struct drives *d, struct error *err)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct drive *drive = &d->drive[i];
        cleanup_free char *device = NULL;
        char letters[DRIVE_NAME_SIZE];

        if (!drive->kind->prepare)
            continue;
        drive_name (drive->first, letters);
        device = xasprintf ("/dev/sd%s", letters);
        if (drive->kind->prepare (g, drive->what, device, err) < 0)
            return -1;
    }
    return 0;
}

void
drives_free (struct drives *d)
{
    for (size_t i = 0; i < d->count; i++)
        d->drive[i].kind->free (d->drive[i].what);
    free (d->drive);
}
