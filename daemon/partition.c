/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that make partition tables and change which partitions there are. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "block.h"
#include "calls.h"
#include "fdisk.h"
#include "partition.h"

static const struct {
    const char *type;
    const char *label; /* libfdisk's name; NULL: it can't be made */
} label_types[] = {
    { "msdos", "dos" }, { "mbr", "dos" }, { "gpt", "gpt" }, { "efi", "gpt" },
    { "sun", "sun" },   { "dvh", "sgi" }, { "aix", NULL },  { "amiga", NULL },
    { "rdb", NULL },    { "bsd", NULL },  { "dasd", NULL }, { "mac", NULL },
    { "pc98", NULL },
};

#define SUPPORTED "msdos (or mbr), gpt (or efi), sun, dvh"

static const char *
label_of_type (struct call *call, const char *type)
{
    for (size_t i = 0; i < sizeof label_types / sizeof *label_types; i++)
        if (strcmp (label_types[i].type, type) == 0) {
            if (label_types[i].label)
                return label_types[i].label;
            return fail_null (&call->err, ENOTSUP, "partition tables of type "
                              "'%s' can't be made; these can: " SUPPORTED,
                              type);
        }
    return fail_null (&call->err, EINVAL, "'%s' is no type of partition "
                      "table; these are: " SUPPORTED, type);
}

/* A new Sun table comes with partitions that nobody has asked for. */
static int
delete_examples (struct table *t)
{
    int r = 0;

    for (size_t i = 0; i < 2 && r == 0; i++)
        if (t->lib->fdisk_is_partition_used (t->cxt, i))
            r = t->lib->fdisk_delete_partition (t->cxt, i);
    return r;
}

/* A new table, not written yet.  Whatever signatures the disk has, those
 * of the old table at its end too, are wiped with it.
 */
static int
create_table (struct call *call, const char *device, const char *type,
              struct table *ret)
{
    const char *label = label_of_type (call, type);
    int r;

    if (!label || table_open_any (call, device, TABLE_WRITE, ret) < 0
        || check_disk_unused (call, ret) < 0)
        return -1;
    ret->lib->fdisk_enable_wipe (ret->cxt, 1);
    r = ret->lib->fdisk_create_disklabel (ret->cxt, label);
    if (r == 0 && table_is_type (ret, FDISK_DISKLABEL_SUN))
        r = delete_examples (ret);
    if (r == 0) {
        ret->lib->fdisk_unref_table (ret->partitions);
        ret->partitions = NULL;
        r = ret->lib->fdisk_get_partitions (ret->cxt, &ret->partitions);
    }
    return r == 0 ? 0 : table_failed (call, ret, r,
                                      "making a partition table");
}

int
do_part_init (struct call *call, const char *device, const char *parttype)
{
    cleanup_table struct table t = { 0 };

    if (create_table (call, device, parttype, &t) < 0)
        return -1;
    return table_commit (call, &t);
}

/* The numbers of a partition that is to be made or changed. */
struct extent {
    uint64_t start, end; /* sectors, both inclusive */
    enum part_kind kind;
    size_t number; /* counted from 0 */
};

static const struct {
    const char *name;
    enum part_kind kind;
} part_kinds[] = {
    { "p", PART_PRIMARY },  { "primary", PART_PRIMARY },
    { "l", PART_LOGICAL },  { "logical", PART_LOGICAL },
    { "e", PART_EXTENDED }, { "extended", PART_EXTENDED },
};

static int
parse_kind (struct call *call, const struct table *t, const char *name,
            enum part_kind *ret)
{
    for (size_t i = 0; i < sizeof part_kinds / sizeof *part_kinds; i++)
        if (strcmp (part_kinds[i].name, name) == 0) {
            *ret = part_kinds[i].kind;
            if (*ret == PART_PRIMARY
                || table_is_type (t, FDISK_DISKLABEL_DOS))
                return 0;
            return fail (&call->err, EINVAL, "%s: only an MBR can have %s "
                         "partitions", t->device, part_kinds[i].name);
        }
    return fail (&call->err, EINVAL, "'%s' is no kind of partition: use "
                 "primary, logical or extended", name);
}

