/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Partition tables: opening, writing, and telling the kernel. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fdisk.h"

#define IN_USE "is in use (mounted, or part of a volume group, RAID or swap)"

DEFINE_LIBRARY (fdisk, "libfdisk.so.1", FDISK_FUNCTIONS)

/* libfdisk asks and tells through this: nobody is there to answer but the
 * call, and what it warns of makes the better error message.
 */
static int
on_ask (struct fdisk_context *cxt, struct fdisk_ask *ask, void *data)
{
    struct table *t = data;

    (void) cxt;
    switch (t->lib->fdisk_ask_get_type (ask)) {
    case FDISK_ASKTYPE_INFO:
        return 0;
    case FDISK_ASKTYPE_WARN:
    case FDISK_ASKTYPE_WARNX:
        free (t->complaint);
        t->complaint = xstrdup (t->lib->fdisk_ask_print_get_mesg (ask));
        return 0;
    case FDISK_ASKTYPE_STRING:
        if (!t->answer)
            return -EINVAL;
        return t->lib->fdisk_ask_string_set_result (ask, xstrdup (t->answer));
    default:
        return -EINVAL;
    }
}

int
table_failed (struct call *call, const struct table *t, int r,
              const char *doing)
{
    /* Some of its functions return 1. */
    int errnum = r < 0 ? -r : EINVAL;

    if (t->complaint)
        return fail (&call->err, errnum, "%s: %s: %s", t->device, doing,
                     t->complaint);
    return fail (&call->err, errnum, "%s: %s: %m", t->device, doing);
}

/* Partitions begin and end where the caller says: the grain is one sector,
 * and any sector after the table may be the first.
 */
static int
assign (struct call *call, struct table *t, enum table_access access)
{
    int r;

    t->lib->fdisk_disable_dialogs (t->cxt, 1);
    t->lib->fdisk_set_ask (t->cxt, on_ask, t);
    /* Else it moves a GPT's backup whenever it writes one. */
    t->lib->fdisk_gpt_disable_relocation (
        t->lib->fdisk_get_label (t->cxt, "gpt"), access != TABLE_EXPAND);
    t->lib->fdisk_save_user_grain (t->cxt, 512);
    r = t->lib->fdisk_assign_device (t->cxt, t->device,
                                     access == TABLE_READ);
    if (r < 0)
        return table_failed (call, t, r, "opening");
    t->lib->fdisk_set_first_lba (t->cxt, 1);
    if (!t->lib->fdisk_has_label (t->cxt))
        return 0;
    r = t->lib->fdisk_get_partitions (t->cxt, &t->partitions);
    return r < 0 ? table_failed (call, t, r, "reading the partitions") : 0;
}

int
table_open_any (struct call *call, const char *device,
                enum table_access access, struct table *ret)
{
    *ret = (struct table) { .lib = load_fdisk (&call->err),
                            .device = device };
    if (!ret->lib)
        return -1;
    ret->cxt = ret->lib->fdisk_new_context ();
    if (!ret->cxt)
        out_of_memory ();
    return assign (call, ret, access);
}

int
table_open (struct call *call, const char *device, enum table_access access,
            struct table *ret)
{
    if (table_open_any (call, device, access, ret) < 0)
        return -1;
    if (!ret->lib->fdisk_has_label (ret->cxt))
        return fail (&call->err, EINVAL, "%s: no partition table that can "
                     "be recognized", device);
    return 0;
}

int
table_open_type (struct call *call, const char *device,
                 enum table_access access, enum fdisk_labeltype type,
                 struct table *ret)
{
    if (table_open (call, device, access, ret) < 0)
        return -1;
    if (!table_is_type (ret, type))
        return fail (&call->err, EINVAL, "%s: the partition table is not %s",
                     device, type == FDISK_DISKLABEL_GPT ? "a GPT"
                                                         : "an MBR");
    return 0;
}

bool
table_is_type (const struct table *t, enum fdisk_labeltype type)
{
    return t->lib->fdisk_is_labeltype (t->cxt, type);
}

/* If something uses the disk, the kernel won't read the table again, but
 * takes one change after the other.  It partitions no device that is itself
 * a partition or a logical volume (EINVAL): then there is nothing to tell.
 * The descriptor must be libfdisk's, which has claimed the disk.
 */
static int
reread (struct call *call, struct table *t)
{
    int r;

    if (ioctl (t->lib->fdisk_get_devfd (t->cxt), BLKRRPART) == 0
        || errno == EINVAL)
        return 0;
    if (errno != EBUSY || !t->partitions)
        return fail (&call->err, errno, "%s: the kernel can't read the new "
                     "partition table: %m", t->device);
    r = t->lib->fdisk_reread_changes (t->cxt, t->partitions);
    return r == 0 ? 0 : table_failed (call, t, r, "telling the kernel of the "
                                      "changed partitions");
}

int
table_commit (struct call *call, struct table *t)
{
    int r = t->lib->fdisk_write_disklabel (t->cxt);

    if (r != 0)
        return table_failed (call, t, r, "writing the partition table");
    return reread (call, t);
}

void
table_close (struct table *t)
{
    if (t->cxt) {
        t->lib->fdisk_unref_table (t->partitions);
        t->lib->fdisk_deassign_device (t->cxt, 1);
        t->lib->fdisk_unref_context (t->cxt);
    }
    free (t->complaint);
    *t = (struct table) { 0 };
}

struct fdisk_partition *
table_partition (struct call *call, const struct table *t, int partnum)
{
    size_t n = t->lib->fdisk_table_get_nents (t->partitions);

    if (partnum < 1)
        return fail_null (&call->err, EINVAL, "partition number %d: they are "
                          "counted from 1", partnum);
    for (size_t i = 0; i < n; i++) {
        struct fdisk_partition *p
            = t->lib->fdisk_table_get_partition (t->partitions, i);

        if (t->lib->fdisk_partition_is_used (p)
            && t->lib->fdisk_partition_get_partno (p) == (size_t) partnum - 1)
            return p;
    }
    return fail_null (&call->err, ENOENT, "%s: there is no partition %d",
                      t->device, partnum);
}

/* The kernel lends a device to one user alone: a mount, a volume group, a
 * RAID, swap, or libfdisk.  Only if that did not get the disk, something
 * uses it or a partition of it.
 */
int
check_disk_unused (struct call *call, const struct table *t)
{
    if (t->lib->fdisk_device_is_used (t->cxt) == 1)
        return fail (&call->err, EBUSY, "%s: " IN_USE, t->device);
    return 0;
}

int
check_partition_unused (struct call *call, const struct table *t, int partnum)
{
    cleanup_free char *name = NULL;
    cleanup_fd int fd = -1;

    if (t->lib->fdisk_device_is_used (t->cxt) != 1)
        return 0;
    name = t->lib->fdisk_partname (t->device, (size_t) partnum);
    if (!name)
        out_of_memory ();
    fd = open (name, O_RDONLY | O_EXCL | O_CLOEXEC);
    if (fd < 0 && errno == EBUSY)
        return fail (&call->err, EBUSY, "%s: " IN_USE, name);
    return 0;
}
