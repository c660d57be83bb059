/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux swap begins with. */
#ifndef DAEMON_SWAP_HEADER_H
#define DAEMON_SWAP_HEADER_H

#include "error.h"

/* Make swap of what a descriptor is open on.  label may be NULL; name is
 * for messages.
 */
int swap_header_write (int fd, const char *name, const char *label,
                       const char *uuid, struct error *err);

/* Change the label or the UUID of swap, unless NULL. */
int swap_header_change (const char *device, const char *label,
                        const char *uuid, struct error *err);

#endif /* DAEMON_SWAP_HEADER_H */
