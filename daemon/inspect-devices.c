/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: which device a guest means, whatever it calls it. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "dm-names.h"
#include "drive-name.h"
#include "fstab.h"
#include "inspect.h"
#include "inspect-md.h"

/* It is read for each encrypted device that is looked for. */
#define CRYPTTAB_MAX (32 << 10)

typedef const struct candidate *(*finder) (const struct inspection *in,
                                           const struct guest_files *files,
                                           const char *rest);

/* What findfs(8) takes; a value may be in quotes. */
#define DEFINE_BY_TAG(member)                                                \
    static const struct candidate *by_##member (                             \
        const struct inspection *in, const struct guest_files *files,        \
        const char *value)                                                   \
    {                                                                        \
        cleanup_free char *bare = NULL;                                      \
        size_t n = strlen (value);                                           \
                                                                             \
        (void) files;                                                        \
        if (n >= 2 && (*value == '"' || *value == '\'')                      \
            && value[n - 1] == *value)                                       \
            value = bare = xstrndup (value + 1, n - 2);                      \
        return candidate_by_##member (in, value);                            \
    }

DEFINE_BY_TAG (label)
DEFINE_BY_TAG (uuid)
DEFINE_BY_TAG (part_label)
DEFINE_BY_TAG (part_uuid)

/* The first LUKS device with that UUID that is open, by whatever name: its
 * own is CRYPT-LUKS2-, the UUID without hyphens, and a name.
 */
static const struct candidate *
by_luks_uuid (const struct inspection *in, const char *uuid, size_t n)
{
    char digits[33];
    size_t used = 0;

    for (size_t i = 0; i < n && used < sizeof digits - 1; i++)
        if (uuid[i] != '-')
            digits[used++] = uuid[i];
    digits[used] = '\0';
    if (used != sizeof digits - 1)
        return NULL;
    for (size_t i = 0; i < in->candidates; i++) {
        cleanup_dm_device struct dm_device dm = { 0 };
        cleanup_error struct error ignored = { 0 };
        cleanup_block struct block b = { 0 };

        if (!string_starts_with (in->candidate[i].name, "/dev/mapper/")
            || block_find (in->candidate[i].device, &b, &ignored) < 0
            || dm_device_read (b.name, &dm, &ignored) < 0)
            continue;
        if (string_starts_with (dm.uuid, "CRYPT-LUKS")
            && strcasestr (dm.uuid, digits))
            return &in->candidate[i];
    }
    return NULL;
}

/* The device that /etc/crypttab gives a name: "NAME UUID=... KEY OPTIONS". */
static const struct candidate *
by_crypttab (const struct inspection *in, const struct guest_files *files,
             const char *name)
{
    cleanup_free char *text = guest_text_up_to (files, "/etc/crypttab",
                                                CRYPTTAB_MAX);
    const char *p = text ? text : "";
    struct fstab_entry entry;

    while (fstab_next (&p, &entry)) {
        const struct candidate *found = NULL;
        const char *uuid = strchr (entry.file, '=');

        if (strcmp (entry.spec, name) == 0 && uuid
            && string_starts_with (entry.file, "UUID="))
            found = by_luks_uuid (in, uuid + 1, strlen (uuid + 1));
        fstab_entry_free (&entry);
        if (found)
            return found;
    }
    return NULL;
}

/* /dev/mapper/...: a logical volume, or something encrypted, which whoever
 * opened it here may have called something else.
 */
static const struct candidate *
by_mapped_name (const struct inspection *in, const struct guest_files *files,
                const char *name)
{
    static const char luks[] = "luks-";
    cleanup_free char *whole = xasprintf ("/dev/mapper/%s", name);
    const struct candidate *found = candidate_by_name (in, whole);
    cleanup_lv_name struct lv_name lv = { 0 };

    if (!found && lv_name_parse (name, &lv)) {
        cleanup_free char *api = xasprintf ("/dev/%s/%s", lv.vg, lv.lv);

        found = candidate_by_name (in, api);
    }
    if (!found && string_starts_with (name, luks))
        found = by_luks_uuid (in, name + strlen (luks), strlen (name)
                                                        - strlen (luks));
    return found ? found : by_crypttab (in, files, name);
}

static const struct candidate *
by_drive (const struct inspection *in, size_t drive, unsigned partition)
{
    char letters[DRIVE_NAME_SIZE];
    cleanup_free char *name = NULL;

    if (drive >= in->daemon->disks.count)
        return NULL;
    drive_name (drive, letters);
    name = partition ? xasprintf ("/dev/sd%s%u", letters, partition)
                     : xasprintf ("/dev/sd%s", letters);
    return candidate_by_name (in, name);
}

/* What hardware a drive had says nothing here; but if there is just one drive,
 * it is that one.
 */
static const struct candidate *
by_hardware (const struct inspection *in, const struct guest_files *files,
             const char *name)
{
    const char *part = strstr (name, "-part");
    char *end;
    unsigned long n;

    (void) files;
    if (in->daemon->disks.count != 1)
        return NULL;
    if (!part)
        return by_drive (in, 0, 0);
    n = strtoul (part + strlen ("-part"), &end, 10);
    return *end || n == 0 || n > 1000 ? NULL
                                      : by_drive (in, 0, (unsigned) n);
}

/* "/dev/" and more: a drive of the guest, or a name that is the same here. */
static const struct candidate *
by_device (const struct inspection *in, const struct guest_files *files,
           const char *name)
{
    cleanup_free char *whole = xasprintf ("/dev/%s", name);
    size_t drive;
    unsigned partition;

    (void) files;
    return guest_drive_parse (name, &drive, &partition)
               ? by_drive (in, drive, partition)
               : candidate_by_name (in, whole);
}

/* The first that a name begins with counts. */
static const struct {
    const char *prefix;
    finder find;
} forms[] = {
    { "UUID=", by_uuid },
    { "LABEL=", by_label },
    { "PARTUUID=", by_part_uuid },
    { "PARTLABEL=", by_part_label },
    { "/dev/disk/by-uuid/", by_uuid },
    { "/dev/disk/by-label/", by_label },
    { "/dev/disk/by-partuuid/", by_part_uuid },
    { "/dev/disk/by-partlabel/", by_part_label },
    { "/dev/disk/by-id/", by_hardware },
    { "/dev/disk/by-path/", by_hardware },
    { "/dev/gpt/", by_part_label }, /* FreeBSD */
    { "/dev/mapper/", by_mapped_name },
    { "/dev/md", guest_array },
    { "/dev/", by_device },
};

const struct candidate *
guest_device (const struct inspection *in, const struct guest_files *files,
              const char *spec)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (string_starts_with (spec, forms[i].prefix))
            return forms[i].find (in, files,
                                  spec + strlen (forms[i].prefix));
    return NULL;
}
