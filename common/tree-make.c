/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a tree of files below a directory that is never left. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "memory.h"
#include "tree-make.h"

/* A directory that was made: its times are set last, since filling it
 * changes them, and so is a mode that would not let us fill it.
 */
struct tree_directory {
    char *path;
    mode_t mode;
    struct timespec times[2];
};

/* For messages. */
static const char *
shown (const char *path)
{
    return *path ? path : ".";
}

static int
fail_path (struct error *err, const char *path)
{
    if (errno == EXDEV)
        return fail (err, EXDEV, "%s: a symbolic link leads out of the "
                     "directory", shown (path));
    return fail (err, errno, "%s: %m", shown (path));
}

/* Append the component p to the path that ends at *end. */
static char *
append (char *start, char *end, const char *p, size_t n)
{
    if (end > start)
        *end++ = '/';
    memcpy (end, p, n);
    return end + n;
}

char *
tree_clean_path (const char *path, struct error *err)
{
    cleanup_free char *clean = xmalloc (strlen (path) + 1);
    char *end = clean;

    for (const char *p = path; *p; p += strspn (p, "/")) {
        size_t n = strcspn (p, "/");

        if (n == 2 && p[0] == '.' && p[1] == '.')
            return fail_null (err, EINVAL, "%s: a path with '..' in it is "
                              "not unpacked", path);
        if (n > 0 && !(n == 1 && p[0] == '.'))
            end = append (clean, end, p, n);
        p += n;
    }
    *end = '\0';
    return steal (&clean);
}

static int
open_directory (const struct tree_maker *m, const char *path)
{
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = m->resolve | RESOLVE_NO_MAGICLINKS,
    };

    return (int) syscall (SYS_openat2, m->target, *path ? path : ".", &how,
                          sizeof how);
}

/* Where the last component of a clean path begins. */
static size_t
last_component (const char *path)
{
    const char *slash = strrchr (path, '/');

    return slash ? (size_t) (slash - path) + 1 : 0;
}

static char *
parent_path (const char *path)
{
    size_t n = last_component (path);

    return xstrndup (path, n > 0 ? n - 1 : 0);
}

static const char *
file_name (const char *path)
{
    return *path ? path + last_component (path) : ".";
}

/* Open a directory; it and those above it are made if they are missing. */
static int
open_or_make_directory (const struct tree_maker *m, const char *path,
                        struct error *err)
{
    cleanup_free char *above = NULL;
    cleanup_fd int dir = -1;
    int fd = open_directory (m, path);

    if (fd >= 0)
        return fd;
    if (errno != ENOENT || !*path)
        return fail_path (err, path);
    above = parent_path (path);
    dir = open_or_make_directory (m, above, err);
    if (dir < 0)
        return -1;
    if (mkdirat (dir, file_name (path), 0755) < 0 && errno != EEXIST)
        return fail_path (err, path);
    fd = open_directory (m, path);
    return fd < 0 ? fail_path (err, path) : fd;
}

/* Does what is made in the directory have just the owner and mode that it
 * is made with?
 */
static bool
is_plain (int dir)
{
    struct stat st;

    return fstat (dir, &st) == 0 && !(st.st_mode & S_ISGID)
           && fgetxattr (dir, XATTR_ACL_DEFAULT, NULL, 0) < 0;
}

/* The directory that a path is in: files come directory by directory, so
 * it is mostly that of the one before.
 */
static int
enter_parent (struct tree_maker *m, const char *path, struct error *err)
{
    cleanup_free char *parent = parent_path (path);

    if (m->parent >= 0 && strcmp (m->parent_path, parent) == 0)
        return 0;
    close_fd (&m->parent);
    m->parent = open_or_make_directory (m, parent, err);
    if (m->parent < 0)
        return -1;
    free (m->parent_path);
    m->parent_path = steal (&parent);
    m->parent_plain = is_plain (m->parent);
    return 0;
}

/* Something is in the way. */
static int
remove_old (struct tree_maker *m, const char *path, struct error *err)
{
    const char *name = file_name (path);

    if (unlinkat (m->parent, name, 0) == 0
        || (errno == EISDIR && unlinkat (m->parent, name, AT_REMOVEDIR) == 0))
        return 0;
    return fail_path (err, path);
}

/* What was made just now belongs to us, unless the directory hands its
 * group on.
 */
static bool
owner_is_right (const struct tree_maker *m, const struct tree_attrs *a)
{
    return !m->exact
           || (m->parent_plain && a->uid == geteuid ()
               && a->gid == getegid ());
}

