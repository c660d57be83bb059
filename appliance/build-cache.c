/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of the appliances: appliance-HASH is one that is finished,
 * build-XXXXXX one that is being made, under the lock.
 */

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
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "memory.h"
#include "remove-tree.h"

#define FINISHED "appliance-"
#define UNFINISHED "build-"
#define LOCK "lock"

/* How often to ask whether somebody else is done. */
#define LOCK_INTERVAL_MS 10

int
cache_check (const struct build *b, struct error *err)
{
    struct stat st;

    if (strchr (b->cache, '\n'))
        return fail (err, EINVAL, "%s: a folder whose name has a newline "
                     "can't be the cache (LIBGUESTFS_CACHEDIR or TMPDIR can "
                     "name another one)", b->cache);
    if (lstat (b->cache, &st) < 0)
        return fail (err, errno, "%s: %m", b->cache);
    if (!S_ISDIR (st.st_mode))
        return fail (err, ENOTDIR, "%s: %m", b->cache);
    if (st.st_uid != geteuid ())
        return fail (err, EPERM, "%s belongs to user %u, not to user %u who "
                     "runs this: appliances of others are not used", b->cache,
                     (unsigned) st.st_uid, (unsigned) geteuid ());
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return fail (err, EPERM, "%s can be written by others (mode %04o): "
                     "'chmod 0700 %s'", b->cache,
                     (unsigned) st.st_mode & 07777, b->cache);
    return 0;
}

int
cache_lock (const struct build *b, struct error *err)
{
    cleanup_free char *path = xasprintf ("%s/" LOCK, b->cache);
    cleanup_fd int fd = open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                              0600);

    if (fd < 0)
        return fail (err, errno, "%s: %m", path);
    for (int64_t ms = 0; flock (fd, LOCK_EX | LOCK_NB) < 0;
         ms += LOCK_INTERVAL_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail (err, errno, "%s: locking it: %m", path);
        if (ms >= b->patience_ms)
            return fail (err, ETIMEDOUT, "%s: somebody else builds an "
                         "appliance there, and does not end", path);
        poll (NULL, 0, LOCK_INTERVAL_MS);
    }
    return steal_fd (&fd);
}

/* Paths of all entries with that prefix. */
static void
list_entries (const struct build *b, const char *prefix, struct strings *list)
{
    cleanup_dir DIR *dir = opendir (b->cache);
    const struct dirent *entry;

    while (dir && (entry = readdir (dir)))
        if (string_starts_with (entry->d_name, prefix))
            strings_add_format (list, "%s/%s", b->cache, entry->d_name);
}

char *
cache_find (const struct build *b)
{
    cleanup_strings struct strings folders = STRINGS_EMPTY;

    list_entries (b, FINISHED, &folders);
    for (size_t i = 0; i < folders.count; i++)
        if (manifest_check (folders.item[i], b->options) == MANIFEST_CURRENT)
            return xstrdup (folders.item[i]);
    return NULL;
}

int
cache_begin (struct build *b, struct error *err)
{
    cleanup_free char *folder = xasprintf ("%s/" UNFINISHED "XXXXXX",
                                           b->cache);

    if (!mkdtemp (folder))
        return fail (err, errno, "%s: %m", folder);
    b->work = steal (&folder);
    b->staging = xasprintf ("%s/staging", b->work);
    return 0;
}

/* One of that name is damaged, or it would have been found. */
char *
cache_publish (struct build *b, struct error *err)
{
    cleanup_free char *folder = NULL;
    uint64_t hash;

    remove_tree (b->staging);
    if (manifest_write (b, &hash, err) < 0)
        return NULL;
    folder = xasprintf ("%s/" FINISHED "%016" PRIx64, b->cache, hash);
    remove_tree (folder);
    if (rename (b->work, folder) < 0)
        return fail_null (err, errno, "%s: %m", folder);
    free (steal (&b->work));
    return steal (&folder);
}

void
cache_clean (const struct build *b)
{
    cleanup_strings struct strings folders = STRINGS_EMPTY;

    list_entries (b, UNFINISHED, &folders);
    for (size_t i = 0; i < folders.count; i++)
        remove_tree (folders.item[i]);
    strings_free (&folders);
    folders = STRINGS_EMPTY;
    list_entries (b, FINISHED, &folders);
    for (size_t i = 0; i < folders.count; i++)
        if (manifest_check (folders.item[i], b->options) == MANIFEST_STALE)
            remove_tree (folders.item[i]);
}
