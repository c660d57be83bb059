/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disks that options ask for, in the order of the command line. */
#ifndef GUEST_OPTIONS_DRIVES_H
#define GUEST_OPTIONS_DRIVES_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "guestfs.h"

struct guest_options;

/* One way to come to disks; -a is one, and a program may have its own. */
struct drive_kind {
    /* Before the launch: add them.  How many that were, or -1. */
    int (*add) (guestfs_h *g, const struct guest_options *o, const void *what,
                struct error *err);
    /* After it: write to the first of them; NULL: there is nothing to do. */
    int (*prepare) (guestfs_h *g, const void *what, const char *device,
                    struct error *err);
    void (*free) (void *what);
};

struct drive {
    const struct drive_kind *kind;
    void *what;
    size_t first; /* its place among all disks, once it is added */
};

struct drives {
    struct drive *drive;
    size_t count;
};

void drives_add (struct drives *d, const struct drive_kind *kind,
                 void *take_what);

/* -a: a file's name or a URI.  format NULL: to be probed; blocksize 0: the
 * usual one.
 */
void drives_add_image (struct drives *d, const char *name,
                       const char *format, int blocksize);

/* -d: all disks of a domain of libvirt's, by its name or UUID. */
void drives_add_domain (struct drives *d, const char *name);

/* Add all of them to the handle. */
int drives_attach (guestfs_h *g, const struct drives *d,
                   const struct guest_options *o, struct error *err);

/* Does one of them wait for the launch? */
bool drives_need_launch (const struct drives *d);

/* After the launch. */
int drives_prepare (guestfs_h *g, const struct drives *d, struct error *err);

void drives_free (struct drives *d);

#endif /* GUEST_OPTIONS_DRIVES_H */