/* Negative sectors count from the end: -1 is the last one. */
static int
resolve_sectors (struct call *call, const struct table *t, int64_t start,
                 int64_t end, struct extent *ret)
{
    int64_t sectors = (int64_t) t->lib->fdisk_get_nsectors (t->cxt);

    if (end < 0)
        end += sectors;
    if (start < 0)
        return fail (&call->err, EINVAL, "startsect %" PRIi64 " must not be "
                     "negative", start);
    if (start >= sectors || end >= sectors)
        return fail (&call->err, EINVAL, "%s: has %" PRIi64 " sectors only",
                     t->device, sectors);
    if (end < start)
        return fail (&call->err, EINVAL, "a partition can't end (sector %"
                     PRIi64 ") before it starts (%" PRIi64 ")", end, start);
    /* The MBR has 32 bits for each. */
    if (table_is_type (t, FDISK_DISKLABEL_DOS) && end > UINT32_MAX)
        return fail (&call->err, EFBIG, "%s: an MBR can't describe a "
                     "partition beyond sector 4294967295: use a GPT",
                     t->device);
    ret->start = (uint64_t) start;
    ret->end = (uint64_t) end;
    return 0;
}

enum part_kind
partition_kind (const struct table *t, struct fdisk_partition *p)
{
    if (t->lib->fdisk_partition_is_container (p))
        return PART_EXTENDED;
    return t->lib->fdisk_partition_is_nested (p) ? PART_LOGICAL
                                                 : PART_PRIMARY;
}

static bool
overlap (const struct table *t, struct fdisk_partition *p,
         const struct extent *e)
{
    return e->start <= t->lib->fdisk_partition_get_end (p)
           && e->end >= t->lib->fdisk_partition_get_start (p);
}

static bool
contains (uint64_t start, uint64_t end, uint64_t inner_start,
          uint64_t inner_end)
{
    /* The extended partition itself begins with a table of one sector. */
    return start < inner_start && inner_end <= end;
}

/* May the two be on one disk? */
static bool
get_along (const struct table *t, struct fdisk_partition *p,
           const struct extent *e)
{
    uint64_t start = t->lib->fdisk_partition_get_start (p);
    uint64_t end = t->lib->fdisk_partition_get_end (p);
    enum part_kind kind = partition_kind (t, p);

    if (kind == PART_EXTENDED && e->kind == PART_LOGICAL)
        return contains (start, end, e->start, e->end);
    if (kind == PART_LOGICAL && e->kind == PART_EXTENDED)
        return contains (e->start, e->end, start, end);
    return !overlap (t, p, e);
}

/* A Sun or SGI table has a partition that stands for the whole disk. */
static bool
matters (const struct table *t, struct fdisk_partition *p)
{
    return t->lib->fdisk_partition_is_used (p)
           && !t->lib->fdisk_partition_is_wholedisk (p);
}

static int
check_extent (struct call *call, const struct table *t,
              const struct extent *e)
{
    size_t n = t->lib->fdisk_table_get_nents (t->partitions);
    bool extended = false;

    for (size_t i = 0; i < n; i++) {
        struct fdisk_partition *p
            = t->lib->fdisk_table_get_partition (t->partitions, i);
        size_t number = t->lib->fdisk_partition_get_partno (p);

        if (!matters (t, p) || number == e->number)
            continue;
        extended |= partition_kind (t, p) == PART_EXTENDED;
        if (!get_along (t, p, e))
            return fail (&call->err, EINVAL, "%s: sectors %" PRIu64 " to %"
                         PRIu64 " collide with partition %zu", t->device,
                         e->start, e->end, number + 1);
    }
    if (e->kind == PART_LOGICAL && !extended)
        return fail (&call->err, EINVAL, "%s: logical partitions need an "
                     "extended one to be in", t->device);
    return 0;
}

