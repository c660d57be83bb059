/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: the devices that may be part of a guest. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "drivers.h"
#include "filesystem.h"
#include "inspect.h"
#include "private-mount.h"
#include "probe.h"

/* The file system as a whole, not the subvolume that is the default. */
#define TOP_LEVEL "subvolid=5"

/* Another device of a btrfs that is there already. */
static bool
is_known_btrfs (const struct inspection *in, const struct candidate *c)
{
    if (strcmp (c->type, "btrfs") != 0 || !*c->uuid)
        return false;
    for (size_t i = 0; i < in->candidates; i++)
        if (strcmp (in->candidate[i].type, "btrfs") == 0
            && strcmp (in->candidate[i].uuid, c->uuid) == 0)
            return true;
    return false;
}

static void
candidate_free (struct candidate *c)
{
    free (c->device);
    free (c->name);
    free (c->type);
    free (c->version);
    free (c->label);
    free (c->uuid);
    free (c->part_uuid);
    free (c->part_label);
    subvolumes_free (&c->subvolumes);
}

/* libblkid counts sectors of 512 bytes, whatever the drive has. */
#define SECTOR 512

static uint64_t
offset_of (char *const *values)
{
    return strtoull (probe_lookup (values, "PART_ENTRY_OFFSET"), NULL, 10)
           * SECTOR;
}

/* Those of a btrfs that can't be read are not needed. */
static void
read_subvolumes (struct candidate *c)
{
    cleanup_error struct error ignored = { 0 };

    if (strcmp (c->type, "btrfs") == 0)
        btrfs_subvolumes (c->device, &c->subvolumes, &ignored);
}

/* One whose content nobody knows may still be named by an fstab. */
static void
add_candidate (struct inspection *in, const char *device,
               char *const *values)
{
    struct candidate c = {
        .device = xstrdup (device),
        .name = device_to_api (in->daemon, device),
        .type = xstrdup (probe_lookup (values, "TYPE")),
        .version = xstrdup (probe_lookup (values, "VERSION")),
        .label = xstrdup (probe_lookup (values, "LABEL")),
        .uuid = xstrdup (probe_lookup (values, "UUID")),
        .part_uuid = xstrdup (probe_lookup (values, "PART_ENTRY_UUID")),
        .part_label = xstrdup (probe_lookup (values, "PART_ENTRY_NAME")),
        .part_offset = offset_of (values),
        .filesystem = strcmp (probe_lookup (values, "USAGE"),
                              "filesystem") == 0,
    };

    if (is_known_btrfs (in, &c)) {
        candidate_free (&c);
        return;
    }
    in->candidate = xreallocarray (in->candidate, in->candidates + 1,
                                   sizeof c);
    read_subvolumes (&c);
    in->candidate[in->candidates++] = c;
}

int
candidates_read (struct inspection *in, struct error *err)
{
    cleanup_strings struct strings devices = STRINGS_EMPTY;
    cleanup_prober struct prober prober = { 0 };

    if (list_content_devices (in->daemon, &devices, err) < 0)
        return -1;
    for (size_t i = 0; i < devices.count; i++) {
        char *nothing[] = { NULL };
        cleanup_error struct error ambivalent = { 0 };
        cleanup_string_array char **values = probe_next (
            &prober, devices.item[i], &ambivalent);

        add_candidate (in, devices.item[i], values ? values : nothing);
    }
    return 0;
}

void
candidates_free (struct inspection *in)
{
    for (size_t i = 0; i < in->candidates; i++)
        candidate_free (&in->candidate[i]);
    free (in->candidate);
    in->candidate = NULL;
    in->candidates = 0;
}

int
candidate_open (const struct candidate *c, struct error *err)
{
    const char *option = strcmp (c->type, "btrfs") == 0
                             ? TOP_LEVEL
                             : driver_version_option (c->type, c->version);

    return private_mount_with (c->device, c->type, option, true, err);
}

char *
subvolume_name (const struct candidate *c, const struct subvolume *s)
{
    if (s->id == c->subvolumes.default_id)
        return xstrdup (c->name);
    return xasprintf ("btrfsvol:%s/%s", c->name, s->path);
}

#define DEFINE_CANDIDATE_BY(member, compare)                                 \
    const struct candidate *candidate_by_##member (                          \
        const struct inspection *in, const char *value)                      \
    {                                                                        \
        for (size_t i = 0; *value && i < in->candidates; i++)                \
            if (compare (in->candidate[i].member, value) == 0)               \
                return &in->candidate[i];                                    \
        return NULL;                                                         \
    }

DEFINE_CANDIDATE_BY (name, strcmp)
DEFINE_CANDIDATE_BY (label, strcmp)
DEFINE_CANDIDATE_BY (uuid, strcasecmp)
DEFINE_CANDIDATE_BY (part_label, strcmp)
DEFINE_CANDIDATE_BY (part_uuid, strcasecmp)
