/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds the view and makes it the root: a tmpfs is mounted over "/",
 * filled from the host, which can still be named below it, made read-only,
 * and put in the place of the host's root, which is then let go.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "io.h"
#include "memory.h"
#include "view.h"

/* The memory file is written page by page, plus some pages that belong to
 * the kernel's own image and to its I/O threads.
 */
#define MEMORY_SLACK (16 * 1024 * 1024)

struct option {
    const char *key;
    const char *value;
};

static const struct option root_options[] = {
    { "size", "256k" }, { "nr_inodes", "128" }, { "mode", "0755" }, { 0 }
};
static const struct option scratch_options[] = {
    { "size", "1m" }, { "nr_inodes", "64" }, { "mode", "0700" }, { 0 }
};
static const struct option proc_options[] = { { 0 } };

/* What a new mount is refused with on the whole; EPERM and EACCES are the
 * system's decision, not the file's.
 */
static int
mount_failed (struct error *err, int errnum, const char *path)
{
    if (errnum == EPERM || errnum == EACCES)
        return namespaces_refused (err, errnum, path);
    return fail (err, errnum, "%s: can't be put in the appliance's view: %m",
                 path);
}

/* Create a file system that is not mounted anywhere yet.  Returns the
 * mount's descriptor; -1 with errno set.
 */
