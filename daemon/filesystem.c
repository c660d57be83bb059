/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that tell what is on devices, of whatever type the file system is.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "block.h"
#include "btrfs-subvolumes.h"
#include "calls.h"
#include "command.h"
#include "filesystem.h"
#include "lvm-activate.h"
#include "probe.h"
#include "sysroot.h"

char *
do_vfs_type (struct call *call, const struct mountable *mountable)
{
    return probe_value (mountable->device, "TYPE", &call->err);
}

char *
do_vfs_label (struct call *call, const struct mountable *mountable)
{
    return probe_value (mountable->device, "LABEL", &call->err);
}

char *
do_vfs_uuid (struct call *call, const struct mountable *mountable)
{
    return probe_value (mountable->device, "UUID", &call->err);
}

char **
do_blkid (struct call *call, const char *device)
{
    return probe_device (device, &call->err);
}

int
do_wipefs (struct call *call, const char *device)
{
    return wipe_signatures (device, &call->err);
}

/* Those that the device mapper makes.  Parts of logical volumes, which are
 * not meant to be used, have a suffix in their UUID after the two of LVM.
 */
#define LV_UUID_LENGTH (sizeof "LVM-" - 1 + 32 + 32)

static int
add_mapper_devices (struct strings *ret, struct error *err)
{
    cleanup_strings struct strings blocks = STRINGS_EMPTY;
    cleanup_strings struct strings paths = STRINGS_EMPTY;

    if (block_list ("dm-", &blocks, err) < 0)
        return -1;
    for (size_t i = 0; i < blocks.count; i++) {
        cleanup_dm_device struct dm_device dm = { 0 };

        if (dm_device_read (blocks.item[i], &dm, err) < 0)
            return -1;
        if (!dm_device_is_lv (&dm) || strlen (dm.uuid) == LV_UUID_LENGTH)
            strings_add_take (&paths, dm_device_path (&dm));
    }
    strings_sort (&paths);
    for (size_t i = 0; i < paths.count; i++)
        strings_add (ret, paths.item[i]);
    return 0;
}

/* The disks that have no partitions, then the partitions of the others. */
static int
add_disks_and_partitions (const struct strings *disks, struct strings *ret,
                          struct error *err)
{
    cleanup_strings struct strings partitions = STRINGS_EMPTY;

    for (size_t i = 0; i < disks->count; i++) {
        size_t before = partitions.count;

        if (block_partitions (disks->item[i], &partitions, err) < 0)
            return -1;
        if (partitions.count == before)
            strings_add_format (ret, "/dev/%s", disks->item[i]);
    }
    for (size_t i = 0; i < partitions.count; i++)
        strings_add_format (ret, "/dev/%s", partitions.item[i]);
    return 0;
}

int
list_content_devices (struct daemon *daemon, struct strings *ret,
                      struct error *err)
{
    cleanup_strings struct strings raids = STRINGS_EMPTY;
    cleanup_error struct error activation = { 0 };

    /* A volume group that is damaged does not hide everything else. */
    if (lvm_activate_once (daemon, &activation) < 0)
        fprintf (stderr, "guestfsd: %s\n", activation.message);
    if (add_disks_and_partitions (&daemon->disks, ret, err) < 0
        || block_list ("md", &raids, err) < 0
        || add_disks_and_partitions (&raids, ret, err) < 0)
        return -1;
    return add_mapper_devices (ret, err);
}

/* Partitions that hold no file system, by their type as libblkid writes it:
 * extended ones, and those that Windows keeps to itself.
 */
static const char *const no_filesystem[] = {
    "0x5", "0xf", "0x85",
    "0x42",                                 /* dynamic disks */
    "e3c9e316-0b5c-4db8-817d-f92df00215ae", /* Microsoft reserved */
    "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", /* dynamic disks' metadata */
    "af9b60a0-1431-4f62-bc68-3311714a69ad", /* dynamic disks' data */
    "caddebf1-4400-4de8-b103-12117dcf3ccf", /* Windows snapshots */
    NULL,
};

/* Is it something to list?  Members of volume groups and RAIDs and what is
 * encrypted have no file system themselves.
 */
static bool
may_hold_filesystem (char *const *values)
{
    const char *usage = probe_lookup (values, "USAGE");

    return strcmp (usage, "raid") != 0 && strcmp (usage, "crypto") != 0
           && !string_array_contains ((char *const *) no_filesystem,
                                      probe_lookup (values,
                                                    "PART_ENTRY_TYPE"));
}

static void
add_filesystem (struct strings *result, char *take_name, const char *type)
{
    strings_add_take (result, take_name);
    strings_add (result, *type ? type : "unknown");
}

/* The file system as a whole is its default subvolume; all others can be
 * mounted by their names.  One that can't be read is still a btrfs.
 */
static void
add_subvolumes (struct call *call, const char *device, const char *api_name,
                struct strings *result)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_subvolumes struct subvolumes list = { 0 };

    if (btrfs_subvolumes (device, &list, &ignored) < 0) {
        if (call->daemon->verbose)
            fprintf (stderr, "guestfsd: %s\n", ignored.message);
        return;
    }
    for (size_t i = 0; i < list.count; i++)
        if (list.item[i].id != list.default_id)
            add_filesystem (result,
                            xasprintf ("btrfsvol:%s/%s", api_name,
                                       list.item[i].path),
                            "btrfs");
}