static bool
mode_is_right (const struct tree_maker *m, const struct tree_attrs *a)
{
    return !m->exact
           || (m->no_umask && m->parent_plain && !(a->mode & 07000));
}

/* Owner, mode and attributes of what is no regular file; in this order,
 * since a change of owner clears the mode's upper bits.
 */
static int
set_attrs (struct tree_maker *m, const char *path, const struct tree_attrs *a,
           bool new, struct error *err)
{
    const char *name = file_name (path);

    if (!(new && owner_is_right (m, a)) && m->exact
        && fchownat (m->parent, name, a->uid, a->gid, AT_SYMLINK_NOFOLLOW)
               < 0)
        return fail (err, errno, "%s: setting the owner: %m", shown (path));
    if (m->exact && !S_ISLNK (a->mode) && !(new && mode_is_right (m, a))
        && fchmodat (m->parent, name, a->mode & 07777, 0) < 0)
        return fail (err, errno, "%s: setting the mode: %m", shown (path));
    if (!a->xattrs || a->xattrs->count == 0)
        return 0;
    return xattr_list_write (a->xattrs, -1, m->parent, name, shown (path),
                             err);
}

static int
set_times (struct tree_maker *m, const char *path, const struct tree_attrs *a,
           struct error *err)
{
    if (utimensat (m->parent, file_name (path), a->times,
                   AT_SYMLINK_NOFOLLOW) < 0)
        return fail (err, errno, "%s: setting the times: %m", shown (path));
    return 0;
}

static void
remember_directory (struct tree_maker *m, const char *path,
                const struct tree_attrs *a)
{
    if (m->nr_directories == m->allocated) {
        m->allocated = m->allocated ? 2 * m->allocated : 64;
        m->directories = xreallocarray (m->directories, m->allocated,
                                        sizeof *m->directories);
    }
    m->directories[m->nr_directories++] = (struct tree_directory) {
        .path = xstrdup (path),
        .mode = a->mode,
        .times = { a->times[0], a->times[1] },
    };
}

/* A link to a directory in the target. */
static bool
is_kept_link (struct tree_maker *m, const char *path, const struct stat *st)
{
    cleanup_fd int fd = m->keep_links && S_ISLNK (st->st_mode)
                            ? open_directory (m, path) : -1;

    return fd >= 0;
}

/* Something could not be made: clear the way for another try, once. */
static int
clear_way (struct tree_maker *m, const char *path, bool *cleared,
           struct error *err)
{
    if (errno != EEXIST || *cleared)
        return fail_path (err, path);
    *cleared = true;
    return remove_old (m, path, err);
}

enum found { FOUND_NOTHING, FOUND_DIRECTORY, FOUND_LINK };

/* Make a directory, unless something is there that does for one. */
static int
make_directory (struct tree_maker *m, const char *path, mode_t mode,
                enum found *ret, struct error *err)
{
    const char *name = file_name (path);
    bool cleared = false;
    struct stat st;

    *ret = FOUND_NOTHING;
    while (mkdirat (m->parent, name, mode) < 0) {
        if (errno == EEXIST
            && fstatat (m->parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
            *ret = S_ISDIR (st.st_mode) ? FOUND_DIRECTORY
                   : is_kept_link (m, path, &st) ? FOUND_LINK
                                                 : FOUND_NOTHING;
            if (*ret != FOUND_NOTHING)
                return 0;
            errno = EEXIST;
        }
        if (clear_way (m, path, &cleared, err) < 0)
            return -1;
    }
    return 0;
}

int
tree_make_directory (struct tree_maker *m, const char *path,
                     const struct tree_attrs *attrs, struct error *err)
{
    /* Who is not root could not fill a directory that is read-only. */
    mode_t mode = (attrs->mode & 0777) | (m->exact ? 0 : 0700);
    enum found found;

    if (enter_parent (m, path, err) < 0
        || make_directory (m, path, mode, &found, err) < 0)
        return -1;
    if (found == FOUND_LINK)
        return 0;
    if (set_attrs (m, path, attrs, found == FOUND_NOTHING, err) < 0)
        return -1;
    /* The target may be the parent of what comes next. */
    if (!*path)
        m->parent_plain = is_plain (m->parent);
    remember_directory (m, path, attrs);
    return 0;
}

int
tree_make_symlink (struct tree_maker *m, const char *path, const char *target,
                   const struct tree_attrs *attrs, struct error *err)
{
    bool cleared = false;

    if (enter_parent (m, path, err) < 0)
        return -1;
    while (symlinkat (target, m->parent, file_name (path)) < 0)
        if (clear_way (m, path, &cleared, err) < 0)
            return -1;
    if (set_attrs (m, path, attrs, true, err) < 0)
        return -1;
    return set_times (m, path, attrs, err);
}

int
tree_make_special (struct tree_maker *m, const char *path, dev_t dev,
                   const struct tree_attrs *attrs, struct error *err)
{
    mode_t mode = (attrs->mode & S_IFMT) | (attrs->mode & 0777);
    bool cleared = false;

    if (enter_parent (m, path, err) < 0)
        return -1;
    while (mknodat (m->parent, file_name (path), mode, dev) < 0)
        if (clear_way (m, path, &cleared, err) < 0)
            return -1;
    if (set_attrs (m, path, attrs, true, err) < 0)
        return -1;
    return set_times (m, path, attrs, err);
}

int
tree_make_link (struct tree_maker *m, const char *path, const char *existing,
                struct error *err)
{
    cleanup_free char *parent = parent_path (existing);
    cleanup_fd int dir = -1;
    bool cleared = false;

