/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the appliance prints. */
#ifndef LIB_CONSOLE_H
#define LIB_CONSOLE_H

#include "handle.h"

/* Where it goes: to us, or with set_direct to the program's own stdout. */
int console_open (guestfs_h *g, int *ret);

#endif /* LIB_CONSOLE_H */