/* The first free number; an MBR's logical partitions begin with the fifth.
 */
static int
choose_number (struct call *call, const struct table *t, struct extent *e)
{
    bool mbr = table_is_type (t, FDISK_DISKLABEL_DOS);
    size_t max = mbr ? 4 : t->lib->fdisk_get_npartitions (t->cxt);

    if (e->kind == PART_LOGICAL) {
        e->number = 4;
        while (t->lib->fdisk_is_partition_used (t->cxt, e->number))
            e->number++;
        return 0;
    }
    for (size_t i = 0; i < max; i++)
        if (!t->lib->fdisk_is_partition_used (t->cxt, i)) {
            e->number = i;
            return 0;
        }
    return fail (&call->err, ENOSPC, "%s: all %zu %spartitions are there "
                 "already", t->device, max, mbr ? "primary " : "");
}

/* Linux and Windows call it so where it may lie beyond 8 GB. */
#define MBR_EXTENDED_LBA 0x0f

static void
describe_new (const struct table *t, const struct extent *e,
              struct fdisk_partition *pa)
{
    const struct fdisk *lib = t->lib;
    /* In an SGI table libfdisk makes them one sector shorter. */
    uint64_t more = table_is_type (t, FDISK_DISKLABEL_SGI) ? 1 : 0;

    lib->fdisk_partition_set_start (pa, e->start);
    lib->fdisk_partition_set_size (pa, e->end - e->start + 1 + more);
    lib->fdisk_partition_size_explicit (pa, 1);
    lib->fdisk_partition_set_partno (pa, e->number);
    if (e->kind == PART_EXTENDED) {
        struct fdisk_parttype *type
            = lib->fdisk_new_unknown_parttype (MBR_EXTENDED_LBA, NULL);

        lib->fdisk_partition_set_type (pa, type);
        lib->fdisk_unref_parttype (type);
    }
}

/* Did libfdisk do as it was told?  Some tables count in cylinders. */
static int
check_exact (struct call *call, const struct table *t, const struct extent *e)
{
    struct fdisk_partition *pa = NULL;
    uint64_t start, end;
    int r = t->lib->fdisk_get_partition (t->cxt, e->number, &pa);

    if (r != 0)
        return table_failed (call, t, r, "adding a partition");
    start = t->lib->fdisk_partition_get_start (pa);
    end = t->lib->fdisk_partition_get_end (pa);
    t->lib->fdisk_unref_partition (pa);
    if (start == e->start && end == e->end)
        return 0;
    return fail (&call->err, EINVAL, "%s: this type of partition table can't "
                 "have a partition from sector %" PRIu64 " to %" PRIu64
                 " (it could from %" PRIu64 " to %" PRIu64 ")", t->device,
                 e->start, e->end, start, end);
}

/* Add to the table in memory. */
static int
add_partition (struct call *call, struct table *t, struct extent *e)
{
    struct fdisk_partition *pa;
    int r;

    if (choose_number (call, t, e) < 0 || check_extent (call, t, e) < 0)
        return -1;
    pa = t->lib->fdisk_new_partition ();
    if (!pa)
        out_of_memory ();
    describe_new (t, e, pa);
    r = t->lib->fdisk_add_partition (t->cxt, pa, NULL);
    t->lib->fdisk_unref_partition (pa);
    if (r != 0)
        return table_failed (call, t, r, "adding a partition");
    return check_exact (call, t, e);
}

int
do_part_add (struct call *call, const char *device, const char *prlogex,
             int64_t startsect, int64_t endsect)
{
    cleanup_table struct table t = { 0 };
    struct extent e = { 0 };

    if (table_open (call, device, TABLE_WRITE, &t) < 0
        || parse_kind (call, &t, prlogex, &e.kind) < 0
        || resolve_sectors (call, &t, startsect, endsect, &e) < 0
        || add_partition (call, &t, &e) < 0)
        return -1;
    return table_commit (call, &t);
}

/* Sectors that are left free at the end: the GPT's backup takes 33. */
#define TAIL_SECTORS 128

