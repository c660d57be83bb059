/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's drivers of file systems. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cleanup.h"
#include "drivers.h"
#include "kernel-devices.h"
#include "modules.h"

/* What a driver wants when something is mounted: character sets, which are
 * modules, and to be told that names are in UTF-8.
 */
static const struct {
    const char *type;
    const char *modules[2];
    const char *options;
} companions[] = {
    { "vfat", { "nls_cp437", "nls_iso8859-1" }, "utf8" },
    { "msdos", { "nls_cp437", "nls_iso8859-1" }, NULL },
    { "iso9660", { "nls_utf8", NULL }, "utf8" },
    { "hfsplus", { "nls_utf8", NULL }, NULL },
    { "udf", { "nls_utf8", NULL }, NULL },
};

/* Without one the driver will say itself what it lacks. */
static void
load_companions (const char *type)
{
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++)
        for (size_t j = 0; j < 2 && companions[i].modules[j]; j++) {
            cleanup_error struct error ignored = { 0 };

            if (strcmp (companions[i].type, type) == 0)
                module_load (companions[i].modules[j], &ignored);
        }
}

const char *
driver_options (const char *type)
{
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++)
        if (strcmp (companions[i].type, type) == 0)
            return companions[i].options;
    return NULL;
}

static const struct {
    const char *type, *version, *option;
} versions[] = {
    { "ufs", "1", "ufstype=44bsd" },
    { "ufs", "2", "ufstype=ufs2" },
};

bool
driver_needs_version (const char *type)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strcmp (versions[i].type, type) == 0)
            return true;
    return false;
}

const char *
driver_version_option (const char *type, const char *version)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strcmp (versions[i].type, type) == 0
            && strcmp (versions[i].version, version) == 0)
            return versions[i].option;
    return NULL;
}

/* The kernel's name of the driver's module, where it is another. */
static const char *
module_of_type (const char *type)
{
    return strcmp (type, "iso9660") == 0 ? "isofs" : type;
}

int
driver_load (const char *type, struct error *err)
{
    load_companions (type);
    return module_load (module_of_type (type), err);
}

#define CONTROL "/dev/btrfs-control"

/* All devices may have parts of a btrfs; the driver says which do. */
static bool
register_btrfs_devices (void)
{
    cleanup_fd int control = open (CONTROL, O_RDWR | O_CLOEXEC);
    cleanup_string_array char **devices = kernel_devices ();
    bool any = false;

    for (size_t i = 0; control >= 0 && devices[i]; i++) {
        struct btrfs_ioctl_vol_args args = { 0 };

        if (strlen (devices[i]) > BTRFS_PATH_NAME_MAX)
            continue;
        strncpy (args.name, devices[i], BTRFS_PATH_NAME_MAX);
        any |= ioctl (control, BTRFS_IOC_SCAN_DEV, &args) == 0;
    }
    return any;
}

bool
driver_help (const char *type, int errnum)
{
    cleanup_error struct error ignored = { 0 };

    switch (errnum) {
    case ENODEV:
        return driver_load (type, &ignored) == 0;
    case ESRCH:
        return module_load ("quota_v2", &ignored) == 0;
    case EINVAL:
    case ENOENT:
        return strcmp (type, "btrfs") == 0 && register_btrfs_devices ();
    default:
        return false;
    }
}