    if (strcmp (path, existing) == 0)
        return 0;
    dir = open_directory (m, parent);
    if (dir < 0) {
        fail_path (err, existing);
        return fail_context (err, "%s", path);
    }
    if (enter_parent (m, path, err) < 0)
        return -1;
    while (linkat (dir, file_name (existing), m->parent, file_name (path), 0)
           < 0) {
        if (errno != EEXIST)
            return fail (err, errno, "%s: link to %s: %m", path, existing);
        if (clear_way (m, path, &cleared, err) < 0)
            return -1;
    }
    return 0;
}

int
tree_make_file (struct tree_maker *m, const char *path,
                const struct tree_attrs *attrs, struct error *err)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    bool cleared = false;
    int fd;

    if (enter_parent (m, path, err) < 0)
        return -1;
    while ((fd = openat (m->parent, file_name (path), flags,
                         attrs->mode & 0777)) < 0)
        if (clear_way (m, path, &cleared, err) < 0)
            return -1;
    return fd;
}

int
tree_finish_file (struct tree_maker *m, int fd, const char *path,
                  const struct tree_attrs *a, struct error *err)
{
    if (!owner_is_right (m, a) && fchown (fd, a->uid, a->gid) < 0)
        return fail (err, errno, "%s: setting the owner: %m", path);
    if (!mode_is_right (m, a) && fchmod (fd, a->mode & 07777) < 0)
        return fail (err, errno, "%s: setting the mode: %m", path);
    if (a->xattrs && a->xattrs->count > 0
        && xattr_list_write (a->xattrs, fd, -1, NULL, path, err) < 0)
        return -1;
    if (futimens (fd, a->times) < 0)
        return fail (err, errno, "%s: setting the times: %m", path);
    return 0;
}

/* Take away the rights of the owner that the directory got for a while. */
static int
restrict_mode (struct tree_maker *m, const struct tree_directory *d)
{
    const char *name = file_name (d->path);
    struct stat st;

    if (m->exact || (d->mode & 0700) == 0700)
        return 0;
    if (fstatat (m->parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0
        || !S_ISDIR (st.st_mode))
        return -1;
    return fchmodat (m->parent, name,
                     st.st_mode & 07777 & (~(mode_t) 0700 | d->mode), 0);
}

int
tree_finish (struct tree_maker *m, struct error *err)
{
    /* The deepest first: they came last. */
    for (size_t i = m->nr_directories; i-- > 0;) {
        const struct tree_directory *d = &m->directories[i];

        if (enter_parent (m, d->path, err) < 0)
            return -1;
        /* Another file may have taken its place; and who is not root may
         * fill a directory that belongs to somebody else.
         */
        if ((restrict_mode (m, d) < 0
             || utimensat (m->parent, file_name (d->path), d->times,
                           AT_SYMLINK_NOFOLLOW) < 0)
            && errno != ENOENT && (m->exact || errno != EPERM))
            return fail (err, errno, "%s: setting the times: %m",
                         shown (d->path));
    }
    return 0;
}

void
tree_maker_free (struct tree_maker *m)
{
    for (size_t i = 0; i < m->nr_directories; i++)
        free (m->directories[i].path);
    free (m->directories);
    free (m->parent_path);
    close_fd (&m->parent);
}
