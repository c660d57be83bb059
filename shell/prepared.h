/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prepared disk images: -N [FILE=]TYPE[:PARAMETER...] */
#ifndef SHELL_PREPARED_H
#define SHELL_PREPARED_H

#include "drives.h"
#include "error.h"

/* Understand what -N was given, and add it to the disks: the image is made
 * when they are added to the handle, its file systems after the launch.
 */
int prepared_add (struct drives *d, const char *text, struct error *err);

/* The types in turn, from 0 on; NULL after the last one. */
const char *prepared_type_name (size_t n);

/* For -N help. */
void prepared_print_types (void);

#endif /* SHELL_PREPARED_H */
