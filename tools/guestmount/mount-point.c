/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a mount point is said before anything is launched. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "mount-point.h"
#include "mount-table.h"

#define FUSE_DEVICE "/dev/fuse"

static int
fail_mount_point (const char *folder, int errnum, struct error *err)
{
    if (errnum == ENOENT)
        return fail (err, errnum, "%s: no such folder; the mount point must "
                     "exist", folder);
    if (errnum == ENOTDIR)
        return fail (err, errnum, "%s: the mount point must be a folder",
                     folder);
    if (errnum == ENOTCONN)
        return fail (err, errnum, "%s: there is a mount whose server has "
                     "died; 'guestunmount %s' removes it", folder, folder);
    return fail (err, errnum, "%s: %m", folder);
}

/* Neither mounted nor full: "." and ".." do not count. */
static int
check_unused (const char *folder, struct error *err)
{
    cleanup_mounted struct mounted m = { .device = NULL };
    cleanup_dir DIR *dir = NULL;
    int entries = 0;

    if (mount_table_find (folder, &m, err) < 0)
        return -1;
    if (m.fuse)
        return fail (err, EBUSY, "%s: something is mounted there already; "
                     "'guestunmount %s' unmounts it", folder, folder);
    dir = opendir (folder);
    if (!dir)
        return fail_mount_point (folder, errno, err);
    while (readdir (dir))
        entries++;
    if (entries > 2)
        return fail (err, ENOTEMPTY, "%s: this folder is not empty; with "
                     "'-o nonempty' its files are hidden while something is "
                     "mounted", folder);
    return 0;
}

char *
mount_point_check (const char *folder, bool may_hold_files,
                   struct error *err)
{
    cleanup_free char *name = realpath (folder, NULL);
    cleanup_fd int fd = -1;

    if (name)
        fd = open (name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fail_mount_point (folder, errno, err);
        return NULL;
    }
    if (access (name, W_OK) < 0 && errno == ENOTCONN) {
        fail_mount_point (folder, errno, err);
        return NULL;
    }
    if (access (name, W_OK) < 0)
        return fail_null (err, errno, "%s: %m (you can mount only where you "
                          "may write)", folder);
    if (!may_hold_files && check_unused (name, err) < 0)
        return NULL;
    return steal (&name);
}

int
fuse_check (struct error *err)
{
    cleanup_fd int fd = open (FUSE_DEVICE, O_RDWR | O_CLOEXEC);

    if (fd >= 0)
        return 0;
    if (errno == EACCES || errno == EPERM)
        return fail (err, errno, FUSE_DEVICE ": %m: you may not use FUSE "
                     "here; on some hosts the group 'fuse' may");
    return fail (err, errno, FUSE_DEVICE ": %m: this host has no FUSE, or "
                 "its module is not loaded ('modprobe fuse')");
}
