/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Templates: their folders in the cache. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cache.h"
#include "io.h"
#include "supervised.h"
#include "template.h"

/* What is not yet a template begins with a dot. */
#define PUBLISHED "template-"
#define UNFINISHED ".template-"
#define LOCK "template.lock"

/* Handles with other settings have others; more than this are not kept. */
#define KEPT 4

/* How often to ask whether the others are done. */
#define LOCK_INTERVAL_MS 10

#define KEY_MAX (256 << 10)

static const char *const files[] = { "memory", "state", "key" };

static char *
path_in (const char *folder, const char *name)
{
    return xasprintf ("%s/%s", folder, name);
}

/* No link is followed, in case somebody has put one there. */
static int
remove_folder (const char *folder)
{
    cleanup_fd int dir = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW
                                           | O_CLOEXEC);

    for (size_t i = 0; dir >= 0 && i < sizeof files / sizeof *files; i++)
        unlinkat (dir, files[i], 0);
    return dir >= 0 ? rmdir (folder) : unlink (folder);
}

void
template_remove (struct template *t)
{
    if (t->folder)
        remove_folder (t->folder);
}

void
template_free (struct template *t)
{
    if (t->folder && strstr (t->folder, "/" UNFINISHED))
        template_remove (t);
    close_fd (&t->memory);
    close_fd (&t->state);
    free (t->folder);
    *t = TEMPLATE_NONE;
}

/* What is made is for later, too, whatever the program's umask is. */
static int
open_in (const char *folder, const char *name, int flags, struct error *err)
{
    cleanup_free char *path = path_in (folder, name);
    cleanup_fd int fd = open (path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0 || (flags & O_CREAT && fchmod (fd, 0600) < 0))
        return fail (err, errno, "%s: %m", path);
    if (above_stdio (&fd, err) < 0)
        return -1;
    return steal_fd (&fd);
}

static int64_t
size_of (int fd)
{
    struct stat st;

    return fstat (fd, &st) < 0 ? -1 : st.st_size;
}

/* What the key's file holds: also the sizes, so that a file that was cut off
 * is noticed.
 */
static char *
key_text (const char *key, const struct template *t)
{
    return xasprintf ("%s\nmemory %" PRId64 "\nstate %" PRId64 "\n", key,
                      size_of (t->memory), size_of (t->state));
}

static bool
starts_with_line (const char *text, const char *key)
{
    return string_starts_with (text, key) && text[strlen (key)] == '\n';
}

/* Returns 1 if the folder has that key and all is well, 0 if it has another
 * one, -1 if it is damaged.
 */
static int
open_template (const char *folder, const char *key, struct template *ret)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_template struct template t = TEMPLATE_NONE;
    cleanup_fd int dir = open (folder, O_PATH | O_DIRECTORY | O_NOFOLLOW
                                           | O_CLOEXEC);
    cleanup_free char *text = NULL, *expected = NULL;

    if (dir >= 0)
        text = read_file_at (dir, "key", KEY_MAX, NULL, &ignored);
    if (!text)
        return -1;
    if (!starts_with_line (text, key))
        return 0;
    t.folder = xstrdup (folder);
    t.memory = open_in (folder, "memory", O_RDONLY, &ignored);
    t.state = open_in (folder, "state", O_RDONLY, &ignored);
    expected = key_text (key, &t);
    if (t.memory < 0 || t.state < 0 || strcmp (text, expected) != 0)
        return -1;
    *ret = t;
    t = TEMPLATE_NONE;
    return 1;
}

int
template_find (guestfs_h *g, const char *key, struct template *ret)
{
    cleanup_free char *cache = cache_folder (g);
    cleanup_dir DIR *dir = cache ? opendir (cache) : NULL;
    struct dirent *d;

    if (!dir)
        return cache ? fail (&g->error, errno, "%s: %m", cache) : -1;
    while ((d = readdir (dir))) {
        cleanup_free char *folder = path_in (cache, d->d_name);
        int r;

        if (!string_starts_with (d->d_name, PUBLISHED))
            continue;
        r = open_template (folder, key, ret);
        if (r > 0)
            return 1;
        if (r < 0) {
            debug (g, "launch: %s is damaged, and removed", folder);
            remove_folder (folder);
        }
    }
    return 0;
}

