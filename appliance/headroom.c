/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can the guest's memory be had?  It lies in a tmpfs and is taken page by
 * page, so too much of it would end in a SIGBUS long after the start.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "confine.h"
#include "io.h"
#include "memory.h"
#include "string-list.h"

/* Larger than any of the files that are read here. */
#define LIMIT (1024 * 1024)

/* cgroup v1 says "no limit" with a number close to 2^63. */
#define UNLIMITED (UINT64_MAX / 4)

/* Where the two versions of cgroups keep what; cgroup(7), the kernel's
 * Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
 */
static const struct cgroup_version {
    const char *controller; /* in /proc/self/cgroup, between the colons */
    const char *mount;
    const char *limit;
    const char *used;
    const char *cache_keys[2]; /* lines of memory.stat: can be given back */
} cgroup_versions[] = {
    { "", "/sys/fs/cgroup", "memory.max", "memory.current",
      { "inactive_file", "active_file" } },
    { "memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes",
      "memory.usage_in_bytes", { "total_inactive_file",
                                 "total_active_file" } },
    { NULL, NULL, NULL, NULL, { NULL, NULL } },
};

/* The number that follows a word at the start of a line; 0 if none does. */
static uint64_t
number_after (const char *text, const char *word)
{
    size_t length = strlen (word);

    for (const char *line = text; line; line = strchr (line, '\n')) {
        line += *line == '\n';
        if (strncmp (line, word, length) == 0
            && (line[length] == ' ' || line[length] == ':'))
            return strtoumax (line + length + 1, NULL, 10);
    }
    return 0;
}

/* The content of directory/name; NULL if there is no such file. */
static char *
read_in (const char *directory, const char *name)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *path = xasprintf ("%s/%s", directory, name);

    return read_file_at (AT_FDCWD, path, LIMIT, NULL, &ignored);
}

/* What the machine has left, in bytes; false if it doesn't say. */
static bool
machine_headroom (uint64_t *ret)
{
    cleanup_free char *text = read_in ("/proc", "meminfo");

    if (!text)
        return false;
    *ret = (number_after (text, "MemAvailable")
            + number_after (text, "SwapFree")) * 1024;
    return *ret > 0;
}

/* What one cgroup has left, in bytes; false if it sets no limit. */
static bool
cgroup_headroom (const struct cgroup_version *version, const char *directory,
                 uint64_t *ret)
{
    cleanup_free char *limit_text = read_in (directory, version->limit);
    cleanup_free char *used_text = read_in (directory, version->used);
    cleanup_free char *stat = read_in (directory, "memory.stat");
    uint64_t limit, used, cache = 0;

    if (!limit_text || !used_text || *limit_text < '0' || *limit_text > '9')
        return false; /* no such file, or "max" */
    limit = strtoumax (limit_text, NULL, 10);
    used = strtoumax (used_text, NULL, 10);
    if (limit >= UNLIMITED)
        return false;
    for (size_t i = 0; stat && i < 2; i++)
        cache += number_after (stat, version->cache_keys[i]);
    used = used > cache ? used - cache : 0;
    *ret = limit > used ? limit - used : 0;
    return true;
}

static int
check_against (const struct plan *plan, uint64_t available, const char *whose,
               struct error *err)
{
    if (plan->memory <= available)
        return 0;
    return fail (err, ENOMEM,
                 "the appliance is to have %" PRIu64
                 " MiB of memory, but %s has %" PRIu64 " MiB left"
                 " (LIBGUESTFS_MEMSIZE or set_memsize can ask for less)",
                 plan->memory >> 20, whose, available >> 20);
}

/* Check the cgroup and all those above it.  In a container the path may
 * lead to nothing below the mount; then its upper parts do, in the end
 * the mount itself.
 */
static int
check_cgroups (const struct plan *plan, const struct cgroup_version *version,
               const char *path, struct error *err)
{
    cleanup_free char *directory = xasprintf ("%s%s", version->mount, path);
    size_t mount_length = strlen (version->mount);

    for (;;) {
        uint64_t available;
        char *slash;

        if (cgroup_headroom (version, directory, &available)
            && check_against (plan, available, directory, err) < 0)
            return -1;
        slash = strrchr (directory, '/');
        if (!slash || (size_t) (slash - directory) < mount_length)
            return 0;
        *slash = '\0';
    }
}

/* One line of /proc/self/cgroup: "4:memory:/path" or "0::/path". */
static int
check_cgroup_line (const struct plan *plan, char *line, struct error *err)
{
    char *controllers = strchr (line, ':');
    char *path = controllers ? strchr (controllers + 1, ':') : NULL;

    if (!path)
        return 0;
    *path++ = '\0';
    for (const struct cgroup_version *v = cgroup_versions; v->mount; v++) {
        cleanup_string_array char **names
            = string_split (controllers + 1, ',');
        bool ours = *v->controller == '\0'
                        ? controllers[1] == '\0'
                        : string_array_contains (names, v->controller);

        if (ours && check_cgroups (plan, v, path, err) < 0)
            return -1;
    }
    return 0;
}

int
check_headroom (const struct plan *plan, struct error *err)
{
    cleanup_free char *text = read_in ("/proc/self", "cgroup");
    cleanup_string_array char **lines = string_split_lines (text ? text : "");
    uint64_t available;

    if (machine_headroom (&available)
        && check_against (plan, available, "this machine", err) < 0)
        return -1;
    for (char **line = lines; *line; line++) {
        if (check_cgroup_line (plan, *line, err) < 0)
            return -1;
    }
    return 0;
}
