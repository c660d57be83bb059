/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disk images that User Mode Linux gets as descriptors, and opens once
 * more through /proc/self/fd: that must work, but a read-only one must
 * never be opened for writing that way.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "memory.h"

/* What the user knows the disk as; the caller frees it. */
static char *
disk_name (int fd)
{
    cleanup_free char *link = xasprintf ("/proc/self/fd/%d", fd);
    char name[PATH_MAX];
    ssize_t length = readlink (link, name, sizeof name);

    if (length < 0)
        return steal (&link);
    return xstrndup (name, (size_t) length);
}

/* Open what fd is open on once more, as User Mode Linux does. */
static int
open_again (int fd, int flags)
{
    cleanup_free char *link = xasprintf ("/proc/self/fd/%d", fd);

    return open (link, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

bool
has_disks_of_others (const struct plan *plan)
{
    for (size_t i = 0; plan->uid == 0 && i < plan->n_disks; i++) {
        struct stat statbuf;

        if (fstat (plan->disks[i].fd, &statbuf) == 0 && statbuf.st_uid != 0)
            return true;
    }
    return false;
}

static int
cannot_open (struct error *err, int errnum, const char *name)
{
    return fail (err, errnum,
                 "%s: the appliance can't open it with the rights of user "
                 "%u: %m", name, geteuid ());
}

static bool
is_same_file (int fd, int other)
{
    struct stat a, b;

    return fstat (fd, &a) == 0 && fstat (other, &b) == 0
           && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Put in the place of fd a descriptor of the same file that was opened
 * through a read-only mount of its own, so that every further opening goes
 * through that mount.  Where this can't be done (the file has lost its
 * name, a mount has gone) the Landlock rule is what is left.
 */
static int
guard_disk (int fd, struct error *err)
{
    struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
    cleanup_free char *name = disk_name (fd);
    cleanup_fd int mount = -1, again = -1;

    mount = open_tree (AT_FDCWD, name,
                       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
                           | AT_SYMLINK_NOFOLLOW);
    if (mount < 0 || !is_same_file (fd, mount)
        || mount_setattr (mount, "", AT_EMPTY_PATH, &read_only,
                          sizeof read_only) < 0)
        return 0;
    again = open_again (mount, O_RDONLY);
    if (again < 0)
        return cannot_open (err, errno, name);
    /* Unlike the descriptor it comes from, this one stays open in exec. */
    if (dup2 (again, fd) < 0)
        return fail (err, errno, "%s: %m", name);
    return 0;
}

int
guard_read_only_disks (const struct plan *plan, struct error *err)
{
    for (size_t i = 0; i < plan->n_disks; i++) {
        struct stat statbuf;
        const struct disk *disk = &plan->disks[i];

        /* A read-only mount says nothing about devices. */
        if (!disk->writable && fstat (disk->fd, &statbuf) == 0
            && S_ISREG (statbuf.st_mode) && guard_disk (disk->fd, err) < 0)
            return -1;
    }
    return 0;
}

static int
check_disk (const struct disk *disk, struct error *err)
{
    int flags = disk->writable ? O_RDWR : O_RDONLY;
    cleanup_free char *name = disk_name (disk->fd);
    cleanup_fd int fd = open_again (disk->fd, flags);

    if (fd < 0)
        return cannot_open (err, errno, name);
    if (!disk->writable) {
        cleanup_fd int writable = open_again (disk->fd, O_RDWR);

        if (writable >= 0)
            return fail (err, EOPNOTSUPP,
                         "%s: can't be protected from writing: it is a "
                         "writable disk too, or this kernel has no Landlock",
                         name);
    }
    return 0;
}

int
check_disks_open (const struct plan *plan, struct error *err)
{
    for (size_t i = 0; i < plan->n_disks; i++) {
        if (check_disk (&plan->disks[i], err) < 0)
            return -1;
    }
    return 0;
}
