/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about what a partition table says of itself and its partitions:
 * types, names, flags, identifiers.
 */

#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "calls.h"
#include "fdisk.h"
#include "partition.h"
#include "uuid.h"

/* libfdisk's names of tables, where the API has others. */
static const char *const type_names[][2] = {
    { "dos", "msdos" },
    { "sgi", "dvh" },
};

char *
do_part_get_parttype (struct call *call, const char *device)
{
    cleanup_table struct table t = { 0 };
    const char *label;

    if (table_open (call, device, TABLE_READ, &t) < 0)
        return NULL;
    label = t.lib->fdisk_label_get_name (t.lib->fdisk_get_label (t.cxt,
                                                                 NULL));
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (strcmp (type_names[i][0], label) == 0)
            label = type_names[i][1];
    return xstrdup (label);
}

/* Open a table and find a partition of it. */
static struct fdisk_partition *
open_partition (struct call *call, const char *device, int partnum,
                enum table_access access, struct table *ret)
{
    if (table_open (call, device, access, ret) < 0)
        return NULL;
    return table_partition (call, ret, partnum);
}

static struct fdisk_partition *
open_typed (struct call *call, const char *device, int partnum,
            enum table_access access, enum fdisk_labeltype type,
            struct table *ret)
{
    if (table_open_type (call, device, access, type, ret) < 0)
        return NULL;
    return table_partition (call, ret, partnum);
}

/* The GPT has an attribute for it. */
#define GPT_LEGACY_BOOTABLE (UINT64_C (1) << 2)

static int
gpt_attributes (struct call *call, const struct table *t, int partnum,
                uint64_t *ret)
{
    int r = t->lib->fdisk_gpt_get_partition_attrs (t->cxt,
                                                   (size_t) partnum - 1, ret);

    return r == 0 ? 0 : table_failed (call, t, r, "reading attributes");
}

static int
is_bootable (struct call *call, const struct table *t, int partnum,
             struct fdisk_partition *p)
{
    uint64_t attributes;

    if (!table_is_type (t, FDISK_DISKLABEL_GPT))
        return t->lib->fdisk_partition_is_bootable (p) == 1;
    if (gpt_attributes (call, t, partnum, &attributes) < 0)
        return -1;
    return (attributes & GPT_LEGACY_BOOTABLE) != 0;
}

int
do_part_get_bootable (struct call *call, const char *device, int partnum)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p = open_partition (call, device, partnum,
                                                TABLE_READ, &t);

    return p ? is_bootable (call, &t, partnum, p) : -1;
}

int
do_part_set_bootable (struct call *call, const char *device, int partnum,
                      int bootable)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p = open_partition (call, device, partnum,
                                                TABLE_WRITE, &t);
    bool gpt;
    int is, r;

    if (!p)
        return -1;
    gpt = table_is_type (&t, FDISK_DISKLABEL_GPT);
    if (!gpt && !table_is_type (&t, FDISK_DISKLABEL_DOS))
        return fail (&call->err, ENOTSUP, "%s: partitions of this type of "
                     "table have no bootable flag", device);
    is = is_bootable (call, &t, partnum, p);
    if (is < 0 || is == !!bootable)
        return is < 0 ? -1 : 0;
    r = t.lib->fdisk_toggle_partition_flag (
        t.cxt, (size_t) partnum - 1,
        gpt ? GPT_FLAG_LEGACYBOOT : DOS_FLAG_ACTIVE);
    if (r != 0)
        return table_failed (call, &t, r, "setting the bootable flag");
    return table_commit (call, &t);
}

char *
do_part_get_mbr_part_type (struct call *call, const char *device, int partnum)
{
    static const char *const names[] = {
        [PART_PRIMARY] = "primary",
        [PART_LOGICAL] = "logical",
        [PART_EXTENDED] = "extended",
    };
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p = open_partition (call, device, partnum,
                                                TABLE_READ, &t);

    return p ? xstrdup (names[partition_kind (&t, p)]) : NULL;
}

int
do_part_get_mbr_id (struct call *call, const char *device, int partnum)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p
        = open_typed (call, device, partnum, TABLE_READ, FDISK_DISKLABEL_DOS,
                      &t);

    if (!p)
        return -1;
    return (int) t.lib->fdisk_parttype_get_code (
        t.lib->fdisk_partition_get_type (p));
}

static int
set_type (struct call *call, struct table *t, int partnum, unsigned code,
          const char *guid)
{
    struct fdisk_parttype *type
        = t->lib->fdisk_new_unknown_parttype (code, guid);
    int r;

    if (!type)
        out_of_memory ();
    r = t->lib->fdisk_set_partition_type (t->cxt, (size_t) partnum - 1, type);
    t->lib->fdisk_unref_parttype (type);
    if (r != 0)
        return table_failed (call, t, r, "setting the type");
    return table_commit (call, t);
}

