/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about links, and where paths lead. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "sysroot.h"

/* Where a link is to be made. */
struct place {
    const char *path;
    int dirfd;
    const char *name;
};

static int
place_open (struct call *call, const char *path, struct place *ret)
{
    ret->path = path;
    ret->dirfd = sysroot_open_parent (call, path, &ret->name);
    return ret->dirfd < 0 ? -1 : 0;
}

static void
place_close (struct place *p)
{
    close_fd (&p->dirfd);
}

#define cleanup_place __attribute__ ((cleanup (place_close)))

/* Are there two names for one file?  If either is missing, no. */
static bool
is_same_file (const struct place *a, const struct place *b)
{
    struct stat x, y;

    return fstatat (a->dirfd, a->name, &x, AT_SYMLINK_NOFOLLOW) == 0
           && fstatat (b->dirfd, b->name, &y, AT_SYMLINK_NOFOLLOW) == 0
           && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Make room for a link, where anything but a directory gives way. */
static int
clear_place (struct call *call, const struct place *p)
{
    if (unlinkat (p->dirfd, p->name, 0) < 0 && errno != ENOENT)
        return fail (&call->err, errno, "%s: %m", p->path);
    return 0;
}

static int
make_hard_link (struct call *call, const char *target, const char *linkname,
                bool force)
{
    cleanup_place struct place from = { .dirfd = -1 };
    cleanup_place struct place to = { .dirfd = -1 };

    if (place_open (call, target, &from) < 0
        || place_open (call, linkname, &to) < 0)
        return -1;
    if (linkat (from.dirfd, from.name, to.dirfd, to.name, 0) == 0)
        return 0;
    if (!force || errno != EEXIST)
        return fail (&call->err, errno, "%s => %s: %m", linkname, target);
    if (is_same_file (&from, &to))
        return 0;
    if (clear_place (call, &to) < 0)
        return -1;
    if (linkat (from.dirfd, from.name, to.dirfd, to.name, 0) < 0)
        return fail (&call->err, errno, "%s => %s: %m", linkname, target);
    return 0;
}

int
do_ln (struct call *call, const char *target, const char *linkname)
{
    return make_hard_link (call, target, linkname, false);
}

int
do_ln_f (struct call *call, const char *target, const char *linkname)
{
    return make_hard_link (call, target, linkname, true);
}

static int
make_symlink (struct call *call, const char *target, const char *linkname,
              bool force)
{
    cleanup_place struct place to = { .dirfd = -1 };

    if (place_open (call, linkname, &to) < 0)
        return -1;
    if (symlinkat (target, to.dirfd, to.name) == 0)
        return 0;
    if (!force || errno != EEXIST)
        return fail (&call->err, errno, "%s: %m", linkname);
    if (clear_place (call, &to) < 0)
        return -1;
    if (symlinkat (target, to.dirfd, to.name) < 0)
        return fail (&call->err, errno, "%s: %m", linkname);
    return 0;
}

int
do_ln_s (struct call *call, const char *target, const char *linkname)
{
    return make_symlink (call, target, linkname, false);
}

int
do_ln_sf (struct call *call, const char *target, const char *linkname)
{
    return make_symlink (call, target, linkname, true);
}

/* What a link says; NULL with errno set. */
static char *
read_link (int dirfd, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat (dirfd, name, target, sizeof target);

    return n < 0 ? NULL : xstrndup (target, (size_t) n);
}

char *
do_readlink (struct call *call, const char *path)
{
    cleanup_place struct place p = { .dirfd = -1 };
    char *target;

    if (place_open (call, path, &p) < 0)
        return NULL;
    target = read_link (p.dirfd, p.name);
    if (!target && errno == EINVAL)
        return fail_null (&call->err, errno, "%s: not a symbolic link", path);
    if (!target)
        return fail_null (&call->err, errno, "%s: %m", path);
    return target;
}

char **
do_internal_readlinklist (struct call *call, const char *path,
                          char *const *names)
{
    cleanup_fd int dirfd = sysroot_open (call, path, O_PATH | O_DIRECTORY, 0);
    cleanup_strings struct strings links = STRINGS_EMPTY;

    if (dirfd < 0)
        return NULL;
    for (size_t i = 0; names[i]; i++) {
        char *target = read_link (dirfd, names[i]);

        strings_add_take (&links, target ? target : xstrdup (""));
    }
    return strings_steal (&links);
}

/* Where a descriptor leads, as the appliance sees it. */
static char *
path_of (int fd, const char *name, struct error *err)
{
    char link[FD_PATH_SIZE];
    char *path;

    fd_path (fd, link);
    path = read_link (AT_FDCWD, link);
    if (!path)
        return fail_null (err, errno, "%s: %m", name);
    return path;
}

char *
do_realpath (struct call *call, const char *path)
{
    cleanup_fd int fd = sysroot_open (call, path, O_PATH, 0);
    cleanup_free char *root = NULL, *real = NULL;
    size_t n;

    if (fd < 0)
        return NULL;
    real = path_of (fd, path, &call->err);
    root = path_of (call->daemon->sysroot_fd, "/", &call->err);
    if (!real || !root)
        return NULL;
    if (!string_starts_with (real, root))
        return fail_null (&call->err, ENOENT, "%s: %m", path);
    n = string_ends_with (root, "/") ? 0 : strlen (root);
    return xstrdup (real[n] ? real + n : "/");
}
