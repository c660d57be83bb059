/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file system that is mounted for a moment, and nowhere. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cleanup.h"
#include "drivers.h"
#include "memory.h"
#include "private-mount.h"

/* How each is told to leave its journal alone. */
static const struct {
    const char *type, *option, *value;
} no_replay[] = {
    { "btrfs", "rescue", "nologreplay" },
    { "ext3", "noload", NULL },
    { "ext4", "noload", NULL },
    { "xfs", "norecovery", NULL },
};

static int
set_option (int fs, const char *option, const char *value)
{
    return value ? fsconfig (fs, FSCONFIG_SET_STRING, option, value, 0)
                 : fsconfig (fs, FSCONFIG_SET_FLAG, option, NULL, 0);
}

static int
set_readonly (int fs, const char *type)
{
    if (set_option (fs, "ro", NULL) < 0)
        return -1;
    for (size_t i = 0; i < sizeof no_replay / sizeof *no_replay; i++)
        if (strcmp (no_replay[i].type, type) == 0)
            return set_option (fs, no_replay[i].option, no_replay[i].value);
    return 0;
}

static int
open_type (const char *type, struct error *err)
{
    int fs = fsopen (type, FSOPEN_CLOEXEC);

    if (fs >= 0 || errno != ENODEV)
        return fs;
    if (driver_load (type, err) < 0)
        errno = ENODEV;
    else
        fs = fsopen (type, FSOPEN_CLOEXEC);
    return fs;
}

/* Those of the driver, and the caller's "NAME=VALUE". */
static int
set_options (int fs, const char *type, const char *option)
{
    const char *first = driver_options (type);
    const char *value = option ? strchr (option, '=') : NULL;
    cleanup_free char *name = NULL;

    if (first && set_option (fs, first, NULL) < 0)
        return -1;
    if (!option)
        return 0;
    name = value ? xstrndup (option, (size_t) (value - option))
                 : xstrdup (option);
    return set_option (fs, name, value ? value + 1 : NULL);
}

static int
mount_nowhere (const char *device, const char *type, const char *option,
               bool readonly, struct error *err)
{
    cleanup_fd int fs = open_type (type, err);

    if (fs < 0 || set_option (fs, "source", device) < 0
        || set_options (fs, type, option) < 0
        || (readonly && set_readonly (fs, type) < 0)
        || fsconfig (fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -1;
    return fsmount (fs, FSMOUNT_CLOEXEC,
                    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
                        | (readonly ? MOUNT_ATTR_RDONLY : 0));
}

int
private_mount_with (const char *device, const char *type, const char *option,
                    bool readonly, struct error *err)
{
    int mount = mount_nowhere (device, type, option, readonly, err);
    int errnum = errno, fd;

    if (mount < 0 && driver_help (type, errnum))
        mount = mount_nowhere (device, type, option, readonly, err);
    else
        errno = errnum;
    /* If it is mounted in the guest, with whatever options. */
    if (mount < 0 && readonly && errno == EBUSY)
        mount = mount_nowhere (device, type, option, false, err);
    if (mount < 0)
        return fail (err, errno, "%s: mounting as %s: %m", device, type);
    /* The mount's own descriptor is good for paths only. */
    fd = openat (mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        fail (err, errno, "%s: %m", device);
    close_fd (&mount);
    return fd;
}

int
private_mount (const char *device, const char *type, bool readonly,
               struct error *err)
{
    return private_mount_with (device, type, NULL, readonly, err);
}
