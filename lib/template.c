/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Templates: their folders in the cache. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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

#define KEY_MAX (256 << 10)

static const char *const files[] = { "memory", "state", "key" };

static char *
path_in (const char *folder, const char *name)
{
    return xasprintf ("%s/%s", folder, name);
}

void
template_remove (struct template *t)
{
    for (size_t i = 0; t->folder && i < sizeof files / sizeof *files; i++) {
        cleanup_free char *path = path_in (t->folder, files[i]);

        unlink (path);
    }
    if (t->folder)
        rmdir (t->folder);
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

static int
open_in (const char *folder, const char *name, int flags, struct error *err)
{
    cleanup_free char *path = path_in (folder, name);
    cleanup_fd int fd = open (path, flags | O_CLOEXEC, 0600);

    if (fd < 0)
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
    cleanup_free char *path = path_in (folder, "key");
    cleanup_free char *text = read_file_at (AT_FDCWD, path, KEY_MAX, NULL,
                                            &ignored);
    cleanup_free char *expected = NULL;

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
            struct template damaged = { .folder = folder };

            debug (g, "launch: %s is damaged, and removed", folder);
            template_remove (&damaged);
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
    while (flock (fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return fail (&g->error, errno, "%s/" LOCK ": %m", cache);
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
        struct template t = { .folder = folder };

        if (string_starts_with (d->d_name, UNFINISHED))
            template_remove (&t);
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
    if (!mkdtemp (folder))
        return fail (&g->error, errno, "%s: %m", folder);
    t.folder = steal (&folder);
    t.memory = open_in (t.folder, "memory", O_RDWR | O_CREAT | O_EXCL,
                        &g->error);
    t.state = open_in (t.folder, "state", O_RDWR | O_CREAT | O_EXCL,
                       &g->error);
    if (t.memory < 0 || t.state < 0)
        return -1;
    if (ftruncate (t.memory, size) < 0)
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

/* The oldest of all but KEPT: NULL if there are not so many. */
static char *
find_superfluous (const char *cache)
{
    cleanup_dir DIR *dir = opendir (cache);
    struct dirent *d;
    char *oldest = NULL;
    time_t oldest_time = 0;
    size_t count = 0;

    while (dir && (d = readdir (dir))) {
        cleanup_free char *folder = path_in (cache, d->d_name);
        struct stat st;

        if (!string_starts_with (d->d_name, PUBLISHED)
            || stat (folder, &st) < 0)
            continue;
        if (count++ == 0 || st.st_mtime < oldest_time) {
            free (oldest);
            oldest = steal (&folder);
            oldest_time = st.st_mtime;
        }
    }
    if (count <= KEPT)
        free (steal (&oldest));
    return oldest;
}

static void
remove_superfluous (const char *cache)
{
    struct template t = TEMPLATE_NONE;

    while ((t.folder = find_superfluous (cache))) {
        template_remove (&t);
        free (t.folder);
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
