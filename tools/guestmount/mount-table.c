/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mount table: /proc/self/mountinfo, proc(5). */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "mount-table.h"
#include "string-list.h"

#define MOUNTINFO "/proc/self/mountinfo"
#define MOUNTINFO_MAX (64 << 20) /* far more than any host has */

/* The fields of a line; the last ones stand behind a "-". */
enum { FIELD_DEVICE = 2, FIELD_MOUNTPOINT = 4, FIELDS = 10 };
enum { AFTER_DASH_TYPE = 1, AFTER_DASH_OPTIONS = 3 };

/* Spaces, newlines and backslashes are written as \040 and so on. */
static void
unescape (char *text)
{
    char *out = text;

    while (*text) {
        unsigned c;

        if (text[0] == '\\' && strspn (text + 1, "01234567") >= 3) {
            c = (unsigned) ((text[1] - '0') * 64 + (text[2] - '0') * 8
                            + text[3] - '0');
            *out++ = (char) c;
            text += 4;
        } else {
            *out++ = *text++;
        }
    }
    *out = '\0';
}

/* "user_id=1000" of FUSE's options. */
static uid_t
find_owner (const char *text)
{
    cleanup_string_array char **options = string_split (text, ',');

    for (char **o = options; *o; o++)
        if (string_starts_with (*o, "user_id="))
            return (uid_t) strtoumax (*o + strlen ("user_id="), NULL, 10);
    return 0;
}

/* How many fields are before the dash varies. */
static void
read_type (char *const *fields, struct mounted *ret)
{
    while (*fields && strcmp (*fields, "-") != 0)
        fields++;
    if (string_array_length (fields) <= AFTER_DASH_OPTIONS)
        return;
    ret->fuse = strcmp (fields[AFTER_DASH_TYPE], "fuse") == 0
                || string_starts_with (fields[AFTER_DASH_TYPE], "fuse.");
    ret->owner = find_owner (fields[AFTER_DASH_OPTIONS]);
}

int
mount_table_find (const char *mountpoint, struct mounted *ret,
                  struct error *err)
{
    cleanup_free char *text = read_file_at (AT_FDCWD, MOUNTINFO,
                                            MOUNTINFO_MAX, NULL, err);
    cleanup_string_array char **lines = NULL;
    struct mounted found = { .device = NULL };

    if (!text)
        return -1;
    lines = string_split_lines (text);
    for (char **line = lines; *line; line++) {
        cleanup_string_array char **fields = string_split (*line, ' ');

        if (string_array_length (fields) < FIELDS)
            continue;
        unescape (fields[FIELD_MOUNTPOINT]);
        if (strcmp (fields[FIELD_MOUNTPOINT], mountpoint) != 0)
            continue;
        mounted_free (&found);
        found = (struct mounted) {
            .device = xstrdup (fields[FIELD_DEVICE]),
        };
        read_type (fields, &found);
    }
    *ret = found;
    return 0;
}

/* The last component alone is not looked at. */
static char *
name_in_parent (const char *folder)
{
    cleanup_free char *path = xstrdup (folder);
    cleanup_free char *parent = NULL;
    char *slash;

    for (size_t n = strlen (path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    slash = strrchr (path, '/');
    if (strcmp (slash ? slash + 1 : path, "..") == 0
        || strcmp (slash ? slash + 1 : path, ".") == 0
        || strcmp (path, "/") == 0)
        return NULL;
    if (slash)
        *slash = '\0';
    parent = realpath (!slash ? "." : *path ? path : "/", NULL);
    if (!parent)
        return NULL;
    return xasprintf ("%s/%s", strcmp (parent, "/") == 0 ? "" : parent,
                      slash ? slash + 1 : path);
}

char *
mount_point_name (const char *folder, struct error *err)
{
    cleanup_free char *name = name_in_parent (folder);
    cleanup_mounted struct mounted m = { .device = NULL };
    char *resolved;

    if (name && mount_table_find (name, &m, err) < 0)
        return NULL;
    if (m.device)
        return steal (&name);
    resolved = realpath (folder, NULL);
    if (!resolved)
        return fail_null (err, errno, "%s: %m", folder);
    return resolved;
}

void
mounted_free (struct mounted *m)
{
    free (m->device);
    m->device = NULL;
}
