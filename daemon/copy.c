/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying files and directories inside the guest. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "content.h"
#include "copy.h"
#include "file-walk.h"
#include "link-table.h"
#include "sysroot.h"
#include "tree-make.h"

/* The last component of a path, without slashes after it; NULL if that is
 * no name.
 */
static char *
base_name (const char *path)
{
    cleanup_free char *name = NULL;
    size_t end = strlen (path), start;

    while (end > 0 && path[end - 1] == '/')
        end--;
    for (start = end; start > 0 && path[start - 1] != '/'; start--)
        ;
    name = xstrndup (path + start, end - start);
    if (!*name || strcmp (name, ".") == 0 || strcmp (name, "..") == 0)
        return NULL;
    return steal (&name);
}

char *
target_path (struct call *call, const char *source, const char *target)
{
    cleanup_free char *name = base_name (source);
    cleanup_error struct error ignored = { 0 };
    struct stat st;

    if (sysroot_stat (call, target, true, &st) < 0 || !S_ISDIR (st.st_mode)) {
        error_move (&ignored, &call->err);
        return xstrdup (target);
    }
    if (!name)
        return fail_null (&call->err, EINVAL, "%s: it has no name that it "
                          "could get in %s", source, target);
    return xasprintf ("%s/%s", target, name);
}

/* Copy size bytes from one descriptor's position to the other's, inside
 * the kernel, which can share blocks on some file systems.
 */
static int
copy_data (int in, int out, off_t size)
{
    while (size > 0) {
        size_t want = size < (1 << 30) ? (size_t) size : 1 << 30;
        ssize_t n = copy_file_range (in, NULL, out, NULL, want, 0);

        if (n < 0 && (errno == EXDEV || errno == EINVAL
                      || errno == EOPNOTSUPP))
            n = sendfile (out, in, NULL, want);
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        size -= n;
    }
    return 0;
}

/* Likewise from the start, with the holes that it has. */
static int
copy_sparse (int in, int out, off_t size)
{
    off_t start, end;

    for (off_t at = 0; at < size; at = end) {
        start = lseek (in, at, SEEK_DATA);
        if (start < 0 && errno == ENXIO)
            break;
        end = start < 0 ? -1 : lseek (in, start, SEEK_HOLE);
        if (end < 0 || lseek (in, start, SEEK_SET) < 0
            || lseek (out, start, SEEK_SET) < 0
            || copy_data (in, out, end - start) < 0)
            return -1;
    }
    return ftruncate (out, size);
}

static int
copy_content (int in, const struct stat *st, int out)
{
    /* Files of /proc and the like have no size, whatever they hold. */
    if (st->st_size == 0)
        return copy_data (in, out, INT32_MAX);
    if ((int64_t) st->st_blocks * 512 < st->st_size)
        return copy_sparse (in, out, st->st_size);
    return copy_data (in, out, st->st_size);
}

/* cp: the content, and for a new file the mode. */
static int
copy_file (struct call *call, const char *source, const char *target)
{
    cleanup_fd int in = content_open (call, source, false), out = -1;
    struct stat from, to;

    if (in < 0)
        return -1;
    if (fstat (in, &from) < 0)
        return fail (&call->err, errno, "%s: %m", source);
    out = content_create (call, target, false, O_EXCL);
    if (out >= 0 && fchmod (out, from.st_mode & 0777 & ~022) < 0)
        return fail (&call->err, errno, "%s: %m", target);
    if (out < 0 && call->err.errnum == EEXIST) {
        error_clear (&call->err);
        out = content_create (call, target, false, 0);
    }
    if (out < 0)
        return -1;
    if (fstat (out, &to) < 0)
        return fail (&call->err, errno, "%s: %m", target);
    if (from.st_dev == to.st_dev && from.st_ino == to.st_ino)
        return fail (&call->err, EINVAL, "%s and %s are the same file",
                     source, target);
    if (ftruncate (out, 0) < 0 || copy_content (in, &from, out) < 0)
        return fail (&call->err, errno, "%s: %m", target);
    return 0;
}

int
do_cp (struct call *call, const char *src, const char *dest)
{
    cleanup_free char *target = target_path (call, src, dest);

    return target ? copy_file (call, src, target) : -1;
}

/* A tree that is copied. */
struct copier {
    struct tree_maker *maker;
    const char *prefix; /* the name of the copy: put before all paths */
    bool preserve;      /* owners, times, attributes, links */
    struct link_table links;
    dev_t dev; /* the copy itself, if it is a directory, */
    ino_t ino; /* once it is made */
};

static int
make_copy (struct copier *c, const struct walk_entry *e, const char *path,
           const struct tree_attrs *a, struct error *err)
{
    const char *link = NULL;
    cleanup_fd int fd = -1;

    if (S_ISDIR (e->st.st_mode))
        return tree_make_directory (c->maker, path, a, err);
    if (c->preserve)
        link = link_table_find (&c->links, &e->st, path);
    if (link)
        return tree_make_link (c->maker, path, link, err);
    if (e->target)
        return tree_make_symlink (c->maker, path, e->target, a, err);
    if (!S_ISREG (e->st.st_mode))
        return tree_make_special (c->maker, path, e->st.st_rdev, a, err);
    fd = tree_make_file (c->maker, path, a, err);
    if (fd < 0)
        return -1;
    if (copy_content (e->fd, &e->st, fd) < 0)
        return fail (err, errno, "%s: %m", path);
    return tree_finish_file (c->maker, fd, path, a, err);
}

