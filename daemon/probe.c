/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on a block device, told by its signatures. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "probe.h"

DEFINE_LIBRARY (blkid, "libblkid.so.1", BLKID_FUNCTIONS)

/* What blkid_do_safeprobe () returns. */
#define SAFEPROBE_AMBIVALENT (-2)
#define SAFEPROBE_ERROR (-1)
#define SAFEPROBE_NOTHING 1

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
    errno = 0;
    r = blkid->blkid_do_safeprobe (pr);
    if (r == SAFEPROBE_ERROR)
        return fail (err, errno ? errno : EIO, "%s: probing: %m", device);
    if (r == SAFEPROBE_AMBIVALENT)
        return fail (err, PROBE_AMBIVALENT, "%s: signatures of several file "
                     "systems are there (mount_vfs mounts one of them, "
                     "wipefs removes them all)", device);
    return r == SAFEPROBE_NOTHING ? 0 : 1;
}

static void
add_values (const struct blkid *blkid, blkid_probe pr, struct strings *values)
{
    for (int i = 0; i < blkid->blkid_probe_numof_values (pr); i++) {
        const char *name, *value;
        size_t size;

        if (blkid->blkid_probe_get_value (pr, i, &name, &value, &size) == 0) {
            strings_add (values, name);
            strings_add_take (values, xstrndup (value, size));
        }
    }
}

/* With what the partition table says if there is a place for that. */
static char **
probe_all (struct partition_table *t, const char *device, struct error *err)
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
    if (r > 0)
        add_values (blkid, pr, &values);
    if (r >= 0 && t)
        partition_table_look_up (t, blkid, pr, &values);
    blkid->blkid_free_probe (pr);
    return r < 0 ? NULL : strings_steal (&values);
}

char **
probe_next (struct prober *p, const char *device, struct error *err)
{
    return probe_all (&p->table, device, err);
}

void
prober_free (struct prober *p)
{
    cleanup_error struct error ignored = { 0 };
    const struct blkid *blkid = p->table.disk ? load_blkid (&ignored) : NULL;

    if (blkid)
        partition_table_free (&p->table, blkid);
}

char **
probe_device (const char *device, struct error *err)
{
    cleanup_prober struct prober p = { 0 };

    return probe_next (&p, device, err);
}

char *
probe_value (const char *device, const char *name, struct error *err)
{
    cleanup_string_array char **values = probe_all (NULL, device, err);

    return values ? xstrdup (probe_lookup (values, name)) : NULL;
}

const char *
probe_lookup (char *const *values, const char *name)
{
    for (; *values; values += 2)
        if (strcmp (values[0], name) == 0)
            return values[1];
    return "";
}

static int
wipe_all (const struct blkid *blkid, blkid_probe pr, const char *device,
          struct error *err)
{
    blkid->blkid_probe_enable_superblocks (pr, 1);
    blkid->blkid_probe_set_superblocks_flags (
        pr, BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_TYPE | BLKID_SUBLKS_BADCSUM);
    blkid->blkid_probe_enable_partitions (pr, 1);
    blkid->blkid_probe_set_partitions_flags (
        pr, BLKID_PARTS_MAGIC | BLKID_PARTS_FORCE_GPT);
    while (blkid->blkid_do_probe (pr) == 0)
        if (blkid->blkid_do_wipe (pr, 0) < 0)
            return fail (err, errno, "%s: wiping: %m", device);
    return 0;
}

int
wipe_signatures (const char *device, struct error *err)
{
    const struct blkid *blkid = load_blkid (err);
    cleanup_fd int fd = -1;
    blkid_probe pr;
    int r;

    if (!blkid)
        return -1;
    fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
    if (fd < 0)
        return fail (err, errno, "%s: %m", device);
    pr = blkid->blkid_new_probe ();
    if (!pr)
        out_of_memory ();
    r = blkid->blkid_probe_set_device (pr, fd, 0, 0);
    if (r != 0)
        fail (err, EIO, "%s: probing: %m", device);
    else
        r = wipe_all (blkid, pr, device, err);
    blkid->blkid_free_probe (pr);
    /* The kernel forgets the partitions of a table that is gone; anything
     * but a disk has none (EINVAL).
     */
    if (r == 0)
        ioctl (fd, BLKRRPART);
    return r;
}
