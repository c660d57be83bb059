/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths as Windows has them: "win:c:\windows\system32" is /Windows/System32
 * if C: is mounted on /, and if these are the names there.  Without a drive's
 * letter they begin on /.
 */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "memory.h"
#include "shell.h"
#include "string-list.h"
#include "windows-path.h"

#define PREFIX "win:"

bool
is_windows_path (const char *word)
{
    return strncasecmp (word, PREFIX, strlen (PREFIX)) == 0;
}

static bool
is_letter (char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The value of a key in a list of keys and values by turns. */
static const char *
look_up (char *const *hash, const char *key,
         int (*compare) (const char *a, const char *b))
{
    for (; hash && hash[0] && hash[1]; hash += 2)
        if (compare (hash[0], key) == 0)
            return hash[1];
    return NULL;
}

/* Where a device is mounted; NULL: nowhere. */
static char *
mountpoint_of (guestfs_h *g, const char *device)
{
    cleanup_string_array char **mounts = guestfs_mountpoints (g);
    const char *dir = look_up (mounts, device, strcmp);

    return dir ? xstrdup (dir) : NULL;
}

/* The device of a drive letter, as inspection has found it in one of the
 * guests.  *ret_known: there are letters at all.
 */
static char *
device_of (guestfs_h *g, const char *letter, bool *ret_known)
{
    cleanup_string_array char **roots = guestfs_inspect_get_roots (g);

    *ret_known = false;
    for (size_t i = 0; roots && roots[i]; i++) {
        cleanup_string_array char **drives
            = guestfs_inspect_get_drive_mappings (g, roots[i]);
        const char *device = look_up (drives, letter, strcasecmp);

        *ret_known |= drives && drives[0];
        if (device)
            return xstrdup (device);
    }
    return NULL;
}

/* Where the drive is. */
static char *
find_drive (struct shell *sh, char drive, struct error *err)
{
    const char letter[] = { drive, '\0' };
    bool known;
    cleanup_free char *device = device_of (sh->g, letter, &known);
    char *dir;

    if (!device)
        return fail_null (err, ENOENT, "drive %s: is not known%s", letter,
                          known ? " to Windows"
                                : "; 'guestfish -i' finds out which drives "
                                  "there are, and so does inspect-os");
    dir = mountpoint_of (sh->g, device);
    return dir ? dir : fail_null (err, ENOENT, "drive %s: (%s) is not "
                                  "mounted", letter, device);
}

/* "\windows\x" below a folder, with the slashes that the guest has. */
static char *
join (const char *dir, const char *path)
{
    char *joined = xasprintf ("%s/%s", strcmp (dir, "/") == 0 ? "" : dir,
                              path + strspn (path, "/\\"));

    for (char *p = joined + strlen (dir); *p; p++)
        if (*p == '\\')
            *p = '/';
    return joined;
}

char *
guest_path (struct shell *sh, const char *word, struct error *err)
{
    cleanup_free char *dir = NULL;
    cleanup_free char *joined = NULL;
    const char *path = word + strlen (PREFIX);
    char *result;

    if (!is_windows_path (word))
        return xstrdup (word);
    if (is_letter (path[0]) && path[1] == ':') {
        dir = find_drive (sh, path[0], err);
        if (!dir)
            return NULL;
        path += 2;
    } else {
        dir = xstrdup ("/");
    }
    joined = join (dir, path);
    result = guestfs_case_sensitive_path (sh->g, joined);
    if (!result)
        library_error (sh, err);
    return result;
}
