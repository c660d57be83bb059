/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about modes, owners, times, and device nodes. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "calls.h"
#include "sysroot.h"
#include "xattr.h"

#define PERMISSIONS 07777

static int
check_permissions (struct call *call, int mode)
{
    if (mode & ~PERMISSIONS)
        return fail (&call->err, EINVAL, "mode 0%o has more than the bits of "
                     "0%o", (unsigned int) mode, PERMISSIONS);
    return 0;
}

int
do_chmod (struct call *call, int mode, const char *path)
{
    cleanup_fd int fd = -1;
    char link[FD_PATH_SIZE];

    if (check_permissions (call, mode) < 0)
        return -1;
    fd = sysroot_open (call, path, O_PATH, 0);
    if (fd < 0)
        return -1;
    fd_path (fd, link);
    if (chmod (link, (mode_t) mode) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

/* -1 leaves the owner or the group as it is. */
static int
change_owner (struct call *call, int owner, int group, const char *path,
              int flags)
{
    cleanup_fd int fd = -1;

    if (owner < -1 || group < -1)
        return fail (&call->err, EINVAL, "%s: owner %d and group %d: there "
                     "are no negative ones", path, owner, group);
    fd = sysroot_open (call, path, O_PATH | flags, 0);
    if (fd < 0)
        return -1;
    if (fchownat (fd, "", (uid_t) owner, (gid_t) group, AT_EMPTY_PATH) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

int
do_chown (struct call *call, int owner, int group, const char *path)
{
    return change_owner (call, owner, group, path, 0);
}

int
do_lchown (struct call *call, int owner, int group, const char *path)
{
    return change_owner (call, owner, group, path, O_NOFOLLOW);
}

int
do_umask (struct call *call, int mask)
{
    if (mask < 0 || mask > 0777)
        return fail (&call->err, EINVAL, "mask 0%o is not between 0 and 0777",
                     (unsigned int) mask);
    return (int) umask ((mode_t) mask);
}

int
do_get_umask (struct call *call)
{
    mode_t mask = umask (022);

    (void) call;
    umask (mask);
    return (int) mask;
}

/* The largest numbers that Linux has (MINORBITS, linux/kdev_t.h). */
#define MAJOR_MAX 0xfff
#define MINOR_MAX 0xfffff

static int
check_device_numbers (struct call *call, int devmajor, int devminor)
{
    if (devmajor < 0 || devmajor > MAJOR_MAX || devminor < 0
        || devminor > MINOR_MAX)
        return fail (&call->err, EINVAL, "device %d:%d: not between 0:0 and "
                     "%d:%d", devmajor, devminor, MAJOR_MAX, MINOR_MAX);
    return 0;
}

static int
make_node (struct call *call, mode_t mode, int devmajor, int devminor,
           const char *path)
{
    const char *name;
    cleanup_fd int dirfd = -1;
    bool device = S_ISBLK (mode) || S_ISCHR (mode);

    if (device && check_device_numbers (call, devmajor, devminor) < 0)
        return -1;
    dirfd = sysroot_open_parent (call, path, &name);
    if (dirfd < 0)
        return -1;
    if (mknodat (dirfd, name, mode,
                 device ? makedev ((unsigned int) devmajor,
                                   (unsigned int) devminor) : 0) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

static int
make_special (struct call *call, mode_t type, int mode, int devmajor,
              int devminor, const char *path)
{
    if (check_permissions (call, mode) < 0)
        return -1;
    return make_node (call, type | (mode_t) mode, devmajor, devminor, path);
}

int
do_mknod (struct call *call, int mode, int devmajor, int devminor,
          const char *path)
{
    if (check_permissions (call, mode & ~S_IFMT) < 0)
        return -1;
    return make_node (call, (mode_t) mode, devmajor, devminor, path);
}

int
do_mknod_b (struct call *call, int mode, int devmajor, int devminor,
            const char *path)
{
    return make_special (call, S_IFBLK, mode, devmajor, devminor, path);
}

int
do_mknod_c (struct call *call, int mode, int devmajor, int devminor,
            const char *path)
{
    return make_special (call, S_IFCHR, mode, devmajor, devminor, path);
}

int
do_mkfifo (struct call *call, int mode, const char *path)
{
    return make_special (call, S_IFIFO, mode, 0, 0, path);
}

/* What the nanoseconds of a time can be besides nanoseconds. */
enum { TIME_NOW = -1, TIME_KEEP = -2 };

static int
parse_time (struct call *call, int64_t secs, int64_t nsecs,
            struct timespec *ret)
{
    if (nsecs < TIME_KEEP || nsecs > 999999999)
        return fail (&call->err, EINVAL, "%lld nanoseconds: not between 0 and "
                     "999999999, -1 (now) or -2 (unchanged)",
                     (long long) nsecs);
    ret->tv_sec = nsecs < 0 ? 0 : (time_t) secs;
    ret->tv_nsec = nsecs == TIME_NOW    ? UTIME_NOW
                   : nsecs == TIME_KEEP ? UTIME_OMIT
                                        : (long) nsecs;
    return 0;
}

int
do_utimens (struct call *call, const char *path, int64_t atsecs,
            int64_t atnsecs, int64_t mtsecs, int64_t mtnsecs)
{
    cleanup_fd int fd = -1;
    struct timespec times[2];
    char link[FD_PATH_SIZE];

    if (parse_time (call, atsecs, atnsecs, &times[0]) < 0
        || parse_time (call, mtsecs, mtnsecs, &times[1]) < 0)
        return -1;
    fd = sysroot_open (call, path, O_PATH, 0);
    if (fd < 0)
        return -1;
    fd_path (fd, link);
    if (utimensat (AT_FDCWD, link, times, 0) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

/* Both are open as O_PATH.  A new owner takes set-ID bits and capabilities
 * away, so it comes first.
 */
static int
copy_ownership (struct call *call, const struct stat *st, int to,
                const char *dest)
{
    if (fchownat (to, "", st->st_uid, st->st_gid, AT_EMPTY_PATH) < 0)
        return fail (&call->err, errno, "%s: %m", dest);
    return 0;
}

static int
copy_mode (struct call *call, const struct stat *st, int to, const char *dest)
{
    char link[FD_PATH_SIZE];

    fd_path (to, link);
    if (chmod (link, st->st_mode & PERMISSIONS) < 0)
        return fail (&call->err, errno, "%s: %m", dest);
    return 0;
}

int
do_copy_attributes (struct call *call, const char *src, const char *dest,
                    const struct copy_attributes_opts *opts)
{
    cleanup_fd int from = sysroot_open (call, src, O_PATH, 0);
    cleanup_fd int to = -1;
    struct stat st;

    if (from < 0)
        return -1;
    to = sysroot_open (call, dest, O_PATH, 0);
    if (to < 0)
        return -1;
    if (fstat (from, &st) < 0)
        return fail (&call->err, errno, "%s: %m", src);
    if ((opts->all || opts->ownership)
        && copy_ownership (call, &st, to, dest) < 0)
        return -1;
    if ((opts->all || opts->mode) && copy_mode (call, &st, to, dest) < 0)
        return -1;
    if (opts->all || opts->xattributes)
        return copy_xattrs (from, src, to, dest, &call->err);
    return 0;
}
