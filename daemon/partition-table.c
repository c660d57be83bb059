/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a partition table says of a partition, for one after the other. */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "probe.h"

static void
read_table (struct partition_table *t, const struct blkid *blkid,
            const char *path)
{
    t->probe = blkid->blkid_new_probe_from_filename (path);
    if (t->probe)
        t->entries = blkid->blkid_probe_get_partitions (t->probe);
}

/* Have the table of the disk that a device is on.  False: it is on none. */
static bool
have_table (struct partition_table *t, const struct blkid *blkid,
            blkid_probe device)
{
    dev_t number = blkid->blkid_probe_get_devno (device);
    dev_t disk = blkid->blkid_probe_get_wholedisk_devno (device);
    char path[64] = "/dev/";

    if (!disk || disk == number)
        return false;
    if (disk == t->disk)
        return t->entries;
    partition_table_free (t, blkid);
    t->disk = disk;
    if (blkid->blkid_devno_to_wholedisk (number, path + 5, sizeof path - 5,
                                         &disk) == 0)
        read_table (t, blkid, path);
    return t->entries;
}

static void
add (struct strings *values, const char *name, const char *value)
{
    if (!value)
        return;
    strings_add (values, name);
    strings_add (values, value);
}

/* What has a name of its own in the table. */
static void
add_names (const struct blkid *blkid, blkid_partition p,
           struct strings *values)
{
    blkid_parttable table = blkid->blkid_partition_get_table (p);
    const char *type = blkid->blkid_partition_get_type_string (p);
    char number[16];

    if (table)
        add (values, "PART_ENTRY_SCHEME",
             blkid->blkid_parttable_get_type (table));
    add (values, "PART_ENTRY_NAME", blkid->blkid_partition_get_name (p));
    add (values, "PART_ENTRY_UUID", blkid->blkid_partition_get_uuid (p));
    snprintf (number, sizeof number, "0x%x",
              (unsigned) blkid->blkid_partition_get_type (p));
    add (values, "PART_ENTRY_TYPE", type ? type : number);
}

static void
add_numbers (const struct blkid *blkid, blkid_partition p, dev_t disk,
             struct strings *values)
{
    unsigned long long flags = blkid->blkid_partition_get_flags (p);

    if (flags) {
        strings_add (values, "PART_ENTRY_FLAGS");
        strings_add_format (values, "0x%llx", flags);
    }
    strings_add (values, "PART_ENTRY_NUMBER");
    strings_add_format (values, "%d", blkid->blkid_partition_get_partno (p));
    strings_add (values, "PART_ENTRY_OFFSET");
    strings_add_format (values, "%jd",
                        (intmax_t) blkid->blkid_partition_get_start (p));
    strings_add (values, "PART_ENTRY_SIZE");
    strings_add_format (values, "%jd",
                        (intmax_t) blkid->blkid_partition_get_size (p));
    strings_add (values, "PART_ENTRY_DISK");
    strings_add_format (values, "%u:%u", major (disk), minor (disk));
}

void
partition_table_look_up (struct partition_table *t,
                         const struct blkid *blkid, blkid_probe device,
                         struct strings *values)
{
    blkid_partition p;

    if (!have_table (t, blkid, device))
        return;
    p = blkid->blkid_partlist_devno_to_partition (
        t->entries, blkid->blkid_probe_get_devno (device));
    if (!p)
        return;
    add_names (blkid, p, values);
    add_numbers (blkid, p, t->disk, values);
}

void
partition_table_free (struct partition_table *t, const struct blkid *blkid)
{
    if (t->probe)
        blkid->blkid_free_probe (t->probe);
    *t = (struct partition_table) { 0 };
}