static int
new_mount (const char *type, const struct option *options, unsigned attributes)
{
    cleanup_fd int fs = fsopen (type, FSOPEN_CLOEXEC);

    if (fs < 0)
        return -1;
    for (const struct option *o = options; o->key; o++) {
        if (fsconfig (fs, FSCONFIG_SET_STRING, o->key, o->value, 0) < 0)
            return -1;
    }
    if (fsconfig (fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -1;
    return fsmount (fs, FSMOUNT_CLOEXEC, attributes);
}

/* A path relative to the view's root. */
static const char *
inside (const char *path)
{
    return path + strspn (path, "/");
}

static int
attach (int mount, int root, const char *path)
{
    return move_mount (mount, "", root, inside (path),
                       MOVE_MOUNT_F_EMPTY_PATH);
}

static int
add_directory (int root, const char *path, struct error *err)
{
    if (mkdirat (root, inside (path), 0755) < 0 && errno != EEXIST)
        return mount_failed (err, errno, path);
    return 0;
}

static int
add_mount (int root, const char *path, const char *type,
           const struct option *options, unsigned attributes,
           struct error *err)
{
    cleanup_fd int mount = -1;

    if (add_directory (root, path, err) < 0)
        return -1;
    mount = new_mount (type, options, attributes);
    if (mount < 0 || attach (mount, root, path) < 0)
        return mount_failed (err, errno, path);
    return 0;
}

static int
add_memory (const struct plan *plan, int root, const char *path,
            struct error *err)
{
    cleanup_free char *size
        = xasprintf ("%" PRIu64, plan->memory + MEMORY_SLACK);
    const struct option options[] = {
        { "size", size }, { "nr_inodes", "64" }, { "mode", "0700" }, { 0 }
    };

    /* Not noexec: the guest's code is executed in it. */
    return add_mount (root, path, "tmpfs", options,
                      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err);
}

static int
add_proc (int root, const char *path, struct error *err)
{
    if (add_mount (root, path, "proc", proc_options,
                   MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
                       | MOUNT_ATTR_NOEXEC,
                   err) == 0)
        return 0;
    if (err->errnum == EPERM)
        return fail (err, EPERM,
                     "/proc: a new one may not be mounted (EPERM): a "
                     "container hides parts of the old one (Docker: "
                     "--security-opt systempaths=unconfined, Podman: "
                     "--security-opt unmask=ALL)");
    return -1;
}

/* Attach the host's source, which is at mount, to path; it becomes
 * read-only with all that is mounted below.
 */
static int
add_bind (int root, int mount, const char *path, unsigned attributes,
          struct error *err)
{
    struct mount_attr attr = {
        .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | attributes,
        .propagation = MS_PRIVATE,
    };

    if (mount_setattr (mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
                       sizeof attr) < 0
        || attach (mount, root, path) < 0)
        return mount_failed (err, errno, path);
    return 0;
}

static int
clone_tree (const char *source)
{
    return open_tree (AT_FDCWD, source,
                      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE
                          | AT_NO_AUTOMOUNT);
}

static int
add_point (int root, const char *path, struct error *err)
{
    cleanup_fd int fd = openat (root, inside (path),
                                O_CREAT | O_EXCL | O_CLOEXEC, 0444);

    return fd < 0 ? mount_failed (err, errno, path) : 0;
}

/* There is no /etc/passwd: the user's home is what HOME says. */
static int
add_names (int root, const char *path, struct error *err)
{
    static const char text[] = "hosts: files dns\npasswd: files\n";
    cleanup_fd int fd = openat (root, inside (path),
                                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                0444);

    if (fd < 0 || write_full (fd, text, sizeof text - 1) < 0)
        return mount_failed (err, errno, path);
    return 0;
}

static int
add_file (int root, const char *path, const char *source, unsigned attributes,
          struct error *err)
{
    cleanup_fd int mount = clone_tree (source);

    if (mount < 0)
        return mount_failed (err, errno, source);
    if (add_point (root, path, err) < 0)
        return -1;
    return add_bind (root, mount, path, attributes, err);
}

static int
add_symlink (int root, const char *path, struct error *err)
{
    char target[PATH_MAX];
    ssize_t length = readlink (path, target, sizeof target - 1);

    if (length < 0)
        return mount_failed (err, errno, path);
    target[length] = '\0';
    if (symlinkat (target, root, inside (path)) < 0)
        return mount_failed (err, errno, path);
    return 0;
}

static int
add_tree (int root, const char *path, struct error *err)
{
    cleanup_fd int mount = -1;
    struct stat statbuf;

    if (lstat (path, &statbuf) < 0)
        return mount_failed (err, errno, path);
    if (S_ISLNK (statbuf.st_mode))
        return add_symlink (root, path, err);
    mount = clone_tree (path);
    if (mount < 0)
        return mount_failed (err, errno, path);
    if (add_directory (root, path, err) < 0)
        return -1;
    return add_bind (root, mount, path, MOUNT_ATTR_NODEV, err);
}

char *
view_program_path (const struct plan *plan)
{
    cleanup_free char *copy = xstrdup (plan->argv[0]);

    if (plan->profile->sees_host)
        return steal (&copy);
    return xasprintf ("/program/%s", basename (copy));
}

/* Its own name is what ps (1) shows. */
static int
add_program (const struct plan *plan, int root, const char *path,
             struct error *err)
{
    cleanup_free char *file = view_program_path (plan);

    if (add_directory (root, path, err) < 0)
        return -1;
    return add_file (root, file, plan->argv[0], MOUNT_ATTR_NODEV, err);
}

static int
add_row (const struct plan *plan, int root, const struct view_row *row,
         struct error *err)
{
    switch (row->kind) {
    case VIEW_DIRECTORY:
        return add_directory (root, row->path, err);
    case VIEW_TREE:
        return add_tree (root, row->path, err);
    case VIEW_FILE:
        return add_file (root, row->path, row->path, MOUNT_ATTR_NODEV, err);
    case VIEW_POINT:
        return add_point (root, row->path, err);
    case VIEW_NAMES:
        return add_names (root, row->path, err);
    case VIEW_DEVICE:
        return add_file (root, row->path, row->path, MOUNT_ATTR_NOEXEC, err);
    case VIEW_DAEMON:
        return add_file (root, row->path, plan->daemon, MOUNT_ATTR_NODEV,
                         err);
    case VIEW_PRELOAD:
        return plan->preload ? add_file (root, row->path, plan->preload,
                                         MOUNT_ATTR_NODEV, err)
                             : 0;
    case VIEW_PROGRAM:
        return add_program (plan, root, row->path, err);
    case VIEW_MEMORY:
        return add_memory (plan, root, row->path, err);
    case VIEW_SCRATCH:
        return add_mount (root, row->path, "tmpfs", scratch_options,
                          MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
                              | MOUNT_ATTR_NOEXEC,
                          err);
    case VIEW_PROC:
        return add_proc (root, row->path, err);
    case VIEW_RULE:
        return 0;
    }
    return fail (err, EINVAL, "%s: row of an unknown kind", row->path);
}

static int
fill (const struct plan *plan, int root, struct error *err)
{
    for (const struct view_row *row = view_rows; row->path; row++) {
        if (!(row->profiles & plan->profile->bits)
            || add_row (plan, root, row, err) == 0)
            continue;
        if (row->required || err->errnum != ENOENT)
            return -1;
        error_clear (err);
    }
    return 0;
}

/* The folders are rows of the table. */
static int
fill_files (const struct plan *plan, int root, struct error *err)
{
    for (size_t i = 0; i < plan->n_files; i++) {
        const struct shown_file *file = &plan->files[i];

        if (add_file (root, file->inside, file->path,
                      MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, err) < 0)
            return -1;
    }
    return 0;
}

/* The guest's memory stays writable, where it is a file. */
static int
make_read_only (const struct plan *plan, int root, struct error *err)
{
    struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
    unsigned all = plan->profile->sees_host ? AT_RECURSIVE : 0;

    if (mount_setattr (root, "", AT_EMPTY_PATH | all, &attr, sizeof attr) < 0)
        return mount_failed (err, errno, "/");
    return 0;
}

/* The old root is stacked on the new one for a moment, pivot_root (2), so
 * that no directory is needed for it.
 */
static int
change_root (int root, struct error *err)
{
    if (fchdir (root) < 0 || syscall (SYS_pivot_root, ".", ".") < 0
        || umount2 (".", MNT_DETACH) < 0 || chdir ("/") < 0)
        return mount_failed (err, errno, "/");
    return 0;
}

/* All that the host has, read-only, and no devices. */
static int
clone_host (void)
{
    struct mount_attr attr = {
        .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
        .propagation = MS_PRIVATE,
    };
    cleanup_fd int root = clone_tree ("/");

    if (root < 0
        || mount_setattr (root, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
                          sizeof attr) < 0)
        return -1;
    return steal_fd (&root);
}

int
enter_view (const struct plan *plan, struct error *err)
{
    cleanup_fd int root = -1;

    /* What is mounted here must not show outside, nor the reverse. */
    if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return mount_failed (err, errno, "/");
    root = plan->profile->sees_host
               ? clone_host ()
               : new_mount ("tmpfs", root_options,
                            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    if (root < 0
        || move_mount (root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return mount_failed (err, errno, "/");
    umask (022);
    if (fill (plan, root, err) < 0 || fill_files (plan, root, err) < 0
        || make_read_only (plan, root, err) < 0)
        return -1;
    return change_root (root, err);
}
