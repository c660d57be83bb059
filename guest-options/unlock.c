/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening encrypted devices. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "guest.h"
#include "memory.h"
#include "string-list.h"
#include "unlock.h"

/* How often a person may mistype. */
#define TRIES 3

/* As vfs_type calls them, and how names of the opened devices
 * begin: guests expect /dev/mapper/luks-UUID.
 */
static const struct {
    const char *type;
    const char *prefix;
} encryptions[] = {
    { "crypto_LUKS", "luks" },
    { "BitLocker", "bitlk" },
};

#define ENCRYPTIONS (sizeof encryptions / sizeof *encryptions)

struct encrypted {
    const char *device;
    char *uuid;    /* NULL: it has none */
    char *mapname; /* of the device that opening it makes */
};

static void
encrypted_free (struct encrypted *e)
{
    free (e->uuid);
    free (e->mapname);
}

#define cleanup_encrypted __attribute__ ((cleanup (encrypted_free)))

/* NULL: it is not encrypted. */
static const char *
encryption_prefix (const char *type)
{
    for (size_t i = 0; i < ENCRYPTIONS; i++)
        if (strcmp (encryptions[i].type, type) == 0)
            return encryptions[i].prefix;
    return NULL;
}

/* "sda1" or "VG-LV" for a device without a UUID. */
static char *
plain_name (const char *device)
{
    char *name = xstrdup (device + (string_starts_with (device, "/dev/")
                                    ? strlen ("/dev/") : 0));

    for (char *p = name; *p; p++)
        if (*p == '/')
            *p = '-';
    return name;
}

static void
describe (guestfs_h *g, const char *device, const char *prefix,
          struct encrypted *ret)
{
    cleanup_free char *uuid = guestfs_vfs_uuid (g, device);
    bool has_uuid = uuid && *uuid;
    cleanup_free char *name = has_uuid ? xstrdup (uuid)
                                       : plain_name (device);

    ret->device = device;
    ret->mapname = xasprintf ("%s-%s", prefix, name);
    ret->uuid = has_uuid ? steal (&uuid) : NULL;
}

/* ID may have a name of the device that another hypervisor would use. */
static bool
is_for (guestfs_h *g, const struct selector *s, const struct encrypted *e)
{
    cleanup_free char *id = NULL;
    cleanup_free char *device = NULL;

    if (strcmp (s->id, "all") == 0
        || (e->uuid && strcasecmp (s->id, e->uuid) == 0))
        return true;
    id = guestfs_canonical_device_name (g, s->id);
    device = guestfs_canonical_device_name (g, e->device);
    return id && device && strcmp (id, device) == 0;
}

static int
open_with_key (guestfs_h *g, const struct encrypted *e, const char *key,
               bool read_only, struct error *err)
{
    const struct guestfs_cryptsetup_open_argv opts = {
        .bitmask = read_only ? GUESTFS_CRYPTSETUP_OPEN_READONLY_BITMASK : 0,
        .readonly = read_only,
    };

    if (guestfs_cryptsetup_open_argv (g, e->device, key, e->mapname, &opts)
        < 0)
        return guest_error (g, err);
    return 0;
}

static int
open_with (guestfs_h *g, const struct encrypted *e, const struct selector *s,
           bool read_only, struct error *err)
{
    if (s->key)
        return open_with_key (g, e, s->key, read_only, err);
    if (guestfs_clevis_luks_unlock (g, e->device, e->mapname) < 0)
        return guest_error (g, err);
    return 0;
}

static int
ask_and_open (guestfs_h *g, const struct guest_options *o,
              const struct encrypted *e, struct error *err)
{
    int tries = o->key_input.from_stdin ? 1 : TRIES;

    while (tries-- > 0) {
        char *key = read_key (&o->key_input, e->device, err);
        int r;

        if (!key)
            return fail_context (err, "%s is encrypted", e->device);
        r = open_with_key (g, e, key, o->read_only, err);
        forget_key (key);
        if (r == 0)
            return 0;
        if (err->errnum != EPERM)
            return -1;
        if (tries > 0)
            fprintf (stderr, "%s\n", err->message);
    }
    return -1;
}

/* How many devices were opened: 1, or 0 if it stays closed. */
static int
unlock_device (guestfs_h *g, const struct guest_options *o,
               const struct encrypted *e, struct error *err)
{
    const struct selectors *keys = &o->keys;
    bool given = false;

    for (size_t i = 0; i < keys->count; i++) {
        if (!is_for (g, &keys->item[i], e))
            continue;
        if (open_with (g, e, &keys->item[i], o->read_only, err) == 0)
            return 1;
        given = true;
    }
    if (given)
        return fail_context (err, "%s: --key does not open it", e->device);
    if (!o->inspector)
        return 0;
    return ask_and_open (g, o, e, err) < 0 ? -1 : 1;
}

/* What can be encrypted.  list_filesystems leaves out what is. */
static char **(*const lists[]) (guestfs_h *g) = {
    guestfs_list_devices,
    guestfs_list_partitions,
    guestfs_list_md_devices,
    guestfs_lvs,
};

#define LISTS (sizeof lists / sizeof *lists)

/* How many devices were opened: 1, or 0 if it stays as it is. */
static int
unlock_if_encrypted (guestfs_h *g, const struct guest_options *o,
                     const char *device, struct error *err)
{
    cleanup_free char *type = guestfs_vfs_type (g, device);
    const char *prefix = type ? encryption_prefix (type) : NULL;
    cleanup_encrypted struct encrypted e = { .device = device };

    if (!prefix)
        return 0;
    describe (g, device, prefix, &e);
    return unlock_device (g, o, &e, err);
}

/* Open what was not seen before.  How many devices that were. */
static int
unlock_new (guestfs_h *g, const struct guest_options *o, struct strings *seen,
            struct error *err)
{
    int opened = 0;

    for (size_t i = 0; i < LISTS; i++) {
        cleanup_string_array char **found = lists[i] (g);

        for (char **device = found; device && *device; device++) {
            int n;

            if (strings_contain (seen, *device))
                continue;
            strings_add (seen, *device);
            n = unlock_if_encrypted (g, o, *device, err);
            if (n < 0)
                return -1;
            opened += n;
        }
    }
    return opened;
}

/* A volume group in an encrypted device can hold encrypted volumes. */
int
guest_unlock (guestfs_h *g, const struct guest_options *o, struct error *err)
{
    cleanup_strings struct strings seen = STRINGS_EMPTY;
    const char *lvm2[] = { "lvm2", NULL };
    int opened;

    while ((opened = unlock_new (g, o, &seen, err)) > 0)
        if (guestfs_feature_available (g, (char *const *) lvm2) == 1
            && guestfs_lvm_scan (g, 1) < 0)
            return guest_error (g, err);
    return opened;
}