static bool
is_extended (unsigned id)
{
    return id == 0x05 || id == 0x0f || id == 0x85;
}

int
do_part_set_mbr_id (struct call *call, const char *device, int partnum,
                    int idbyte)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p;

    if (idbyte < 1 || idbyte > 255)
        return fail (&call->err, EINVAL, "idbyte %d is not from 1 to 255",
                     idbyte);
    p = open_typed (call, device, partnum, TABLE_WRITE, FDISK_DISKLABEL_DOS,
                    &t);
    if (!p)
        return -1;
    if (is_extended ((unsigned) idbyte)
        != (partition_kind (&t, p) == PART_EXTENDED))
        return fail (&call->err, EINVAL, "%s: partition %d can't become an "
                     "extended one by its type, or stop being one", device,
                     partnum);
    return set_type (call, &t, partnum, (unsigned) idbyte, NULL);
}

/* Which partition type of a GPT an MBR's type byte comes closest to: what
 * sgdisk(8) converts them to.
 */
#define MICROSOFT_DATA "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"
#define LINUX_DATA "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
#define LINUX_SWAP "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F"
#define LINUX_LVM "E6D6D379-F507-44C2-A23C-238F2A3DF928"
#define LINUX_RAID "A19D880F-05FC-4D3B-A006-743F0F84911E"
#define EFI_SYSTEM "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
#define FREEBSD_DISKLABEL "516E7CB4-6ECF-11D6-8FF8-00022D09712B"
#define APPLE_HFS "48465300-0000-11AA-AA11-00306543ECAC"
#define APPLE_UFS "55465300-0000-11AA-AA11-00306543ECAC"

static const struct {
    unsigned id;
    const char *guid;
} mbr_guids[] = {
    { 0x01, MICROSOFT_DATA }, { 0x04, MICROSOFT_DATA },
    { 0x06, MICROSOFT_DATA }, { 0x07, MICROSOFT_DATA },
    { 0x0b, MICROSOFT_DATA }, { 0x0c, MICROSOFT_DATA },
    { 0x0e, MICROSOFT_DATA }, { 0x82, LINUX_SWAP },
    { 0x83, LINUX_DATA },     { 0x8e, LINUX_LVM },
    { 0xa5, FREEBSD_DISKLABEL }, { 0xa8, APPLE_UFS },
    { 0xaf, APPLE_HFS },      { 0xef, EFI_SYSTEM },
    { 0xfd, LINUX_RAID },
};

static char *
guid_of_mbr_id (struct call *call, const char *device, unsigned id)
{
    for (size_t i = 0; i < sizeof mbr_guids / sizeof *mbr_guids; i++)
        if (mbr_guids[i].id == id)
            return xstrdup (mbr_guids[i].guid);
    return fail_null (&call->err, EINVAL, "%s: no GPT partition type "
                      "corresponds to the MBR's 0x%02x", device, id);
}

char *
do_part_get_gpt_type (struct call *call, const char *device, int partnum)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p = open_partition (call, device, partnum,
                                                TABLE_READ, &t);
    struct fdisk_parttype *type;

    if (!p)
        return NULL;
    type = t.lib->fdisk_partition_get_type (p);
    if (table_is_type (&t, FDISK_DISKLABEL_GPT))
        return xstrdup (t.lib->fdisk_parttype_get_string (type));
    if (table_is_type (&t, FDISK_DISKLABEL_DOS))
        return guid_of_mbr_id (call, device,
                               t.lib->fdisk_parttype_get_code (type));
    return fail_null (&call->err, EINVAL, "%s: the partition table is not a "
                      "GPT", device);
}

/* The entries of a GPT have all GUIDs in capitals. */
static char *
upper_case (const char *guid)
{
    char *copy = xstrdup (guid);

    for (char *p = copy; *p; p++)
        *p = (char) toupper ((unsigned char) *p);
    return copy;
}

int
do_part_set_gpt_type (struct call *call, const char *device, int partnum,
                      const char *guid)
{
    cleanup_table struct table t = { 0 };
    cleanup_free char *upper = upper_case (guid);
    struct fdisk_partition *p;

    /* All zeroes mean that there is no partition. */
    if (!upper[strspn (upper, "0-")])
        return fail (&call->err, EINVAL, "guid '%s' stands for no partition",
                     guid);
    p = open_typed (call, device, partnum, TABLE_WRITE, FDISK_DISKLABEL_GPT,
                    &t);
    return p ? set_type (call, &t, partnum, 0, upper) : -1;
}

char *
do_part_get_gpt_guid (struct call *call, const char *device, int partnum)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p
        = open_typed (call, device, partnum, TABLE_READ, FDISK_DISKLABEL_GPT,
                      &t);

    return p ? xstrdup (t.lib->fdisk_partition_get_uuid (p)) : NULL;
}