/* A btrfs on several devices is listed with its first one alone. */
static bool
seen_before (struct strings *seen, const char *type, char *const *values)
{
    const char *uuid = probe_lookup (values, "UUID");
    const char *device = probe_lookup (values, "UUID_SUB");

    if (strcmp (type, "btrfs") != 0 || !*uuid || !*device)
        return false;
    for (size_t i = 0; i < seen->count; i += 2)
        if (strcmp (seen->item[i], uuid) == 0
            && strcmp (seen->item[i + 1], device) != 0)
            return true;
    strings_add (seen, uuid);
    strings_add (seen, device);
    return false;
}

static void
list_device (struct call *call, struct prober *prober, const char *device,
             struct strings *seen, struct strings *result)
{
    cleanup_error struct error ambivalent = { 0 };
    cleanup_string_array char **values = probe_next (prober, device,
                                                     &ambivalent);
    cleanup_free char *name = device_to_api (call->daemon, device);
    const char *type;

    if (!values) {
        add_filesystem (result, steal (&name), "");
        return;
    }
    type = probe_lookup (values, "TYPE");
    if (!may_hold_filesystem (values) || seen_before (seen, type, values))
        return;
    add_filesystem (result, xstrdup (name), type);
    if (strcmp (type, "btrfs") == 0)
        add_subvolumes (call, device, name, result);
}

char **
do_list_filesystems (struct call *call)
{
    cleanup_strings struct strings devices = STRINGS_EMPTY;
    cleanup_strings struct strings result = STRINGS_EMPTY;
    cleanup_strings struct strings seen = STRINGS_EMPTY;
    cleanup_prober struct prober prober = { 0 };

    if (list_content_devices (call->daemon, &devices, &call->err) < 0)
        return NULL;
    for (size_t i = 0; i < devices.count; i++)
        list_device (call, &prober, devices.item[i], &seen, &result);
    return strings_steal (&result);
}

char *
find_device (struct call *call, const char *tag, const char *value)
{
    cleanup_strings struct strings devices = STRINGS_EMPTY;
    cleanup_prober struct prober prober = { 0 };
    bool label = string_ends_with (tag, "LABEL")
                 || string_ends_with (tag, "NAME");

    if (list_content_devices (call->daemon, &devices, &call->err) < 0)
        return NULL;
    for (size_t i = 0; i < devices.count; i++) {
        cleanup_error struct error ignored = { 0 };
        cleanup_string_array char **values = probe_next (
            &prober, devices.item[i], &ignored);
        const char *found = values ? probe_lookup (values, tag) : "";

        if (*found
            && (label ? strcmp : strcasecmp) (found, value) == 0)
            return xstrdup (devices.item[i]);
    }
    return fail_null (&call->err, ENOENT, "there is no device with the %s "
                      "'%s'", tag, value);
}

static char *
find_for_api (struct call *call, const char *tag, const char *value)
{
    cleanup_free char *device = find_device (call, tag, value);

    return device ? device_to_api (call->daemon, device) : NULL;
}

char *
do_findfs_label (struct call *call, const char *label)
{
    return find_for_api (call, "LABEL", label);
}

char *
do_findfs_uuid (struct call *call, const char *uuid)
{
    return find_for_api (call, "UUID", uuid);
}

char *
do_findfs_partlabel (struct call *call, const char *label)
{
    return find_for_api (call, "PART_ENTRY_NAME", label);
}

char *
do_findfs_partuuid (struct call *call, const char *uuid)
{
    return find_for_api (call, "PART_ENTRY_UUID", uuid);
}

/* Bits of fsck(8)'s exit status that mean that it was not done at all. */
#define FSCK_NOT_DONE (16 | 32 | 128)

int
do_fsck (struct call *call, const char *fstype, const char *device)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (!*fstype || strchr (fstype, '/'))
        return fail (&call->err, EINVAL, "'%s' is no type of file system",
                     fstype);
    command_add_format (&c, "fsck.%s", fstype);
    command_add (&c, "-a", device, NULL);
    if (command_run (&c, &call->err) < 0)
        return -1;
    if (c.status & FSCK_NOT_DONE)
        return command_failed (&c, &call->err);
    return c.status;
}

int
do_fstrim (struct call *call, const char *mountpoint,
           const struct fstrim_opts *opts)
{
    struct fstrim_range range = { .len = UINT64_MAX };
    cleanup_fd int fd = -1;

    if ((opts->given & FSTRIM_OFFSET && opts->offset < 0)
        || (opts->given & FSTRIM_LENGTH && opts->length < 0)
        || (opts->given & FSTRIM_MINIMUMFREEEXTENT
            && opts->minimumfreeextent < 0))
        return fail (&call->err, EINVAL, "offset, length and "
                     "minimumfreeextent must not be negative");
    if (opts->given & FSTRIM_OFFSET)
        range.start = (uint64_t) opts->offset;
    if (opts->given & FSTRIM_LENGTH)
        range.len = (uint64_t) opts->length;
    if (opts->given & FSTRIM_MINIMUMFREEEXTENT)
        range.minlen = (uint64_t) opts->minimumfreeextent;
    fd = sysroot_open (call, mountpoint, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return -1;
    /* What was deleted is only free when the file system has said so. */
    syncfs (fd);
    if (ioctl (fd, FITRIM, &range) < 0) {
        int errnum = errno == EOPNOTSUPP || errno == ENOTTY ? ENOTSUP : errno;

        return fail (&call->err, errnum, "%s: trimming: %m", mountpoint);
    }
    return 0;
}
