/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m: what to mount, in the order of the command line. */
#ifndef GUEST_OPTIONS_MOUNTS_H
#define GUEST_OPTIONS_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "guestfs.h"

struct mounts {
    struct mount *mount;
    size_t count;
};

/* "DEVICE[:MOUNTPOINT[:OPTIONS[:FSTYPE]]]" */
int mounts_add (struct mounts *m, const char *text, struct error *err);

/* Mount all of them.  The error says what could be mounted instead. */
int mounts_do (guestfs_h *g, const struct mounts *m, bool read_only,
               struct error *err);

void mounts_free (struct mounts *m);

#endif /* GUEST_OPTIONS_MOUNTS_H */
