/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking through a directory and all that is below it. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dents.h"
#include "tree.h"

/* How many of the directories above the current one stay open; those above
 * them are opened as ".." on the way back.
 */
#define OPEN_LEVELS 64

struct level {
    int fd;    /* -1: closed, to be recognized by the next two */
    dev_t dev;
    ino_t ino;
    struct strings directories; /* in it */
    size_t next;                /* of them to walk into */
    size_t path_length;         /* of its own path */
};

struct walk {
    const struct tree_visitor *visitor;
    void *opaque;
    struct error *err;
    const char *top;
    struct dents dents;
    struct level *levels;
    size_t depth, allocated;
    char *path; /* of the current entry */
    size_t path_allocated;
};

static void
walk_free (struct walk *w)
{
    for (size_t i = 0; i < w->depth; i++) {
        close_fd (&w->levels[i].fd);
        strings_free (&w->levels[i].directories);
    }
    free (w->levels);
    free (w->path);
    dents_free (&w->dents);
}

#define cleanup_walk __attribute__ ((cleanup (walk_free)))

static struct level *
current (struct walk *w)
{
    return &w->levels[w->depth - 1];
}

static int
walk_failed (struct walk *w)
{
    return fail (w->err, errno, "%s%s%s: %m", w->top,
                 string_ends_with (w->top, "/") || !*w->path ? "" : "/",
                 w->path);
}

/* The path of an entry of the current directory. */
static void
set_path (struct walk *w, const char *name)
{
    size_t at = current (w)->path_length, length = strlen (name);

    if (at + length + 2 > w->path_allocated) {
        w->path_allocated = (at + length + 2) * 2;
        w->path = xreallocarray (w->path, w->path_allocated, 1);
    }
    if (at > 0)
        w->path[at++] = '/';
    memcpy (w->path + at, name, length + 1);
}

static int
visit (struct walk *w, const char *name, unsigned char type,
       int (*call) (void *opaque, const struct tree_entry *entry,
                    struct error *err))
{
    struct tree_entry entry = { .name = name, .type = type };

    set_path (w, name);
    entry.dirfd = current (w)->fd;
    entry.path = w->path;
    return call (w->opaque, &entry, w->err);
}

/* One pass over the current directory.  1 if entries were removed. */
static int
read_once (struct walk *w)
{
    struct level *l = current (w);
    const struct dirent64 *entry;
    int n, removed = 0;

    strings_free (&l->directories);
    dents_begin (&w->dents, l->fd);
    while ((n = dents_next (&w->dents, &entry)) > 0) {
        unsigned char type;
        int r;

        if (is_dots (entry->d_name))
            continue;
        type = dirent_type (l->fd, entry);
        r = visit (w, entry->d_name, type, w->visitor->entry);
        if (r < 0)
            return -1;
        if (type == DT_DIR)
            strings_add (&l->directories, entry->d_name);
        removed |= r;
    }
    if (n == 0)
        return removed;
    w->path[l->path_length] = '\0';
    return walk_failed (w);
}

static int
read_directory (struct walk *w)
{
    int r;

    while ((r = read_once (w)) > 0)
        if (lseek (current (w)->fd, 0, SEEK_SET) < 0)
            return walk_failed (w);
    return r;
}

/* Close a directory, but remember which one it was. */
static int
park (struct walk *w, struct level *l)
{
    struct stat st;

    if (l->fd < 0)
        return 0;
    if (fstat (l->fd, &st) < 0)
        return walk_failed (w);
    l->dev = st.st_dev;
    l->ino = st.st_ino;
    close_fd (&l->fd);
    return 0;
}

static int
enter (struct walk *w, int take_fd, size_t path_length)
{
    if (w->depth == w->allocated) {
        w->allocated = w->allocated ? w->allocated * 2 : 16;
        w->levels = xreallocarray (w->levels, w->allocated,
                                   sizeof *w->levels);
    }
    w->levels[w->depth++] = (struct level) {
        .fd = take_fd,
        .path_length = path_length,
    };
    if (w->depth > OPEN_LEVELS
        && park (w, &w->levels[w->depth - 1 - OPEN_LEVELS]) < 0)
        return -1;
    return read_directory (w);
}

int
open_subdirectory (int dirfd, const char *name, bool one_mount)
{
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_NO_SYMLINKS | (one_mount ? RESOLVE_NO_XDEV : 0),
    };

    return (int) syscall (SYS_openat2, dirfd, name, &how, sizeof how);
}

static int
walk_into (struct walk *w, const char *name)
{
    int fd;

    set_path (w, name);
    fd = open_subdirectory (current (w)->fd, name, w->visitor->one_mount);
    if (fd < 0 && errno == EXDEV)
        errno = EBUSY;
    if (fd < 0)
        return walk_failed (w);
    return enter (w, fd, strlen (w->path));
}

/* A directory that was closed is opened again, from the one below it. */
static int
unpark (struct walk *w, struct level *l, int below)
{
    struct stat st;

    l->fd = openat (below, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (l->fd < 0 || fstat (l->fd, &st) < 0)
        return walk_failed (w);
    if (st.st_dev == l->dev && st.st_ino == l->ino)
        return 0;
    errno = ESTALE;
    return walk_failed (w);
}

/* All of the current directory was walked. */
static int
go_back (struct walk *w)
{
    struct level *l = current (w);
    cleanup_fd int fd = l->fd;

    strings_free (&l->directories);
    w->depth--;
    if (w->depth == 0)
        return 0;
    l = current (w);
    if (l->fd < 0 && unpark (w, l, fd) < 0)
        return -1;
    if (!w->visitor->leave)
        return 0;
    return visit (w, l->directories.item[l->next - 1], DT_DIR,
                  w->visitor->leave);
}

int
tree_walk (int take_fd, const char *top, const struct tree_visitor *visitor,
           void *opaque, struct error *err)
{
    cleanup_walk struct walk w = {
        .visitor = visitor,
        .opaque = opaque,
        .err = err,
        .top = top,
        .path = xstrdup (""),
        .path_allocated = 1,
    };

    if (enter (&w, take_fd, 0) < 0)
        return -1;
    while (w.depth > 0) {
        struct level *l = current (&w);
        int r = l->next < l->directories.count
                    ? walk_into (&w, l->directories.item[l->next++])
                    : go_back (&w);

        if (r < 0)
            return -1;
    }
    return 0;
}
