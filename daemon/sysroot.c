/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths inside the guest. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sysroot.h"

int
sysroot_refresh (struct daemon *daemon, struct error *err)
{
    int fd = open (daemon->sysroot, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fail (err, errno, "%s: %m", daemon->sysroot);
    close_fd (&daemon->sysroot_fd);
    daemon->sysroot_fd = fd;
    return 0;
}

int
sysroot_init (struct daemon *daemon, const char *path, struct error *err)
{
    struct stat st;

    daemon->sysroot = path;
    daemon->sysroot_fd = -1;
    if (sysroot_refresh (daemon, err) < 0)
        return -1;
    if (fstat (daemon->sysroot_fd, &st) < 0)
        return fail (err, errno, "%s: %m", path);
    daemon->sysroot_dev = st.st_dev;
    return 0;
}

bool
sysroot_is_mounted (const struct daemon *daemon)
{
    struct stat st;

    /* One may be on a mountpoint that was made in the bare root. */
    return !daemon->appliance || daemon->mounted > 0
           || (fstat (daemon->sysroot_fd, &st) == 0
               && st.st_dev != daemon->sysroot_dev);
}

static int
open_in_root (const struct daemon *daemon, const char *path, int flags,
              mode_t mode)
{
    struct open_how how = {
        .flags = (uint64_t) (flags | O_CLOEXEC),
        .mode = flags & (O_CREAT | O_TMPFILE) ? mode & 07777 : 0,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };

    return (int) syscall (SYS_openat2, daemon->sysroot_fd, path, &how,
                          sizeof how);
}

int
sysroot_open (struct call *call, const char *path, int flags, mode_t mode)
{
    int fd = open_in_root (call->daemon, path, flags, mode);

    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return fd;
}

/* Where the last component of a path begins: "/a/b/" is "/a/b". */
static size_t
last_component (const char *path)
{
    size_t n = strlen (path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    return n;
}

/* "..", perhaps with slashes: the parent's parent, which in the root is the
 * root, but not for the system calls that are given the two separately.
 */
static bool
is_dot_dot (const char *name)
{
    return strncmp (name, "..", 2) == 0
           && name[2 + strspn (name + 2, "/")] == '\0';
}

int
sysroot_open_parent (struct call *call, const char *path,
                     const char **ret_name)
{
    size_t n = last_component (path);
    bool whole = path[n] == '\0' || is_dot_dot (path + n);
    cleanup_free char *parent = whole ? xstrdup (path) : xstrndup (path, n);
    int fd = open_in_root (call->daemon, *parent ? parent : ".",
                           O_PATH | O_DIRECTORY, 0);

    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", path);
    *ret_name = whole ? "." : path + n;
    return fd;
}

int
sysroot_stat (struct call *call, const char *path, bool follow,
              struct stat *ret)
{
    cleanup_fd int fd = sysroot_open (call, path,
                                      O_PATH | (follow ? 0 : O_NOFOLLOW), 0);

    if (fd < 0)
        return -1;
    if (fstat (fd, ret) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

void
fd_path (int fd, char ret[FD_PATH_SIZE])
{
    snprintf (ret, FD_PATH_SIZE, "/proc/self/fd/%d", fd);
}
