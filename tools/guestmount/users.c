/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who keeps a mount point busy: the links in /proc tell, which are read and
 * never followed, since who serves the mount may not answer.
 */

#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "users.h"

#define MAPS_MAX (16 << 20)

static bool
is_below (const char *path, const char *mountpoint)
{
    size_t length = strlen (mountpoint);

    return strncmp (path, mountpoint, length) == 0
           && (path[length] == '/' || path[length] == '\0'
               || strcmp (mountpoint, "/") == 0);
}

static bool
link_is_below (int dirfd, const char *name, const char *mountpoint)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat (dirfd, name, target, sizeof target - 1);

    if (n < 0)
        return false;
    target[n] = '\0';
    return is_below (target, mountpoint);
}

static bool
has_open_file (int process, const char *mountpoint)
{
    int fd = openat (process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir (fd);
    const struct dirent *entry;

    while (dir && (entry = readdir (dir)))
        if (link_is_below (dirfd (dir), entry->d_name, mountpoint))
            return true;
    return false;
}

/* Programs and libraries that run from there. */
static bool
has_mapped_file (int process, const char *mountpoint)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *maps = read_file_at (process, "maps", MAPS_MAX, NULL,
                                            &ignored);
    cleanup_string_array char **lines = maps ? string_split_lines (maps)
                                             : NULL;

    for (char **line = lines; line && *line; line++) {
        const char *path = strchr (*line, '/');

        if (path && is_below (path, mountpoint))
            return true;
    }
    return false;
}

static bool
uses (int process, const char *mountpoint)
{
    return link_is_below (process, "cwd", mountpoint)
           || link_is_below (process, "root", mountpoint)
           || has_open_file (process, mountpoint)
           || has_mapped_file (process, mountpoint);
}

static void
add_name (int process, const char *pid, struct strings *ret)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *name = read_file_at (process, "comm", PATH_MAX, NULL,
                                            &ignored);

    if (!name)
        return; /* it has just ended */
    string_trim_end (name);
    strings_add_format (ret, "%s (%s)", name, pid);
}

void
users_find (const char *mountpoint, struct strings *ret)
{
    cleanup_dir DIR *proc = opendir ("/proc");
    const struct dirent *entry;

    while (proc && (entry = readdir (proc))) {
        cleanup_fd int process = -1;

        if (!isdigit ((unsigned char) entry->d_name[0]))
            continue;
        process = openat (dirfd (proc), entry->d_name,
                          O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (process >= 0 && uses (process, mountpoint))
            add_name (process, entry->d_name, ret);
    }
}
