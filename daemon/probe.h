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
    LIBRARY (blkid_probe_lookup_value)                  \
    LIBRARY (blkid_probe_get_devno)                     \
    LIBRARY (blkid_probe_get_wholedisk_devno)           \
    LIBRARY (blkid_devno_to_wholedisk)                  \
    LIBRARY (blkid_probe_get_partitions)                \
    LIBRARY (blkid_partlist_devno_to_partition)         \
    LIBRARY (blkid_partition_get_table)                 \
    LIBRARY (blkid_partition_get_name)                  \
    LIBRARY (blkid_partition_get_uuid)                  \
    LIBRARY (blkid_partition_get_type)                  \
    LIBRARY (blkid_partition_get_type_string)           \
    LIBRARY (blkid_partition_get_flags)                 \
    LIBRARY (blkid_partition_get_partno)                \
    LIBRARY (blkid_partition_get_start)                 \
    LIBRARY (blkid_partition_get_size)                  \
    LIBRARY (blkid_parttable_get_type)

DECLARE_LIBRARY (blkid, BLKID_FUNCTIONS)

/* The partition table of a disk.  It is read once for all of the partitions
 * there: libblkid, if it is asked for a partition's entry, follows the whole
 * chain of extended partitions each time, a read for each of them.
 */
struct partition_table {
    dev_t disk;              /* 0: none was read */
    blkid_probe probe;       /* NULL: the disk can't be read */
    blkid_partlist entries;  /* belongs to that; NULL: there is no table */
};

/* Add what the table says of a partition that is being probed, as libblkid
 * calls it: PART_ENTRY_NUMBER and so on; nothing if it is none.  Another
 * disk's table takes the place of the one before.
 */
void partition_table_look_up (struct partition_table *t,
                              const struct blkid *blkid, blkid_probe device,
                              struct strings *values);

void partition_table_free (struct partition_table *t,
                           const struct blkid *blkid);

/* All that is known of a device (the kernel's name): names and values by
 * turns, as blkid(8) prints them; empty if nothing was recognized.  If
 * there are signatures of several file systems, nobody can tell which
 * counts: the error's number is PROBE_AMBIVALENT then.
 */
#define PROBE_AMBIVALENT ENOTUNIQ

char **probe_device (const char *device, struct error *err);

/* The same for one device after the other. */
struct prober {
    struct partition_table table; /* of the disk that the last one is on */
};

char **probe_next (struct prober *p, const char *device, struct error *err);
void prober_free (struct prober *p);

#define cleanup_prober __attribute__ ((cleanup (prober_free)))

/* One value of what is on a device, "" if there is none; not what the
 * partition table says of it (PART_ENTRY_...).
 */
char *probe_value (const char *device, const char *name, struct error *err);

/* The value of a name in such a list, or "". */
const char *probe_lookup (char *const *values, const char *name);

/* Make all signatures on a device that nothing uses unrecognizable: of file
 * systems, RAIDs, partition tables.
 */
int wipe_signatures (const char *device, struct error *err);

#endif /* DAEMON_PROBE_H */
