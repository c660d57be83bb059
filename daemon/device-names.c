/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of block devices, in the API and in the kernel. */

#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "dm-names.h"
#include "drive-name.h"

#define LABELS "/dev/disk/guestfs/"

/* LABELS, a drive's label, and perhaps the number of a partition. */
static char *
label_to_kernel (const struct daemon *daemon, const char *name)
{
    const char *label = name + strlen (LABELS);

    for (size_t i = 0; i < daemon->labels.count; i++) {
        const char *candidate = daemon->labels.item[i];
        const char *rest = label + strlen (candidate);

        if (*candidate && string_starts_with (label, candidate)
            && rest[strspn (rest, "0123456789")] == '\0')
            return xasprintf ("/dev/%s%s", daemon->disks.item[i], rest);
    }
    return xstrdup (name);
}

char *
device_to_kernel (const struct daemon *daemon, const char *name)
{
    const char *rest;
    ssize_t index;

    if (string_starts_with (name, LABELS))
        return label_to_kernel (daemon, name);
    if (!string_starts_with (name, "/dev/sd"))
        return xstrdup (name);
    index = drive_index (name + 7, &rest);
    if (index < 0 || (size_t) index >= daemon->disks.count
        || rest[strspn (rest, "0123456789")] != '\0')
        return xstrdup (name);
    return xasprintf ("/dev/%s%s", daemon->disks.item[index], rest);
}

/* The index of the drive whose name the text begins with; what follows may
 * be a partition's number.
 */
static ssize_t
disk_at (const struct daemon *daemon, const char *text, const char **ret_rest)
{
    for (size_t i = 0; i < daemon->disks.count; i++) {
        const char *disk = daemon->disks.item[i];

        if (string_starts_with (text, disk)
            && !isalpha ((unsigned char) text[strlen (disk)])) {
            *ret_rest = text + strlen (disk);
            return (ssize_t) i;
        }
    }
    return -1;
}

/* A name that the device mapper gave. */
static char *
mapped_to_api (const char *name)
{
    cleanup_lv_name struct lv_name lv = { 0 };

    if (!lv_name_of (name, &lv))
        return xstrdup (name);
    return xasprintf ("/dev/%s/%s", lv.vg, lv.lv);
}

#define MAPPED "/dev/mapper/"

char *
device_to_api (const struct daemon *daemon, const char *name)
{
    char letters[DRIVE_NAME_SIZE];
    const char *rest;
    ssize_t index;

    if (!string_starts_with (name, "/dev/"))
        return xstrdup (name);
    if (string_starts_with (name, MAPPED)
        || string_starts_with (name, "/dev/dm-"))
        return mapped_to_api (name);
    index = disk_at (daemon, name + 5, &rest);
    if (index < 0 || rest[strspn (rest, "0123456789")] != '\0')
        return xstrdup (name);
    drive_name ((size_t) index, letters);
    return xasprintf ("/dev/sd%s%s", letters, rest);
}

/* The device mapper's name that the text begins with. */
static void
put_mapped (FILE *fp, const char *text, const char **ret_rest)
{
    static const char part_of_name[] = "abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789+_.-";
    size_t n = strlen (MAPPED);
    cleanup_free char *name = NULL, *api = NULL;

    n += strspn (text + n, part_of_name);
    name = xstrndup (text, n);
    api = mapped_to_api (name);
    fputs (api, fp);
    *ret_rest = text + n;
}

char *
text_to_api (const struct daemon *daemon, const char *text)
{
    char letters[DRIVE_NAME_SIZE];
    char *result = NULL;
    size_t size;
    FILE *fp = open_memstream (&result, &size);
    const char *device, *rest;

    if (!fp)
        out_of_memory ();
    for (; (device = strstr (text, "/dev/")); text = rest) {
        ssize_t index = disk_at (daemon, device + 5, &rest);

        fwrite (text, 1, (size_t) (device - text), fp);
        if (string_starts_with (device, MAPPED)) {
            put_mapped (fp, device, &rest);
            continue;
        }
        fputs ("/dev/", fp);
        if (index < 0) {
            rest = device + 5;
            continue;
        }
        drive_name ((size_t) index, letters);
        fprintf (fp, "sd%s", letters);
    }
    fputs (text, fp);
    if (fclose (fp) != 0)
        out_of_memory ();
    return result;
}

void
mountable_free (struct mountable *m)
{
    free (m->device);
    free (m->volume);
    *m = (struct mountable) { 0 };
}

char *
mountable_to_api (const struct daemon *daemon, const struct mountable *m)
{
    cleanup_free char *device = device_to_api (daemon, m->device);

    if (m->type == MOUNTABLE_BTRFS_SUBVOLUME)
        return xasprintf ("btrfsvol:%s/%s", device, m->volume);
    return steal (&device);
}
