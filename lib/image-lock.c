/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks on image files, as QEMU takes them.
 *
 * Each permission is a number.  Who uses it holds a shared lock on the byte
 * 100 + number; who wants nobody else to use it, one on 200 + number.  The
 * locks themselves are always granted.  Whoever has taken its own looks
 * whether others hold the opposite ones, and gives up if so: of two that
 * come at the same time one sees the other at least.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>

#include "image-lock.h"

#define USED_BASE 100
#define UNSHARED_BASE 200

/* What somebody who writes uses, and wants for himself alone. */
static const struct permission {
    int number;
    const char *name;
    bool exclusive;
} permissions[] = {
    { 0, "consistent read", false },
    { 1, "write", true },
    { 3, "resize", true },
};

#define PERMISSIONS (sizeof permissions / sizeof *permissions)

static int
change_lock (int fd, int byte, short type)
{
    struct flock lock = {
        .l_type = type,
        .l_whence = SEEK_SET,
        .l_start = byte,
        .l_len = 1,
    };

    return fcntl (fd, F_OFD_SETLK, &lock);
}

/* Only an exclusive lock conflicts with a shared one: ask for that. */
static bool
others_lock (int fd, int byte)
{
    struct flock lock = {
        .l_type = F_WRLCK,
        .l_whence = SEEK_SET,
        .l_start = byte,
        .l_len = 1,
    };

    return fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static int
in_use (const char *name, const struct permission *p, struct error *err)
{
    return fail (err, EBUSY, "%s: it is in use by another process (\"%s\" "
                 "lock): a machine that runs on it, or another appliance; "
                 "it can be added read-only", name, p->name);
}

static int
check_others (int fd, const char *name, struct error *err)
{
    for (size_t i = 0; i < PERMISSIONS; i++) {
        const struct permission *p = &permissions[i];

        if (others_lock (fd, UNSHARED_BASE + p->number)
            || (p->exclusive && others_lock (fd, USED_BASE + p->number)))
            return in_use (name, p, err);
    }
    return 0;
}

static void
unlock (int fd)
{
    for (size_t i = 0; i < PERMISSIONS; i++) {
        change_lock (fd, USED_BASE + permissions[i].number, F_UNLCK);
        change_lock (fd, UNSHARED_BASE + permissions[i].number, F_UNLCK);
    }
}

/* Where a file system has no locks, QEMU does without them, too. */
static bool
has_locks (int errnum)
{
    return errnum == EAGAIN || errnum == EACCES;
}

static int
take_lock (int fd, const char *name, const struct permission *p,
           struct error *err)
{
    if (change_lock (fd, USED_BASE + p->number, F_RDLCK) == 0
        && (!p->exclusive
            || change_lock (fd, UNSHARED_BASE + p->number, F_RDLCK) == 0))
        return 0;
    return has_locks (errno) ? in_use (name, p, err) : 0;
}

int
image_lock (int fd, const char *name, struct error *err)
{
    int r = 0;

    for (size_t i = 0; i < PERMISSIONS && r == 0; i++)
        r = take_lock (fd, name, &permissions[i], err);
    if (r == 0)
        r = check_others (fd, name, err);
    if (r < 0)
        unlock (fd);
    return r;
}
