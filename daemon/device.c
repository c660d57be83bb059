/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about which block devices there are. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "block.h"
#include "calls.h"
#include "drive-name.h"

char **
do_list_devices (struct call *call)
{
    cleanup_strings struct strings devices = STRINGS_EMPTY;

    for (size_t i = 0; i < call->daemon->disks.count; i++) {
        char letters[DRIVE_NAME_SIZE];

        drive_name (i, letters);
        strings_add_format (&devices, "/dev/sd%s", letters);
    }
    return strings_steal (&devices);
}

int
do_nr_devices (struct call *call)
{
    return (int) call->daemon->disks.count;
}

/* A drive or the like: neither a partition of it, nor something that the
 * device mapper or a RAID makes of others.
 */
int
do_is_whole_device (struct call *call, const char *device)
{
    static const char *const composed[] = { "dm-", "md", "loop" };
    cleanup_block struct block b = { 0 };

    if (block_find (device, &b, &call->err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof composed / sizeof *composed; i++)
        if (string_starts_with (b.name, composed[i]))
            return 0;
    return b.partition == 0;
}

/* The partitions of a drive, "data1" for the first of the drive "data". */
static int
list_labelled (struct call *call, size_t index, struct strings *ret)
{
    const char *disk = call->daemon->disks.item[index];
    const char *label = call->daemon->labels.item[index];
    cleanup_strings struct strings names = STRINGS_EMPTY;

    strings_add (&names, disk);
    if (block_partitions (disk, &names, &call->err) < 0)
        return -1;
    for (size_t i = 0; i < names.count; i++) {
        cleanup_free char *device = xasprintf ("/dev/%s", names.item[i]);

        strings_add_format (ret, "%s%s", label,
                            names.item[i] + strlen (disk));
        strings_add_take (ret, device_to_api (call->daemon, device));
    }
    return 0;
}

char **
do_list_disk_labels (struct call *call)
{
    cleanup_strings struct strings result = STRINGS_EMPTY;

    for (size_t i = 0; i < call->daemon->labels.count; i++)
        if (*call->daemon->labels.item[i]
            && list_labelled (call, i, &result) < 0)
            return NULL;
    return strings_steal (&result);
}

char **
do_list_dm_devices (struct call *call)
{
    cleanup_strings struct strings blocks = STRINGS_EMPTY;
    cleanup_strings struct strings result = STRINGS_EMPTY;

    if (block_list ("dm-", &blocks, &call->err) < 0)
        return NULL;
    for (size_t i = 0; i < blocks.count; i++) {
        cleanup_dm_device struct dm_device dm = { 0 };

        if (dm_device_read (blocks.item[i], &dm, &call->err) < 0)
            return NULL;
        if (!dm_device_is_lv (&dm))
            strings_add_take (&result, dm_device_path (&dm));
    }
    strings_sort (&result);
    return strings_steal (&result);
}