/* What the one partition of part_disk begins and ends at a multiple of, in
 * sectors: 1 MiB, less on a disk smaller than 8 MiB, or a whole cylinder.
 */
static uint64_t
disk_grain (const struct table *t, uint64_t sectors)
{
    const struct fdisk *lib = t->lib;
    uint64_t size = lib->fdisk_get_sector_size (t->cxt);

    if (lib->fdisk_label_require_geometry (lib->fdisk_get_label (t->cxt,
                                                                 NULL)))
        return lib->fdisk_get_geom_heads (t->cxt)
               * lib->fdisk_get_geom_sectors (t->cxt);
    return (sectors * size >= 8 << 20 ? 1 << 20 : 32 << 10) / size;
}

static int
whole_disk (struct call *call, const struct table *t, struct extent *ret)
{
    uint64_t sectors = t->lib->fdisk_get_nsectors (t->cxt);
    uint64_t grain = disk_grain (t, sectors);

    *ret = (struct extent) { .kind = PART_PRIMARY };
    if (sectors < 2 * grain + TAIL_SECTORS)
        return fail (&call->err, ENOSPC, "%s: too small for a partition",
                     t->device);
    return resolve_sectors (call, t, (int64_t) grain,
                            (int64_t) ((sectors - TAIL_SECTORS) / grain
                                       * grain - 1),
                            ret);
}

int
do_part_disk (struct call *call, const char *device, const char *parttype)
{
    cleanup_table struct table t = { 0 };
    struct extent e;

    if (create_table (call, device, parttype, &t) < 0
        || whole_disk (call, &t, &e) < 0
        || add_partition (call, &t, &e) < 0)
        return -1;
    return table_commit (call, &t);
}

/* Logical partitions behind one that goes are renumbered, and those of an
 * extended one go with it: nothing may use them.
 */
static int
check_deletable (struct call *call, const struct table *t,
                 struct fdisk_partition *victim)
{
    size_t n = t->lib->fdisk_table_get_nents (t->partitions);
    size_t number = t->lib->fdisk_partition_get_partno (victim);
    enum part_kind kind = partition_kind (t, victim);

    for (size_t i = 0; i < n; i++) {
        struct fdisk_partition *p
            = t->lib->fdisk_table_get_partition (t->partitions, i);
        size_t other = t->lib->fdisk_partition_get_partno (p);
        bool follows = kind != PART_PRIMARY && other > number
                       && partition_kind (t, p) == PART_LOGICAL;

        if ((other == number || follows)
            && check_partition_unused (call, t, (int) other + 1) < 0)
            return -1;
    }
    return 0;
}

int
do_part_del (struct call *call, const char *device, int partnum)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p;
    int r;

    if (table_open (call, device, TABLE_WRITE, &t) < 0)
        return -1;
    p = table_partition (call, &t, partnum);
    if (!p || check_deletable (call, &t, p) < 0)
        return -1;
    r = t.lib->fdisk_delete_partition (t.cxt, (size_t) partnum - 1);
    if (r != 0)
        return table_failed (call, &t, r, "deleting a partition");
    return table_commit (call, &t);
}

static int
set_size (struct call *call, struct table *t, const struct extent *e)
{
    struct fdisk_partition *change = t->lib->fdisk_new_partition ();
    int r;

    if (!change)
        out_of_memory ();
    t->lib->fdisk_partition_set_size (change, e->end - e->start + 1);
    t->lib->fdisk_partition_size_explicit (change, 1);
    r = t->lib->fdisk_set_partition (t->cxt, e->number, change);
    t->lib->fdisk_unref_partition (change);
    if (r != 0)
        return table_failed (call, t, r, "resizing a partition");
    return check_exact (call, t, e);
}