int
template_lock (guestfs_h *g)
{
    cleanup_free char *cache = cache_folder (g);
    cleanup_fd int fd = cache ? open_in (cache, LOCK, O_RDWR | O_CREAT,
                                         &g->error)
                              : -1;

    if (fd < 0)
        return -1;
    for (int ms = 0; flock (fd, LOCK_EX | LOCK_NB) < 0;
         ms += LOCK_INTERVAL_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail (&g->error, errno, "%s/" LOCK ": %m", cache);
        if (ms >= g->launch_timeout_ms)
            return fail (&g->error, ETIMEDOUT, "%s/" LOCK ": somebody else "
                         "makes a template, and does not end", cache);
        poll (NULL, 0, LOCK_INTERVAL_MS);
    }
    return steal_fd (&fd);
}

/* What makers have left behind who were killed: there is no other now. */
static void
remove_unfinished (const char *cache)
{
    cleanup_dir DIR *dir = opendir (cache);
    struct dirent *d;

    while (dir && (d = readdir (dir))) {
        cleanup_free char *folder = path_in (cache, d->d_name);

        if (string_starts_with (d->d_name, UNFINISHED))
            remove_folder (folder);
    }
}

/* A machine whose memory finds no room would be killed. */
static int
check_room (const char *cache, int64_t size, struct error *err)
{
    struct statvfs st;

    if (statvfs (cache, &st) < 0)
        return fail (err, errno, "%s: %m", cache);
    if ((uint64_t) st.f_bavail * st.f_frsize >= (uint64_t) size)
        return 0;
    return fail (err, ENOSPC, "%s: less than %" PRId64 " MiB are free "
                 "(LIBGUESTFS_CACHEDIR or set_cachedir can name another "
                 "folder)", cache, size >> 20);
}

int
template_begin (guestfs_h *g, int64_t size, struct template *ret)
{
    cleanup_free char *cache = cache_folder (g);
    cleanup_template struct template t = TEMPLATE_NONE;
    cleanup_free char *folder = cache ? path_in (cache, UNFINISHED "XXXXXX")
                                      : NULL;

    if (!folder || check_room (cache, size, &g->error) < 0)
        return -1;
    remove_unfinished (cache);
    if (!mkdtemp (folder) || chmod (folder, 0700) < 0)
        return fail (&g->error, errno, "%s: %m", folder);
    t.folder = steal (&folder);
    t.memory = open_in (t.folder, "memory", O_RDWR | O_CREAT | O_EXCL,
                        &g->error);
    t.state = open_in (t.folder, "state", O_RDWR | O_CREAT | O_EXCL,
                       &g->error);
    if (t.memory < 0 || t.state < 0)
        return -1;
    if (set_file_size (t.memory, size) < 0)
        return fail (&g->error, errno, "%s/memory: %m", t.folder);
    *ret = t;
    t = TEMPLATE_NONE;
    return 0;
}

static int
write_key (const struct template *t, const char *key, struct error *err)
{
    cleanup_free char *text = key_text (key, t);
    cleanup_fd int fd = open_in (t->folder, "key",
                                 O_WRONLY | O_CREAT | O_EXCL, err);

    if (fd < 0)
        return -1;
    if (write_full (fd, text, strlen (text)) < 0)
        return fail (err, errno, "%s/key: %m", t->folder);
    return 0;
}

static bool
is_before (const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec
           || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* The oldest of all but KEPT: NULL if there are not so many. */
static char *
find_superfluous (const char *cache)
{
    cleanup_dir DIR *dir = opendir (cache);
    struct dirent *d;
    char *oldest = NULL;
    struct timespec oldest_time = { 0 };
    size_t count = 0;

    while (dir && (d = readdir (dir))) {
        cleanup_free char *folder = path_in (cache, d->d_name);
        struct stat st;

        if (!string_starts_with (d->d_name, PUBLISHED)
            || lstat (folder, &st) < 0)
            continue;
        if (count++ == 0 || is_before (&st.st_mtim, &oldest_time)) {
            free (oldest);
            oldest = steal (&folder);
            oldest_time = st.st_mtim;
        }
    }
    if (count <= KEPT)
        free (steal (&oldest));
    return oldest;
}

/* One that can't be removed must not keep us here. */
static void
remove_superfluous (const char *cache)
{
    bool removed = true;

    while (removed) {
        cleanup_free char *folder = find_superfluous (cache);

        removed = folder && remove_folder (folder) == 0;
    }
}

int
template_publish (guestfs_h *g, struct template *t, const char *key)
{
    cleanup_free char *cache = cache_folder (g);
    cleanup_free char *final = NULL;

    if (!cache || write_key (t, key, &g->error) < 0)
        return -1;
    final = xasprintf ("%s/" PUBLISHED "%s", cache,
                       strrchr (t->folder, '-') + 1);
    if (rename (t->folder, final) < 0)
        return fail (&g->error, errno, "%s: %m", final);
    free (t->folder);
    t->folder = steal (&final);
    remove_superfluous (cache);
    return 0;
}
