/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of logical volumes. */

#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "dm-names.h"
#include "error.h"
#include "io.h"
#include "memory.h"
#include "string-list.h"

/* Names have up to 127 bytes, uuids 128 (kernel, dm-ioctl.h). */
#define DM_ATTRIBUTE_MAX 256

/* The uuid that LVM gives the devices of its volumes: the group's and the
 * volume's, 32 characters each.  Something after them is for its inner
 * parts only, such as "-real" below a snapshot.
 */
#define LVM_UUID_PREFIX "LVM-"
#define LVM_UUID_SIZE 68

void
lv_name_free (struct lv_name *name)
{
    free (name->vg);
    free (name->lv);
    *name = (struct lv_name) { 0 };
}

/* One part, up to the end or to a hyphen that is not doubled. */
static char *
parse_part (const char **p)
{
    cleanup_free char *part = xmalloc (strlen (*p) + 1);
    size_t n = 0;

    for (; **p; (*p)++) {
        if (**p == '-') {
            if ((*p)[1] != '-')
                break;
            (*p)++;
        }
        part[n++] = **p;
    }
    part[n] = '\0';
    return steal (&part);
}

bool
lv_name_parse (const char *dm_name, struct lv_name *ret)
{
    cleanup_lv_name struct lv_name name = { 0 };

    name.vg = parse_part (&dm_name);
    if (*dm_name++ != '-')
        return false;
    name.lv = parse_part (&dm_name);
    if (*dm_name || !*name.vg || !*name.lv)
        return false;
    *ret = name;
    name = (struct lv_name) { 0 };
    return true;
}

static char *
read_attribute (dev_t rdev, const char *attribute)
{
    cleanup_error struct error none = { 0 };
    cleanup_free char *path = xasprintf ("/sys/dev/block/%u:%u/dm/%s",
                                         major (rdev), minor (rdev),
                                         attribute);
    char *value = read_file_at (AT_FDCWD, path, DM_ATTRIBUTE_MAX, NULL,
                                &none);

    if (value)
        string_trim_end (value);
    return value;
}

char *
dm_path_of (dev_t rdev)
{
    cleanup_free char *name = read_attribute (rdev, "name");

    return name ? xasprintf ("/dev/mapper/%s", name) : NULL;
}

bool
lv_name_of (const char *device, struct lv_name *ret)
{
    cleanup_free char *uuid = NULL, *name = NULL;
    struct stat st;

    if (stat (device, &st) < 0 || !S_ISBLK (st.st_mode))
        return false;
    uuid = read_attribute (st.st_rdev, "uuid");
    if (!uuid || strlen (uuid) != LVM_UUID_SIZE
        || !string_starts_with (uuid, LVM_UUID_PREFIX))
        return false;
    name = read_attribute (st.st_rdev, "name");
    return name && lv_name_parse (name, ret);
}

char **
active_vgs (void)
{
    cleanup_dir DIR *dir = opendir ("/sys/block");
    cleanup_strings struct strings vgs = STRINGS_EMPTY;
    struct dirent *entry;

    while (dir && (entry = readdir (dir))) {
        cleanup_free char *device = xasprintf ("/dev/%s", entry->d_name);
        cleanup_lv_name struct lv_name name = { 0 };

        if (string_starts_with (entry->d_name, "dm-")
            && lv_name_of (device, &name))
            strings_add_once (&vgs, name.vg);
    }
    return strings_steal (&vgs);
}
