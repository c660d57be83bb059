/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -i: mounting file systems as the guest does. */
#ifndef GUEST_OPTIONS_INSPECT_H
#define GUEST_OPTIONS_INSPECT_H

#include "error.h"
#include "guestfs.h"

struct guest_options;

/* Find the operating system, of which there must be one, and mount its file
 * systems.  What can't be mounted below the root is a warning on stderr.
 */
int guest_inspect (guestfs_h *g, const struct guest_options *o,
                   struct error *err);

/* For people: what was found, and what is mounted where. */
void guest_print_inspected (guestfs_h *g);

#endif /* GUEST_OPTIONS_INSPECT_H */
