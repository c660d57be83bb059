/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening encrypted devices, so that what is in them is found. */
#ifndef GUEST_OPTIONS_UNLOCK_H
#define GUEST_OPTIONS_UNLOCK_H

#include "error.h"
#include "guestfs.h"

struct guest_options;

/* Open all encrypted devices: with the keys of --key or, for those that none
 * is given for, with what the user types.  Without -i nobody is asked, and
 * such devices stay closed.
 */
int guest_unlock (guestfs_h *g, const struct guest_options *o,
                  struct error *err);

#endif /* GUEST_OPTIONS_UNLOCK_H */
