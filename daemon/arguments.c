/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each kind of argument must be. */

#include "config.h"

#include <errno.h>
#include <linux/major.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "arguments.h"
#include "dm-names.h"
#include "lvm-activate.h"
#include "sysroot.h"
#include "uuid.h"

bool
is_device_name (const char *value)
{
    return string_starts_with (value, "/dev/");
}

int
check_pathname (struct call *call, const char *name, const char *value)
{
    if (value[0] != '/')
        return fail (&call->err, EINVAL, "%s '%s' must be an absolute path",
                     name, value);
    if (!sysroot_is_mounted (call->daemon))
        return fail (&call->err, EINVAL, "%s: no file system is mounted on "
                     "/ (call mount first)", value);
    return 0;
}

int
check_filename (struct call *call, const char *name, const char *value)
{
    if (value[0] && !strchr (value, '/') && strcmp (value, ".") != 0
        && strcmp (value, "..") != 0)
        return 0;
    return fail (&call->err, EINVAL, "%s '%s' must be the name of one file",
                 name, value);
}

int
check_guid (struct call *call, const char *name, const char *value)
{
    if (is_uuid (value))
        return 0;
    return fail (&call->err, EINVAL, "%s '%s' is no GUID", name, value);
}

/* stat(2); a device that is not there may be a volume or an array that
 * was not activated yet.
 */
static int
stat_device (struct call *call, const char *name, const char *kernel,
             struct stat *ret)
{
    cleanup_error struct error activation = { 0 };

    if (stat (kernel, ret) == 0)
        return 0;
    if (errno == ENOENT && !string_starts_with (name, "/dev/sd")) {
        lvm_activate_once (call->daemon, &activation);
        if (stat (kernel, ret) == 0)
            return 0;
    }
    if (!activation.message)
        return fail (&call->err, errno, "%s: %m", name);
    return fail (&call->err, errno, "%s: %m (activating volumes: %s)", name,
                 activation.message);
}

/* /dev/VG/LV, /dev/dm-0 and /dev/md/NAME are links and aliases; there is
 * one name under which each device is mounted and compared.
 */
static void
use_first_name (char **value, dev_t rdev)
{
    char *name;

    if (!strchr (*value + strlen ("/dev/"), '/')
        && !string_starts_with (*value, "/dev/dm-"))
        return;
    name = major (rdev) == MD_MAJOR
               ? xasprintf ("/dev/md%u", minor (rdev)) : dm_path_of (rdev);
    if (!name)
        return;
    free (*value);
    *value = name;
}

/* lvremove takes a whole volume group: /dev/VG is a directory. */
static bool
is_volume_group (const struct call *call, const struct stat *st)
{
    return call->proc == WIRE_PROC_LVREMOVE && S_ISDIR (st->st_mode);
}

int
check_device (struct call *call, const char *name, char **value)
{
    cleanup_free char *kernel = NULL;
    struct stat st;

    if (!is_device_name (*value))
        return fail (&call->err, EINVAL, "%s '%s' must be a device", name,
                     *value);
    kernel = device_to_kernel (call->daemon, *value);
    if (stat_device (call, *value, kernel, &st) < 0)
        return -1;
    if (!S_ISBLK (st.st_mode) && !is_volume_group (call, &st))
        return fail (&call->err, ENOTBLK, "%s: not a block device", *value);
    free (*value);
    *value = steal (&kernel);
    if (S_ISBLK (st.st_mode))
        use_first_name (value, st.st_rdev);
    return 0;
}

int
check_device_or_path (struct call *call, const char *name, char **value)
{
    return is_device_name (*value) ? check_device (call, name, value)
                                   : check_pathname (call, name, *value);
}

int
check_filenames (struct call *call, const char *name, u_int count,
                 char **values)
{
    for (u_int i = 0; i < count; i++)
        if (check_filename (call, name, values[i]) < 0)
            return -1;
    return 0;
}

int
check_pathnames (struct call *call, const char *name, u_int count,
                 char **values)
{
    for (u_int i = 0; i < count; i++)
        if (check_pathname (call, name, values[i]) < 0)
            return -1;
    return 0;
}

int
check_devices (struct call *call, const char *name, u_int count,
               char **values)
{
    for (u_int i = 0; i < count; i++)
        if (check_device (call, name, &values[i]) < 0)
            return -1;
    return 0;
}

#define BTRFS_PREFIX "btrfsvol:"

/* "btrfsvol:/dev/sda1/home/me": where the device ends is not said, so try
 * each slash.
 */
static int
parse_subvolume (struct call *call, const char *name, const char *value,
                 struct mountable *ret)
{
    const char *rest = value + strlen (BTRFS_PREFIX);

    for (const char *slash = rest; (slash = strchr (slash + 1, '/'));) {
        cleanup_free char *device = xstrndup (rest, (size_t) (slash - rest));

        if (!slash[1] || check_device (call, name, &device) < 0)
            continue;
        error_clear (&call->err);
        *ret = (struct mountable) {
            .type = MOUNTABLE_BTRFS_SUBVOLUME,
            .device = steal (&device),
            .volume = xstrdup (slash + 1),
        };
        return 0;
    }
    return fail (&call->err, EINVAL, "%s '%s' must be a device and a "
                 "subvolume of it (btrfsvol:DEVICE/SUBVOLUME)", name, value);
}

int
check_mountable (struct call *call, const char *name, const char *value,
                 struct mountable *ret)
{
    cleanup_free char *device = NULL;

    if (string_starts_with (value, BTRFS_PREFIX))
        return parse_subvolume (call, name, value, ret);
    device = xstrdup (value);
    if (check_device (call, name, &device) < 0)
        return -1;
    *ret = (struct mountable) {
        .type = MOUNTABLE_DEVICE,
        .device = steal (&device),
    };
    return 0;
}

int
check_mountable_or_path (struct call *call, const char *name,
                         const char *value, struct mountable *ret)
{
    if (value[0] != '/' || is_device_name (value))
        return check_mountable (call, name, value, ret);
    if (check_pathname (call, name, value) < 0)
        return -1;
    *ret = (struct mountable) {
        .type = MOUNTABLE_PATH,
        .device = xstrdup (value),
    };
    return 0;
}
