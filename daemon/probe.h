/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on a block device, told by its signatures (libblkid). */
#ifndef DAEMON_PROBE_H
#define DAEMON_PROBE_H

#include <blkid/blkid.h>
#include <errno.h>

#include "daemon.h"
#include "library.h"

#define BLKID_FUNCTIONS(LIBRARY)                        \
    LIBRARY (blkid_new_probe)                           \
    LIBRARY (blkid_probe_set_device)                    \
    LIBRARY (blkid_new_probe_from_filename)             \
    LIBRARY (blkid_free_probe)                          \
    LIBRARY (blkid_probe_enable_superblocks)            \
    LIBRARY (blkid_probe_set_superblocks_flags)         \
    LIBRARY (blkid_probe_enable_partitions)             \
    LIBRARY (blkid_probe_set_partitions_flags)          \
    LIBRARY (blkid_do_safeprobe)                        \
    LIBRARY (blkid_do_probe)                            \
    LIBRARY (blkid_do_wipe)                             \
    LIBRARY (blkid_probe_numof_values)                  \
    LIBRARY (blkid_probe_get_value)                     \
    LIBRARY (blkid_probe_lookup_value)

DECLARE_LIBRARY (blkid, BLKID_FUNCTIONS)

/* All that is known of a device (the kernel's name): names and values by
 * turns, as blkid(8) prints them; empty if nothing was recognized.  If
 * there are signatures of several file systems, nobody can tell which
 * counts: the error's number is PROBE_AMBIVALENT then.
 */
#define PROBE_AMBIVALENT ENOTUNIQ

char **probe_device (const char *device, struct error *err);

/* One value of them, "" if the device has none. */
char *probe_value (const char *device, const char *name, struct error *err);

/* The value of a name in such a list, or "". */
const char *probe_lookup (char *const *values, const char *name);

/* Make all signatures on a device that nothing uses unrecognizable: of file
 * systems, RAIDs, partition tables.
 */
int wipe_signatures (const char *device, struct error *err);

#endif /* DAEMON_PROBE_H */
