/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: RAID arrays by the names that a guest gives them. */
#ifndef DAEMON_INSPECT_MD_H
#define DAEMON_INSPECT_MD_H

#include "inspect.h"

/* What the guest calls /dev/mdREST: "0", "/data", "127p1".  Its mdadm.conf
 * says which array that is, or the array's own superblock.
 */
const struct candidate *guest_array (const struct inspection *in,
                                     const struct guest_files *files,
                                     const char *rest);

#endif /* DAEMON_INSPECT_MD_H */
