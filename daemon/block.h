/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel knows of its block devices (/sys). */
#ifndef DAEMON_BLOCK_H
#define DAEMON_BLOCK_H

#include "daemon.h"

struct block {
    char *name;    /* the kernel's, without /dev/ */
    char *disk;    /* of a partition: the disk that it is on, else NULL */
    int partition; /* its number; 0: no partition */
};

/* Look a device up, under whatever name it is given. */
int block_find (const char *device, struct block *ret, struct error *err);

void block_free (struct block *b);

#define cleanup_block __attribute__ ((cleanup (block_free)))

/* One of the small files of a device, /sys/block/NAME/FILE, without the
 * newline at its end; NULL if there is none.
 */
char *block_attribute (const char *name, const char *file);

/* The names of the whole devices that begin with a prefix (the one before
 * a number: "md", "dm-", "loop"), in the order of the numbers.
 */
int block_list (const char *prefix, struct strings *ret, struct error *err);

/* The kernel's names of a disk's partitions, ascending. */
int block_partitions (const char *disk, struct strings *ret,
                      struct error *err);

/* Partitions of all drives, then those of RAIDs. */
int block_all_partitions (struct daemon *daemon, struct strings *ret,
                          struct error *err);

/* A device-mapper device as its users call it: /dev/VG/LV for a logical
 * volume, else /dev/mapper/NAME.
 */
struct dm_device {
    char *name; /* of the device-mapper's */
    char *uuid; /* says who made it: "LVM-…", "CRYPT-…"; may be "" */
};

int dm_device_read (const char *block, struct dm_device *ret,
                    struct error *err);
bool dm_device_is_lv (const struct dm_device *dm);
char *dm_device_path (const struct dm_device *dm);
void dm_device_free (struct dm_device *dm);

#define cleanup_dm_device __attribute__ ((cleanup (dm_device_free)))

#endif /* DAEMON_BLOCK_H */
