/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels and UUIDs of file systems: setting them, by whatever each type
 * needs for that.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "calls.h"
#include "command.h"
#include "label.h"
#include "private-mount.h"
#include "probe.h"
#include "swap-header.h"
#include "uuid.h"

/* In the arguments of a program, what stands for the device and for the
 * label or UUID.
 */
static const char DEVICE[] = "DEVICE", VALUE[] = "VALUE";

#define ARGUMENTS_MAX 6

/* How it is done: by a function, or by a program. */
struct way {
    int (*set) (struct call *call, const char *device, const char *value);
    const char *argv[ARGUMENTS_MAX];
};

struct label_type {
    const char *type; /* of libblkid */
    size_t label_max; /* bytes */
    struct way label;
    struct way uuid;
    struct way random; /* a random UUID; none: a UUID is made up for uuid */
};

/* The driver does it while the file system is mounted. */
static int
set_label_mounted (struct call *call, const char *device, const char *type,
                   const char *label)
{
    cleanup_fd int fd = private_mount (device, type, false, &call->err);
    char buffer[FSLABEL_MAX] = "";

    if (fd < 0)
        return -1;
    strncpy (buffer, label, sizeof buffer - 1);
    if (ioctl (fd, FS_IOC_SETFSLABEL, buffer) < 0)
        return fail (&call->err, errno, "%s: setting the label: %m", device);
    return 0;
}

static int
set_xfs_label (struct call *call, const char *device, const char *label)
{
    return set_label_mounted (call, device, "xfs", label);
}

static int
set_btrfs_label (struct call *call, const char *device, const char *label)
{
    return set_label_mounted (call, device, "btrfs", label);
}

static int
set_swap_label (struct call *call, const char *device, const char *label)
{
    return swap_header_change (device, label, NULL, &call->err);
}

static int
check_form (struct call *call, const char *uuid)
{
    return is_uuid (uuid) ? 0 : fail (&call->err, EINVAL, "'%s' is no UUID",
                                      uuid);
}

static int
set_swap_uuid (struct call *call, const char *device, const char *uuid)
{
    if (check_form (call, uuid) < 0)
        return -1;
    return swap_header_change (device, NULL, uuid, &call->err);
}

static int
run (struct call *call, const char *const argv[ARGUMENTS_MAX],
     const char *device, const char *value)
{
    cleanup_command struct command c = COMMAND_NONE;

    for (size_t i = 0; i < ARGUMENTS_MAX && argv[i]; i++)
        command_add (&c, argv[i] == DEVICE  ? device
                         : argv[i] == VALUE ? value
                                            : argv[i],
                     NULL);
    return command_check (&c, &call->err);
}

static int
set_xfs_uuid (struct call *call, const char *device, const char *uuid)
{
    cleanup_free char *request = xasprintf ("uuid %s", uuid);
    const char *const argv[ARGUMENTS_MAX]
        = { "xfs_db", "-x", "-c", request, DEVICE };

    if (check_form (call, uuid) < 0)
        return -1;
    return run (call, argv, device, uuid);
}

static int
set_ext_uuid (struct call *call, const char *device, const char *uuid)
{
    static const char *const argv[ARGUMENTS_MAX]
        = { "tune2fs", "-U", VALUE, DEVICE };

    if (check_form (call, uuid) < 0)
        return -1;
    return run (call, argv, device, uuid);
}

/* "1234-ABCD" is a number for fatlabel. */
static int
set_fat_serial (struct call *call, const char *device, const char *uuid)
{
    static const char *const argv[ARGUMENTS_MAX]
        = { "fatlabel", "-i", DEVICE, VALUE };
    char number[9];
    size_t n = 0;

    for (const char *p = uuid; *p && n < 8; p++)
        if (*p != '-')
            number[n++] = *p;
    number[n] = '\0';
    if (n != 8 || number[strspn (number, "0123456789abcdefABCDEF")])
        return fail (&call->err, EINVAL, "'%s' is no serial number of a FAT "
                     "(XXXX-XXXX)", uuid);
    return run (call, argv, device, number);
}

