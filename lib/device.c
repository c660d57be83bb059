/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about the names of devices that the library composes of others. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "drive-name.h"
#include "impl.h"

int
impl_device_index (guestfs_h *g, const char *device)
{
    cleanup_string_array char **devices = impl_list_devices (g);

    if (!devices)
        return -1;
    for (int i = 0; devices[i]; i++)
        if (strcmp (devices[i], device) == 0)
            return i;
    return fail (&g->error, ENOENT, "%s: there is no such drive", device);
}

char *
impl_device_name (guestfs_h *g, int index)
{
    cleanup_string_array char **devices = impl_list_devices (g);
    size_t count;

    if (!devices)
        return NULL;
    count = string_array_length (devices);
    if (index < 0 || (size_t) index >= count)
        return fail_null (&g->error, EINVAL, "index %d: there are %zu drives",
                          index, count);
    return xstrdup (devices[index]);
}

/* "/dev/vda1", "/dev/hda1": what follows the bus must be a drive's letters
 * and perhaps the number of a partition.
 */
static char *
canonical_drive (const char *device)
{
    static const char *const buses[] = { "/dev/hd", "/dev/vd" };

    for (size_t i = 0; i < sizeof buses / sizeof *buses; i++) {
        const char *letters = device + strlen (buses[i]), *rest;

        if (string_starts_with (device, buses[i])
            && drive_index (letters, &rest) >= 0
            && rest[strspn (rest, "0123456789")] == '\0')
            return xasprintf ("/dev/sd%s", letters);
    }
    return NULL;
}

char *
impl_canonical_device_name (guestfs_h *g, const char *device)
{
    cleanup_free char *name = canonical_drive (device);

    if (!name
        && (string_starts_with (device, "/dev/mapper/")
            || string_starts_with (device, "/dev/dm-"))) {
        name = impl_lvm_canonical_lv_name (g, device);
        /* Not every device of the mapper is a logical volume. */
        if (!name && g->state != STATE_CONFIG)
            error_clear (&g->error);
        else if (!name)
            return NULL;
    }
    return name ? steal (&name) : xstrdup (device);
}