/* The tree that is copied must not contain the copy, or there is no end. */
static int
check_recursion (struct copier *c, const struct walk_entry *e,
                 struct error *err)
{
    if (!S_ISDIR (e->st.st_mode) || c->ino == 0 || e->st.st_dev != c->dev
        || e->st.st_ino != c->ino)
        return 0;
    return fail (err, EINVAL, "%s: a directory can't be copied into itself",
                 e->path);
}

/* The copy's root has just been made. */
static int
remember_root (struct copier *c, struct error *err)
{
    struct stat st;

    if (fstatat (c->maker->target, c->prefix, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return fail (err, errno, "%s: %m", c->prefix);
    c->dev = st.st_dev;
    c->ino = st.st_ino;
    return 0;
}

static int
copy_entry (void *opaque, const struct walk_entry *e, struct error *err)
{
    struct copier *c = opaque;
    cleanup_xattr_list struct xattr_list xattrs = { 0 };
    const struct xattr_choice all = { true, true, true };
    cleanup_free char *path = xasprintf ("%s%s%s", c->prefix,
                                         *e->path ? "/" : "", e->path);
    struct tree_attrs a = {
        .mode = e->st.st_mode,
        .uid = e->st.st_uid,
        .gid = e->st.st_gid,
        .times = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } },
    };

    if (check_recursion (c, e, err) < 0)
        return -1;
    if (c->preserve) {
        a.times[0] = e->st.st_atim;
        a.times[1] = e->st.st_mtim;
        if (xattr_list_read (&xattrs, &all, e->fd, e->dir, e->name, e->path,
                             err) < 0)
            return -1;
        a.xattrs = &xattrs;
    }
    if (make_copy (c, e, path, &a, err) < 0)
        return -1;
    return *e->path ? 0 : remember_root (c, err);
}

static int
copy_below (struct copier *c, struct call *call, const char *source)
{
    const char *name;
    cleanup_fd int dir = sysroot_open_parent (call, source, &name);
    struct file_walk walk = { .visit = copy_entry, .opaque = c };
    mode_t before = umask (0);
    int r;

    /* A copy that does not preserve modes goes by the umask. */
    if (!c->preserve)
        umask (before);
    r = dir < 0 ? -1 : file_walk (&walk, dir, name, "", &call->err);
    if (r == 0)
        r = tree_finish (c->maker, &call->err);
    else if (dir >= 0)
        fail_context (&call->err, "%s", source);
    umask (before);
    link_table_free (&c->links);
    return r;
}

/* What is there would be removed to make way: not the file that is copied,
 * nor a file for a directory, as cp(1) has it.
 */
static int
check_target (struct call *call, const char *source, const char *target)
{
    cleanup_error struct error ignored = { 0 };
    struct stat from, to;

    if (sysroot_stat (call, source, false, &from) < 0)
        return -1;
    if (sysroot_stat (call, target, false, &to) < 0) {
        error_move (&ignored, &call->err);
        return 0;
    }
    if (from.st_dev == to.st_dev && from.st_ino == to.st_ino)
        return fail (&call->err, EINVAL, "%s and %s are the same file",
                     source, target);
    if (S_ISDIR (from.st_mode) && !S_ISDIR (to.st_mode))
        return fail (&call->err, ENOTDIR, "%s: %m", target);
    return 0;
}

int
copy_tree (struct call *call, const char *source, const char *target,
           bool preserve)
{
    const char *name;
    cleanup_fd int parent = -1, dir = -1;
    cleanup_free char *prefix = base_name (target);
    cleanup_tree_maker struct tree_maker maker = TREE_MAKER (-1);
    struct copier c = { .maker = &maker, .prefix = prefix,
                        .preserve = preserve };

    if (!prefix)
        return fail (&call->err, EINVAL, "%s: not the name of a file",
                     target);
    if (check_target (call, source, target) < 0)
        return -1;
    parent = sysroot_open_parent (call, target, &name);
    if (parent < 0)
        return -1;
    dir = openat (parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return fail (&call->err, errno, "%s: %m", target);
    maker.target = dir;
    maker.resolve = RESOLVE_BENEATH;
    maker.exact = maker.no_umask = preserve;
    return copy_below (&c, call, source);
}

int
do_cp_a (struct call *call, const char *src, const char *dest)
{
    cleanup_free char *target = target_path (call, src, dest);

    return target ? copy_tree (call, src, target, true) : -1;
}

int
do_cp_r (struct call *call, const char *src, const char *dest)
{
    cleanup_free char *target = target_path (call, src, dest);

    return target ? copy_tree (call, src, target, false) : -1;
}
