/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What -a, -N and -m ask for, in the order of the command line. */
#ifndef SHELL_DRIVES_H
#define SHELL_DRIVES_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct shell;

struct drives {
    struct drive *drive;
    size_t count;
    struct mount *mount;
    size_t mounts;
    unsigned prepared; /* how many of the drives are */
};

/* format NULL: to be probed; blocksize 0: the usual one. */
void drives_add_image (struct drives *d, const char *file, const char *format,
                       int blocksize);
int drives_add_prepared (struct drives *d, const char *text,
                         struct error *err);

/* "DEVICE[:MOUNTPOINT[:OPTIONS[:FSTYPE]]]" */
int drives_add_mount (struct drives *d, const char *text, struct error *err);

/* Add the drives; launch, format and mount if something needs that. */
int drives_set_up (struct shell *sh, const struct drives *d,
                   struct error *err);

void drives_free (struct drives *d);

#endif /* SHELL_DRIVES_H */
