/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files with calls about partitions share. */
#ifndef DAEMON_PARTITION_H
#define DAEMON_PARTITION_H

#include "fdisk.h"

enum part_kind { PART_PRIMARY, PART_LOGICAL, PART_EXTENDED };

enum part_kind partition_kind (const struct table *t,
                               struct fdisk_partition *p);

#endif /* DAEMON_PARTITION_H */
