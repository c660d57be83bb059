/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unmounting by fusermount3(1), which may where we may not. */
#ifndef GUESTMOUNT_UNMOUNT_H
#define GUESTMOUNT_UNMOUNT_H

#include <stdbool.h>

#include "error.h"

/* Once.  EBUSY if it is in use; ENOENT if there is no fusermount. */
int unmount_once (const char *mountpoint, struct error *err);

#endif /* GUESTMOUNT_UNMOUNT_H */