static int
set_ntfs_serial (struct call *call, const char *device, const char *uuid)
{
    cleanup_free char *option = xasprintf ("--new-serial=%s", uuid);
    const char *const argv[ARGUMENTS_MAX] = { "ntfslabel", option, DEVICE };

    if (strlen (uuid) != 16
        || uuid[strspn (uuid, "0123456789abcdefABCDEF")])
        return fail (&call->err, EINVAL, "'%s' is no serial number of an "
                     "NTFS (16 hexadecimal digits)", uuid);
    return run (call, argv, device, uuid);
}

#define EXT(name)                                                       \
    { name, 16,                                                         \
      { .argv = { "tune2fs", "-L", VALUE, DEVICE } },                   \
      { .set = set_ext_uuid },                                          \
      { .argv = { "tune2fs", "-U", "random", DEVICE } } }

static const struct label_type types[] = {
    EXT ("ext2"),
    EXT ("ext3"),
    EXT ("ext4"),
    { "xfs", 12, { .set = set_xfs_label }, { .set = set_xfs_uuid },
      { .argv = { "xfs_db", "-x", "-c", "uuid generate", DEVICE } } },
    { "btrfs", 255, { .set = set_btrfs_label },
      { .argv = { "btrfstune", "-f", "-U", VALUE, DEVICE } },
      { .argv = { "btrfstune", "-f", "-u", DEVICE } } },
    { "vfat", 11, { .argv = { "fatlabel", DEVICE, VALUE } },
      { .set = set_fat_serial },
      { .argv = { "fatlabel", "-i", "-r", DEVICE } } },
    { "ntfs", 128 * 4, { .argv = { "ntfslabel", DEVICE, VALUE } },
      { .set = set_ntfs_serial },
      { .argv = { "ntfslabel", "--new-serial", DEVICE } } },
    { "exfat", 11 * 4, { .argv = { "exfatlabel", DEVICE, VALUE } }, { 0 },
      { 0 } },
    { "f2fs", 512, { .argv = { "f2fslabel", DEVICE, VALUE } }, { 0 }, { 0 } },
    { "swap", 16, { .set = set_swap_label }, { .set = set_swap_uuid },
      { 0 } },
};

static const struct label_type *
find_type (struct call *call, const char *device, const char *what)
{
    cleanup_free char *type = probe_value (device, "TYPE", &call->err);

    if (!type)
        return NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp (types[i].type, type) == 0)
            return &types[i];
    return fail_null (&call->err, ENOTSUP, "%s: the %s of this type of file "
                      "system ('%s') can't be set", device, what,
                      *type ? type : "unknown");
}

static int
go (struct call *call, const struct way *way, const char *device,
    const char *value)
{
    return way->set ? way->set (call, device, value)
                    : run (call, way->argv, device, value);
}

static bool
exists (const struct way *way)
{
    return way->set || way->argv[0];
}

int
set_device_label (struct call *call, const char *device, const char *label)
{
    const struct label_type *t = find_type (call, device, "label");

    if (!t)
        return -1;
    if (strlen (label) > t->label_max)
        return fail (&call->err, EINVAL, "label '%s': one of %s has at most "
                     "%zu bytes", label, t->type, t->label_max);
    /* No program may take it for an option. */
    if (*label == '-' && !t->label.set)
        return fail (&call->err, EINVAL, "label '%s' must not begin with a "
                     "hyphen", label);
    return go (call, &t->label, device, label);
}

int
set_device_uuid (struct call *call, const char *device, const char *uuid)
{
    const struct label_type *t = find_type (call, device, "UUID");

    if (!t)
        return -1;
    if (!exists (&t->uuid))
        return fail (&call->err, ENOTSUP, "%s: the UUID of %s can't be set",
                     device, t->type);
    return go (call, &t->uuid, device, uuid);
}

int
do_set_label (struct call *call, const struct mountable *mountable,
              const char *label)
{
    return set_device_label (call, mountable->device, label);
}

int
do_set_uuid (struct call *call, const char *device, const char *uuid)
{
    return set_device_uuid (call, device, uuid);
}

int
do_set_uuid_random (struct call *call, const char *device)
{
    const struct label_type *t = find_type (call, device, "UUID");
    cleanup_free char *uuid = NULL;

    if (!t)
        return -1;
    if (exists (&t->random))
        return go (call, &t->random, device, "");
    uuid = random_uuid (&call->err);
    return uuid ? set_device_uuid (call, device, uuid) : -1;
}