int
do_part_resize (struct call *call, const char *device, int partnum,
                int64_t endsect)
{
    cleanup_table struct table t = { 0 };
    struct fdisk_partition *p;
    struct extent e = { 0 };
    int64_t start;

    if (table_open (call, device, TABLE_WRITE, &t) < 0)
        return -1;
    p = table_partition (call, &t, partnum);
    if (!p)
        return -1;
    start = (int64_t) t.lib->fdisk_partition_get_start (p);
    e.kind = partition_kind (&t, p);
    e.number = (size_t) partnum - 1;
    if (resolve_sectors (call, &t, start, endsect, &e) < 0
        || check_extent (call, &t, &e) < 0 || set_size (call, &t, &e) < 0)
        return -1;
    return table_commit (call, &t);
}

/* A table may tell of partitions that no disk can have. */
static int
partition_in_bytes (struct call *call, const char *device,
                    const struct table *t, struct fdisk_partition *p,
                    wire_partition *ret)
{
    uint64_t sector_size = t->lib->fdisk_get_sector_size (t->cxt);
    uint64_t last_sector = INT64_MAX / sector_size - 1;
    uint64_t start = t->lib->fdisk_partition_get_start (p);
    uint64_t end = t->lib->fdisk_partition_get_end (p);
    uint64_t size = t->lib->fdisk_partition_get_size (p);
    int number = (int) t->lib->fdisk_partition_get_partno (p) + 1;

    if (size == 0 || end < start || end > last_sector
        || end - start != size - 1)
        return fail (&call->err, EINVAL, "%s: its table is damaged: "
                     "partition %d is said to have %" PRIu64 " sectors from "
                     "sector %" PRIu64 " on", device, number, size, start);
    *ret = (wire_partition) {
        .part_num = number,
        .part_start = start * sector_size,
        .part_end = (end + 1) * sector_size - 1,
        .part_size = size * sector_size,
    };
    return 0;
}

int
do_part_list (struct call *call, const char *device,
              wire_partition_list *ret_partitions)
{
    cleanup_table struct table t = { 0 };
    cleanup_free wire_partition *list = NULL;
    u_int count = 0;
    size_t n;

    if (table_open (call, device, TABLE_READ, &t) < 0)
        return -1;
    t.lib->fdisk_table_sort_partitions (t.partitions,
                                        t.lib->fdisk_partition_cmp_start);
    n = t.lib->fdisk_table_get_nents (t.partitions);
    list = xcalloc (n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        struct fdisk_partition *p
            = t.lib->fdisk_table_get_partition (t.partitions, i);

        if (!matters (&t, p))
            continue;
        if (partition_in_bytes (call, device, &t, p, &list[count++]) < 0)
            return -1;
    }
    ret_partitions->wire_partition_list_len = count;
    ret_partitions->wire_partition_list_val = steal (&list);
    return 0;
}

char **
do_list_partitions (struct call *call)
{
    cleanup_strings struct strings names = STRINGS_EMPTY;
    cleanup_strings struct strings result = STRINGS_EMPTY;

    if (block_all_partitions (call->daemon, &names, &call->err) < 0)
        return NULL;
    for (size_t i = 0; i < names.count; i++) {
        cleanup_free char *device = xasprintf ("/dev/%s", names.item[i]);

        strings_add_take (&result, device_to_api (call->daemon, device));
    }
    return strings_steal (&result);
}

/* A partition is looked for in the kernel: the table may be of any type. */
static int
find_partition (struct call *call, const char *device, struct block *ret)
{
    if (block_find (device, ret, &call->err) < 0)
        return -1;
    if (!ret->partition)
        return fail (&call->err, EINVAL, "%s: is no partition", device);
    return 0;
}

char *
do_part_to_dev (struct call *call, const char *partition)
{
    cleanup_block struct block b = { 0 };
    cleanup_free char *device = NULL;

    if (find_partition (call, partition, &b) < 0)
        return NULL;
    device = xasprintf ("/dev/%s", b.disk);
    return device_to_api (call->daemon, device);
}

int
do_part_to_partnum (struct call *call, const char *partition)
{
    cleanup_block struct block b = { 0 };

    return find_partition (call, partition, &b) < 0 ? -1 : b.partition;
}
