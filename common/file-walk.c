/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walking over a tree of files. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "file-walk.h"

/* For messages. */
static const char *
shown (const char *path)
{
    return *path ? path : ".";
}

/* What a directory holds: the type, if readdir told it, saves a system call
 * for each file.
 */
struct item {
    char *name;
    unsigned char type; /* DT_REG, ... */
};

struct listing {
    struct item *items;
    size_t count, allocated;
};

static void
listing_free (struct listing *l)
{
    for (size_t i = 0; i < l->count; i++)
        free (l->items[i].name);
    free (l->items);
}

#define cleanup_listing __attribute__ ((cleanup (listing_free)))

static int
compare_items (const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    return strcmp (x->name, y->name);
}

static int
read_listing (struct listing *l, DIR *dir, const char *path,
              struct error *err)
{
    const struct dirent *d;

    while ((errno = 0, d = readdir (dir))) {
        if (strcmp (d->d_name, ".") == 0 || strcmp (d->d_name, "..") == 0)
            continue;
        if (l->count == l->allocated) {
            l->allocated = l->allocated ? 2 * l->allocated : 32;
            l->items = xreallocarray (l->items, l->allocated,
                                      sizeof *l->items);
        }
        l->items[l->count++] = (struct item) {
            .name = xstrdup (d->d_name),
            .type = d->d_type,
        };
    }
    if (errno)
        return fail (err, errno, "%s: %m", shown (path));
    if (l->count > 0)
        qsort (l->items, l->count, sizeof *l->items, compare_items);
    return 0;
}

static char *
child_path (const char *path, const struct item *item)
{
    return xasprintf ("%s%s%s", path, *path ? "/" : "", item->name);
}

static void
leave_out (const struct file_walk *walk, struct listing *l, const char *path)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->count; i++) {
        cleanup_free char *child = child_path (path, &l->items[i]);

        if (walk->skip (walk->opaque, child))
            free (l->items[i].name);
        else
            l->items[kept++] = l->items[i];
    }
    l->count = kept;
}

static int visit (const struct file_walk *walk, int dir,
                  const struct item *item, const char *path,
                  struct error *err);

static int
visit_child (const struct file_walk *walk, int dir, const struct item *item,
             const char *path, struct error *err)
{
    cleanup_free char *child = child_path (path, item);

    return visit (walk, dir, item, child, err);
}

/* One that is open already. */
static int
visit_ahead (const struct file_walk *walk, int dir, const struct item *item,
             const struct ahead_file *f, const char *path, struct error *err)
{
    cleanup_free char *child = child_path (path, item);
    const struct walk_entry e = {
        .path = child,
        .dir = dir,
        .name = item->name,
        .fd = f->fd,
        .st = f->st,
        .data = f->data,
    };

    if (f->errnum)
        return fail (err, f->errnum, "%s: %m", child);
    /* The file system's names lie about its files. */
    if (!S_ISREG (f->st.st_mode))
        return visit (walk, dir, item, child, err);
    return walk->visit (walk->opaque, &e, err);
}

/* From this many files on it takes fewer system calls. */
#define RUN_MIN 3

/* How many items are opened ahead: regular files, as readdir told. */
static size_t
run_of_files (const struct file_walk *walk, const struct item *items,
              size_t count)
{
    size_t n = 0;

    while (n < count && n < FILE_AHEAD_MAX && items[n].type == DT_REG)
        n++;
    return n >= RUN_MIN && file_ahead_ready (walk->ahead) ? n : 0;
}

static int
visit_run (const struct file_walk *walk, int dir, const struct item *items,
           size_t count, const char *path, struct error *err)
{
    const char *names[FILE_AHEAD_MAX] = { NULL };
    int r = 0;

    for (size_t i = 0; i < count; i++)
        names[i] = items[i].name;
    file_ahead_open (walk->ahead, dir, names, count);
    for (size_t i = 0; i < count && r == 0; i++)
        r = visit_ahead (walk, dir, &items[i], &walk->ahead->file[i], path,
                         err);
    file_ahead_close (walk->ahead);
    return r;
}

static int
visit_children (const struct file_walk *walk, DIR *dir, const char *path,
                struct error *err)
{
    cleanup_listing struct listing l = { 0 };
    size_t done = 0;

    if (read_listing (&l, dir, path, err) < 0)
        return -1;
    if (walk->skip)
        leave_out (walk, &l, path);
    while (done < l.count) {
        const struct item *item = &l.items[done];
        size_t n = walk->ahead ? run_of_files (walk, item, l.count - done)
                               : 0;
        int r = n > 0 ? visit_run (walk, dirfd (dir), item, n, path, err)
                      : visit_child (walk, dirfd (dir), item, path, err);

        if (r < 0)
            return -1;
        done += n > 0 ? n : 1;
    }
    return 0;
}

static int
visit_directory (const struct file_walk *walk, struct walk_entry *e,
                 int *take_fd, struct error *err)
{
    cleanup_dir DIR *dir = fdopendir (*take_fd);

    if (!dir)
        return fail (err, errno, "%s: %m", shown (e->path));
    steal_fd (take_fd);
    if (walk->visit (walk->opaque, e, err) < 0)
        return -1;
    return visit_children (walk, dir, e->path, err);
}

static int
visit_open (const struct file_walk *walk, struct walk_entry *e,
            struct error *err)
{
    /* FIFOs don't get here unless somebody swaps files under our eyes. */
    cleanup_fd int fd = openat (e->dir, e->name, O_RDONLY | O_NOFOLLOW
                                | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || fstat (fd, &e->st) < 0)
        return fail (err, errno, "%s: %m", shown (e->path));
    e->fd = fd;
    if (S_ISDIR (e->st.st_mode))
        return visit_directory (walk, e, &fd, err);
    return walk->visit (walk->opaque, e, err);
}

static int
visit_link (const struct file_walk *walk, struct walk_entry *e,
            struct error *err)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat (e->dir, e->name, target, sizeof target - 1);

    if (n < 0)
        return fail (err, errno, "%s: %m", shown (e->path));
    target[n] = '\0';
    e->target = target;
    return walk->visit (walk->opaque, e, err);
}

static int
visit (const struct file_walk *walk, int dir, const struct item *item,
       const char *path, struct error *err)
{
    struct walk_entry e = { .path = path, .dir = dir, .name = item->name,
                            .fd = -1 };

    if (item->type == DT_REG || item->type == DT_DIR)
        return visit_open (walk, &e, err);
    if (fstatat (dir, e.name, &e.st, AT_SYMLINK_NOFOLLOW) < 0)
        return fail (err, errno, "%s: %m", shown (path));
    if (S_ISREG (e.st.st_mode) || S_ISDIR (e.st.st_mode))
        return visit_open (walk, &e, err);
    if (S_ISLNK (e.st.st_mode))
        return visit_link (walk, &e, err);
    return walk->visit (walk->opaque, &e, err);
}

int
file_walk (const struct file_walk *walk, int dir, const char *name,
           const char *path, struct error *err)
{
    struct item item = { .name = (char *) name, .type = DT_UNKNOWN };

    return visit (walk, dir, &item, path, err);
}
