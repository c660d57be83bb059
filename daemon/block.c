/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel knows of its block devices. */

#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "block.h"
#include "io.h"

#define ATTRIBUTE_MAX 4096

char *
block_attribute (const char *name, const char *file)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *path = xasprintf ("/sys/class/block/%s/%s", name,
                                         file);
    char *text = read_file_at (AT_FDCWD, path, ATTRIBUTE_MAX, NULL,
                               &ignored);

    if (text)
        string_trim_end (text);
    return text;
}

static int
block_number (const char *name, const char *file)
{
    cleanup_free char *text = block_attribute (name, file);

    return text ? (int) strtol (text, NULL, 10) : 0;
}

/* /sys/dev/block/98:1 is a link to .../block/ubda/ubda1. */
int
block_find (const char *device, struct block *ret, struct error *err)
{
    char link[PATH_MAX], path[64];
    struct stat st;
    char *base;
    ssize_t n;

    if (stat (device, &st) < 0)
        return fail (err, errno, "%s: %m", device);
    snprintf (path, sizeof path, "/sys/dev/block/%u:%u", major (st.st_rdev),
              minor (st.st_rdev));
    n = readlink (path, link, sizeof link - 1);
    if (n < 0)
        return fail (err, errno, "%s: the kernel does not know it: %m",
                     device);
    link[n] = '\0';
    base = strrchr (link, '/');
    *base++ = '\0';
    *ret = (struct block) { .name = xstrdup (base),
                            .partition = block_number (base, "partition") };
    if (ret->partition)
        ret->disk = xstrdup (strrchr (link, '/') + 1);
    return 0;
}

void
block_free (struct block *b)
{
    free (b->name);
    free (b->disk);
    *b = (struct block) { 0 };
}

/* Names with a number at the end, by the number. */
static int
compare_numbered (const void *a, const void *b)
{
    return strverscmp (*(char *const *) a, *(char *const *) b);
}

/* Entries of a folder of /sys that are a prefix and then a number. */
static int
list_numbered (const char *folder, const char *prefix, struct strings *ret,
               struct error *err)
{
    cleanup_dir DIR *dir = opendir (folder);
    size_t n = strlen (prefix), before = ret->count;
    struct dirent *entry;

    if (!dir)
        return fail (err, errno, "%s: %m", folder);
    while ((entry = readdir (dir))) {
        const char *rest = entry->d_name + n;

        if (string_starts_with (entry->d_name, prefix) && *rest
            && rest[strspn (rest, "0123456789")] == '\0')
            strings_add (ret, entry->d_name);
    }
    if (ret->count > before)
        qsort (ret->item + before, ret->count - before, sizeof *ret->item,
               compare_numbered);
    return 0;
}

int
block_list (const char *prefix, struct strings *ret, struct error *err)
{
    return list_numbered ("/sys/block", prefix, ret, err);
}

int
block_partitions (const char *disk, struct strings *ret, struct error *err)
{
    cleanup_free char *folder = xasprintf ("/sys/block/%s", disk);
    size_t n = strlen (disk);
    bool p = n > 0 && isdigit ((unsigned char) disk[n - 1]);
    cleanup_free char *prefix = xasprintf ("%s%s", disk, p ? "p" : "");

    return list_numbered (folder, prefix, ret, err);
}

int
block_all_partitions (struct daemon *daemon, struct strings *ret,
                      struct error *err)
{
    cleanup_strings struct strings raids = STRINGS_EMPTY;

    for (size_t i = 0; i < daemon->disks.count; i++)
        if (block_partitions (daemon->disks.item[i], ret, err) < 0)
            return -1;
    if (block_list ("md", &raids, err) < 0)
        return -1;
    for (size_t i = 0; i < raids.count; i++)
        if (block_partitions (raids.item[i], ret, err) < 0)
            return -1;
    return 0;
}

int
dm_device_read (const char *block, struct dm_device *ret, struct error *err)
{
    cleanup_free char *name = block_attribute (block, "dm/name");
    cleanup_free char *uuid = block_attribute (block, "dm/uuid");

    if (!name)
        return fail (err, ENODEV, "/dev/%s: no device-mapper device", block);
    ret->name = steal (&name);
    ret->uuid = uuid ? steal (&uuid) : xstrdup ("");
    return 0;
}

bool
dm_device_is_lv (const struct dm_device *dm)
{
    return string_starts_with (dm->uuid, "LVM-");
}

/* "VG-LV", where a hyphen in a name is doubled. */
static char *
lv_path (const char *name)
{
    char *path = xmalloc (strlen ("/dev/") + strlen (name) + 1);
    char *out = stpcpy (path, "/dev/");
    bool slash = false;

    for (; *name; name++) {
        if (name[0] == '-' && name[1] == '-') {
            *out++ = *name++;
        } else if (name[0] == '-' && !slash) {
            *out++ = '/';
            slash = true;
        } else {
            *out++ = *name;
        }
    }
    *out = '\0';
    return path;
}

char *
dm_device_path (const struct dm_device *dm)
{
    if (dm_device_is_lv (dm))
        return lv_path (dm->name);
    return xasprintf ("/dev/mapper/%s", dm->name);
}

void
dm_device_free (struct dm_device *dm)
{
    free (dm->name);
    free (dm->uuid);
    *dm = (struct dm_device) { 0 };
}
