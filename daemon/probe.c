/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on a block device, told by its signatures. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "probe.h"

DEFINE_LIBRARY (blkid, "libblkid.so.1", BLKID_FUNCTIONS)

/* What blkid_do_safeprobe () returns. */
#define PROBE_AMBIVALENT (-2)
#define PROBE_ERROR (-1)
#define PROBE_NOTHING 1

static int
probe (const struct blkid *blkid, blkid_probe pr, const char *device,
       struct error *err)
{
    int r;

    blkid->blkid_probe_enable_superblocks (pr, 1);
    blkid->blkid_probe_set_superblocks_flags (
        pr, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE
                | BLKID_SUBLKS_SECTYPE | BLKID_SUBLKS_USAGE
                | BLKID_SUBLKS_VERSION);
    blkid->blkid_probe_enable_partitions (pr, 1);
    blkid->blkid_probe_set_partitions_flags (pr, BLKID_PARTS_ENTRY_DETAILS);
    errno = 0;
    r = blkid->blkid_do_safeprobe (pr);
    if (r == PROBE_ERROR)
        return fail (err, errno ? errno : EIO, "%s: probing: %m", device);
    /* Signatures of several file systems: nobody can tell which counts. */
    return r == PROBE_AMBIVALENT || r == PROBE_NOTHING ? 0 : 1;
}

char **
probe_device (const char *device, struct error *err)
{
    const struct blkid *blkid = load_blkid (err);
    cleanup_strings struct strings values = STRINGS_EMPTY;
    blkid_probe pr;
    int r;

    if (!blkid)
        return NULL;
    errno = 0;
    pr = blkid->blkid_new_probe_from_filename (device);
    if (!pr)
        return fail_null (err, errno ? errno : EIO, "%s: %m", device);
    r = probe (blkid, pr, device, err);
    for (int i = 0; r > 0 && i < blkid->blkid_probe_numof_values (pr); i++) {
        const char *name, *value;
        size_t size;

        if (blkid->blkid_probe_get_value (pr, i, &name, &value, &size) == 0) {
            strings_add (&values, name);
            strings_add_take (&values, xstrndup (value, size));
        }
    }
    blkid->blkid_free_probe (pr);
    return r < 0 ? NULL : strings_steal (&values);
}

char *
probe_value (const char *device, const char *name, struct error *err)
{
    cleanup_string_array char **values = probe_device (device, err);

    if (!values)
        return NULL;
    for (size_t i = 0; values[i]; i += 2)
        if (strcmp (values[i], name) == 0)
            return xstrdup (values[i + 1]);
    return xstrdup ("");
}
