/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest that options have chosen: what they said, and opening it. */
#ifndef GUEST_OPTIONS_GUEST_H
#define GUEST_OPTIONS_GUEST_H

#include <stdbool.h>

#include "drives.h"
#include "error.h"
#include "guestfs.h"
#include "keys.h"
#include "mounts.h"
#include "selectors.h"

struct guest_options {
    struct drives drives;
    struct mounts mounts;
    struct selectors keys;
    struct key_input key_input;
    const char *connect; /* the libvirt to ask; NULL: the usual one */
    bool inspector;
    bool read_only;
    bool verbose;
    bool trace;
    bool network;
    bool no_sync;

    /* Of the images that follow on the command line. */
    const char *format;
    int blocksize;
};

/* What a handle should know before anything is added to it. */
int guest_settings (guestfs_h *g, const struct guest_options *o,
                    struct error *err);

/* Add the disks. */
int guest_attach (guestfs_h *g, const struct guest_options *o,
                  struct error *err);

/* Can what was asked for only be done by an appliance? */
bool guest_needs_launch (const struct guest_options *o);

/* Launch, and mount what was asked for. */
int guest_launch (guestfs_h *g, const struct guest_options *o,
                  struct error *err);

void guest_options_free (struct guest_options *o);

/* Report the last error of the library. */
int guest_error (guestfs_h *g, struct error *err);

/* After something could not be mounted: add to the error which file systems
 * there are, since a mistyped device is the usual reason.  Returns -1.
 */
int add_filesystems (guestfs_h *g, struct error *err);

#endif /* GUEST_OPTIONS_GUEST_H */
