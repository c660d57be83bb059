/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls around mounting: places to mount at, files to mount, changing what
 * is mounted.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "loop.h"
#include "mount.h"
#include "probe.h"
#include "sysroot.h"

/* For these calls nothing need be mounted. */
static int
check_absolute (struct call *call, const char *path)
{
    if (path[0] == '/')
        return 0;
    return fail (&call->err, EINVAL, "exemptpath '%s' must be an absolute "
                 "path", path);
}

int
do_mkmountpoint (struct call *call, const char *exemptpath)
{
    cleanup_fd int parent = -1;
    const char *name;

    if (check_absolute (call, exemptpath) < 0)
        return -1;
    parent = sysroot_open_parent (call, exemptpath, &name);
    if (parent < 0)
        return -1;
    if (mkdirat (parent, name, 0777) < 0)
        return fail (&call->err, errno, "%s: %m", exemptpath);
    return 0;
}

int
do_rmmountpoint (struct call *call, const char *exemptpath)
{
    cleanup_fd int parent = -1;
    const char *name;

    if (check_absolute (call, exemptpath) < 0)
        return -1;
    parent = sysroot_open_parent (call, exemptpath, &name);
    if (parent < 0)
        return -1;
    if (unlinkat (parent, name, AT_REMOVEDIR) < 0)
        return fail (&call->err, errno, "%s: %m", exemptpath);
    return 0;
}

/* Writing is tried first, as with any mount. */
static int
open_image (struct call *call, const char *file, bool *ret_readonly)
{
    const int flags = O_NONBLOCK | O_NOCTTY;
    cleanup_fd int fd = sysroot_open (call, file, O_RDWR | flags, 0);
    struct stat st;

    *ret_readonly = fd < 0 && call->err.errnum == EROFS;
    if (*ret_readonly) {
        error_clear (&call->err);
        fd = sysroot_open (call, file, O_RDONLY | flags, 0);
    }
    if (fd < 0)
        return -1;
    if (fstat (fd, &st) < 0)
        return fail (&call->err, errno, "%s: %m", file);
    if (!S_ISREG (st.st_mode))
        return fail (&call->err, EINVAL, "%s: is no regular file", file);
    return steal_fd (&fd);
}

int
do_mount_loop (struct call *call, const char *file, const char *mountpoint)
{
    bool readonly;
    cleanup_fd int image = open_image (call, file, &readonly);
    cleanup_fd int loop = -1;
    cleanup_free char *device = NULL;
    struct mountable m = { .type = MOUNTABLE_DEVICE };

    if (image < 0)
        return -1;
    loop = loop_attach (image, file, readonly, &device, &call->err);
    if (loop < 0)
        return -1;
    m.device = device;
    return mount_mountable (call, &m, mountpoint, NULL,
                            readonly ? "ro" : "");
}

/* Both the mount and the file system below it can be read-only. */
static int
set_mount_readonly (int fd, bool readonly)
{
    struct mount_attr attr = {
        .attr_set = readonly ? MOUNT_ATTR_RDONLY : 0,
        .attr_clr = readonly ? 0 : MOUNT_ATTR_RDONLY,
    };

    return mount_setattr (fd, "", AT_EMPTY_PATH, &attr, sizeof attr);
}

static int
set_filesystem_readonly (int fd, bool readonly)
{
    cleanup_fd int fs = fspick (fd, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);

    if (fs < 0
        || fsconfig (fs, FSCONFIG_SET_FLAG, readonly ? "ro" : "rw", NULL, 0)
               < 0)
        return -1;
    return fsconfig (fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
}

int
do_remount (struct call *call, const char *mountpoint,
            const struct remount_opts *opts)
{
    cleanup_fd int fd = -1;
    bool readonly = !opts->rw;

    if (!(opts->given & REMOUNT_RW))
        return fail (&call->err, EINVAL, "the option rw must be given");
    fd = sysroot_open (call, mountpoint, O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
        return -1;
    if (set_filesystem_readonly (fd, readonly) < 0
        || set_mount_readonly (fd, readonly) < 0)
        return fail (&call->err, errno, "%s: %m", mountpoint);
    return 0;
}

/* The bits of /proc/sys/vm/drop_caches. */
#define DROP_ALL 3

int
do_drop_caches (struct call *call, int whattodrop)
{
    cleanup_fd int fd = -1;
    char text[4];

    if (whattodrop < 1 || whattodrop > DROP_ALL)
        return fail (&call->err, EINVAL, "whattodrop %d is not from 1 to 3",
                     whattodrop);
    sync ();
    fd = open ("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
    snprintf (text, sizeof text, "%d\n", whattodrop);
    if (fd < 0 || write (fd, text, strlen (text)) < 0)
        return fail (&call->err, errno, "dropping caches: %m");
    return 0;
}

int
do_internal_parse_mountable (struct call *call,
                             const struct mountable *mountable,
                             wire_internal_mountable *ret)
{
    *ret = (wire_internal_mountable) {
        .im_type = mountable->type,
        .im_device = device_to_api (call->daemon, mountable->device),
        .im_volume = xstrdup (mountable->volume ? mountable->volume : ""),
    };
    return 0;
}
