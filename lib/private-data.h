/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private data area: what a program keeps in a handle under a name. */
#ifndef LIB_PRIVATE_DATA_H
#define LIB_PRIVATE_DATA_H

#include "handle.h"

void private_data_free (guestfs_h *g);

#endif /* LIB_PRIVATE_DATA_H */