/* Change what a template has set of a GPT's partition. */
static int
change_partition (struct call *call, struct table *t, int partnum,
                  const char *name, const char *guid)
{
    struct fdisk_partition *change = t->lib->fdisk_new_partition ();
    int r;

    if (!change)
        out_of_memory ();
    if (name)
        t->lib->fdisk_partition_set_name (change, name);
    if (guid)
        t->lib->fdisk_partition_set_uuid (change, guid);
    r = t->lib->fdisk_set_partition (t->cxt, (size_t) partnum - 1, change);
    t->lib->fdisk_unref_partition (change);
    if (r != 0)
        return table_failed (call, t, r, "changing a partition");
    return table_commit (call, t);
}

int
do_part_set_gpt_guid (struct call *call, const char *device, int partnum,
                      const char *guid)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p
        = open_typed (call, device, partnum, TABLE_WRITE,
                      FDISK_DISKLABEL_GPT, &t);

    return p ? change_partition (call, &t, partnum, NULL, guid) : -1;
}

char *
do_part_get_name (struct call *call, const char *device, int partnum)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p
        = open_typed (call, device, partnum, TABLE_READ, FDISK_DISKLABEL_GPT,
                      &t);
    const char *name;

    if (!p)
        return NULL;
    name = t.lib->fdisk_partition_get_name (p);
    return xstrdup (name ? name : "");
}

/* UTF-16 code units of a string in UTF-8. */
#define GPT_NAME_MAX 36

static size_t
utf16_length (const char *s)
{
    size_t n = 0;

    for (; *s; s++) {
        unsigned char c = (unsigned char) *s;

        n += (c & 0xc0) != 0x80;
        n += c >= 0xf0; /* a surrogate pair */
    }
    return n;
}

int
do_part_set_name (struct call *call, const char *device, int partnum,
                  const char *name)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p
        = open_typed (call, device, partnum, TABLE_WRITE,
                      FDISK_DISKLABEL_GPT, &t);

    if (!p)
        return -1;
    if (utf16_length (name) > GPT_NAME_MAX)
        return fail (&call->err, EINVAL, "name '%s' is longer than %d "
                     "characters", name, GPT_NAME_MAX);
    return change_partition (call, &t, partnum, name, NULL);
}

int64_t
do_part_get_gpt_attributes (struct call *call, const char *device,
                            int partnum)
{
    cleanup_table struct table t = { 0 };
    uint64_t attributes;

    if (!open_typed (call, device, partnum, TABLE_READ, FDISK_DISKLABEL_GPT,
                     &t)
        || gpt_attributes (call, &t, partnum, &attributes) < 0)
        return -1;
    return (int64_t) attributes;
}

int
do_part_set_gpt_attributes (struct call *call, const char *device,
                            int partnum, int64_t attributes)
{
    cleanup_table struct table t = { 0 };
    int r;

    if (!open_typed (call, device, partnum, TABLE_WRITE, FDISK_DISKLABEL_GPT,
                     &t))
        return -1;
    r = t.lib->fdisk_gpt_set_partition_attrs (t.cxt, (size_t) partnum - 1,
                                              (uint64_t) attributes);
    if (r != 0)
        return table_failed (call, &t, r, "setting attributes");
    return table_commit (call, &t);
}

char *
do_part_get_disk_guid (struct call *call, const char *device)
{
    cleanup_table struct table t = { 0 };
    char *guid = NULL;
    int r;

    if (table_open_type (call, device, TABLE_READ, FDISK_DISKLABEL_GPT, &t)
        < 0)
        return NULL;
    r = t.lib->fdisk_get_disklabel_id (t.cxt, &guid);
    if (r == 0)
        return guid;
    table_failed (call, &t, r, "reading the disk's GUID");
    return NULL;
}

int
do_part_set_disk_guid (struct call *call, const char *device,
                       const char *guid)
{
    cleanup_table struct table t = { 0 };
    int r;

    if (table_open_type (call, device, TABLE_WRITE, FDISK_DISKLABEL_GPT, &t)
        < 0)
        return -1;
    t.answer = guid;
    r = t.lib->fdisk_set_disklabel_id_from_string (t.cxt, guid);
    if (r != 0)
        return table_failed (call, &t, r, "setting the disk's GUID");
    return table_commit (call, &t);
}

int
do_part_set_disk_guid_random (struct call *call, const char *device)
{
    cleanup_free char *guid = random_uuid (&call->err);

    return guid ? do_part_set_disk_guid (call, device, guid) : -1;
}

int
do_part_expand_gpt (struct call *call, const char *device)
{
    cleanup_table struct table t = { 0 };

    if (table_open_type (call, device, TABLE_EXPAND, FDISK_DISKLABEL_GPT, &t)
        < 0)
        return -1;
    t.lib->fdisk_label_set_changed (t.lib->fdisk_get_label (t.cxt, NULL), 1);
    return table_commit (call, &t);
}
