/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making ext2, ext3 and ext4 with everything that mke2fs(8) takes. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "calls.h"
#include "command.h"
#include "probe.h"
#include "uuid.h"

/* An option with a number, as mke2fs spells it. */
static const struct number {
    uint64_t bit;
    size_t field;
    bool is_int; /* the field; else it is an int64_t */
    const char *option, *format, *name;
    int64_t min;
} numbers[] = {
#define NUMBER(BIT, field, is_int, option, format, min)                     \
    { MKE2FS_##BIT, offsetof (struct mke2fs_opts, field), is_int, option,   \
      format "%" PRIi64, #field, min }
    NUMBER (BLOCKSIZE, blocksize, false, "-b", "", 1),
    NUMBER (FRAGSIZE, fragsize, false, "-f", "", 1),
    NUMBER (BLOCKSPERGROUP, blockspergroup, false, "-g", "", 1),
    NUMBER (NUMBEROFGROUPS, numberofgroups, false, "-G", "", 1),
    NUMBER (BYTESPERINODE, bytesperinode, false, "-i", "", 1),
    NUMBER (INODESIZE, inodesize, false, "-I", "", 1),
    NUMBER (JOURNALSIZE, journalsize, false, "-J", "size=", 1),
    NUMBER (NUMBEROFINODES, numberofinodes, false, "-N", "", 1),
    NUMBER (STRIDESIZE, stridesize, false, "-E", "stride=", 1),
    NUMBER (STRIPEWIDTH, stripewidth, false, "-E", "stripe_width=", 1),
    NUMBER (MAXONLINERESIZE, maxonlineresize, false, "-E", "resize=", 1),
    NUMBER (RESERVEDBLOCKSPERCENTAGE, reservedblockspercentage, true, "-m",
            "", 0),
    NUMBER (MMPUPDATEINTERVAL, mmpupdateinterval, true, "-E",
            "mmp_update_interval=", 0),
#undef NUMBER
};

static const struct {
    uint64_t bit;
    size_t field;
    const char *option;
} strings[] = {
#define STRING(BIT, field, option)                                          \
    { MKE2FS_##BIT, offsetof (struct mke2fs_opts, field), option }
    STRING (LABEL, label, "-L"),
    STRING (LASTMOUNTEDDIR, lastmounteddir, "-M"),
    STRING (CREATOROS, creatoros, "-o"),
    STRING (FSTYPE, fstype, "-t"),
    STRING (USAGETYPE, usagetype, "-T"),
    STRING (UUID, uuid, "-U"),
#undef STRING
};

/* What is said when a flag is true, and when it is false; NULL: nothing. */
static const struct {
    uint64_t bit;
    size_t field;
    const char *option, *yes, *no;
} flags[] = {
#define FLAG(BIT, field, option, yes, no)                                   \
    { MKE2FS_##BIT, offsetof (struct mke2fs_opts, field), option, yes, no }
#define FEATURE(BIT, field, feature)                                        \
    FLAG (BIT, field, "-O", feature, "^" feature)
    FLAG (WRITESBANDGROUPONLY, writesbandgrouponly, "-S", "", NULL),
    FLAG (LAZYITABLEINIT, lazyitableinit, "-E", "lazy_itable_init=1",
          "lazy_itable_init=0"),
    FLAG (LAZYJOURNALINIT, lazyjournalinit, "-E", "lazy_journal_init=1",
          "lazy_journal_init=0"),
    FLAG (TESTFS, testfs, "-E", "test_fs", NULL),
    FLAG (DISCARD, discard, "-E", "discard", "nodiscard"),
    FLAG (QUOTATYPE, quotatype, "-E", "quotatype=usrquota:grpquota", NULL),
    FEATURE (EXTENT, extent, "extent"),
    FEATURE (FILETYPE, filetype, "filetype"),
    FEATURE (FLEXBG, flexbg, "flex_bg"),
    FEATURE (HASJOURNAL, hasjournal, "has_journal"),
    FEATURE (JOURNALDEV, journaldev, "journal_dev"),
    FEATURE (LARGEFILE, largefile, "large_file"),
    FEATURE (QUOTA, quota, "quota"),
    FEATURE (RESIZEINODE, resizeinode, "resize_inode"),
    FEATURE (SPARSESUPER, sparsesuper, "sparse_super"),
    FEATURE (UNINITBG, uninitbg, "uninit_bg"),
#undef FEATURE
#undef FLAG
};

#define COUNT(array) (sizeof (array) / sizeof *(array))

/* mke2fs wants all that it is told by one of these in one argument, with
 * commas in between.
 */
static const char *const joined_options[] = { "-E", "-J", "-O" };

#define JOINED COUNT (joined_options)

struct arguments {
    struct command *c;
    char *joined[JOINED];
};

static void
arguments_free (struct arguments *a)
{
    for (size_t i = 0; i < JOINED; i++)
        free (a->joined[i]);
}

static void
add_take (struct arguments *a, const char *option, char *take_value)
{
    cleanup_free char *value = take_value;

    for (size_t i = 0; i < JOINED; i++)
        if (strcmp (joined_options[i], option) == 0) {
            char *before = a->joined[i];

            a->joined[i] = before ? xasprintf ("%s,%s", before, value)
                                  : steal (&value);
            free (before);
            return;
        }
    command_add (a->c, option, NULL);
    if (*value)
        command_add (a->c, value, NULL);
}

static void
add_joined (struct arguments *a)
{
    for (size_t i = 0; i < JOINED; i++)
        if (a->joined[i])
            command_add (a->c, joined_options[i], a->joined[i], NULL);
}

static const void *
field_of (const struct mke2fs_opts *opts, size_t offset)
{
    return (const char *) opts + offset;
}

static int
too_small (struct call *call, const char *name, int64_t value, int64_t min)
{
    return fail (&call->err, EINVAL, "%s %" PRIi64 " must be at least %"
                 PRIi64, name, value, min);
}

static int
add_number (struct call *call, struct arguments *a, const struct number *n,
            const struct mke2fs_opts *opts)
{
    const void *field = field_of (opts, n->field);
    int64_t value = n->is_int ? *(const int *) field
                              : *(const int64_t *) field;

    if (value < n->min)
        return too_small (call, n->name, value, n->min);
    add_take (a, n->option, xasprintf (n->format, value));
    return 0;
}

static int
add_numbers (struct call *call, struct arguments *a,
             const struct mke2fs_opts *opts)
{
    for (size_t i = 0; i < COUNT (numbers); i++)
        if (opts->given & numbers[i].bit
            && add_number (call, a, &numbers[i], opts) < 0)
            return -1;
    return 0;
}

static void
add_strings (struct arguments *a, const struct mke2fs_opts *opts)
{
    for (size_t i = 0; i < COUNT (strings); i++)
        if (opts->given & strings[i].bit)
            command_add (a->c, strings[i].option,
                         *(const char *const *) field_of (opts,
                                                          strings[i].field),
                         NULL);
}

static void
add_flags (struct arguments *a, const struct mke2fs_opts *opts)
{
    for (size_t i = 0; i < COUNT (flags); i++) {
        bool yes = *(const int *) field_of (opts, flags[i].field);
        const char *value = yes ? flags[i].yes : flags[i].no;

        if (opts->given & flags[i].bit && value)
            add_take (a, flags[i].option, xstrdup (value));
    }
}

/* "/dev/sdb", "LABEL=x", "UUID=x". */
static int
add_journal_device (struct call *call, struct arguments *a,
                    const char *journal)
{
    cleanup_free char *device = device_to_kernel (call->daemon, journal);

    if (strchr (journal, ','))
        return fail (&call->err, EINVAL, "journaldevice '%s' must not "
                     "contain a comma", journal);
    add_take (a, "-J", xasprintf ("device=%s", device));
    return 0;
}

static int
add_all (struct call *call, struct arguments *a, const char *device,
         const struct mke2fs_opts *opts)
{
    if (opts->given & MKE2FS_FORCECREATE && opts->forcecreate)
        command_add (a->c, "-F", NULL);
    if (add_numbers (call, a, opts) < 0)
        return -1;
    add_strings (a, opts);
    add_flags (a, opts);
    if (opts->given & MKE2FS_JOURNALDEVICE
        && add_journal_device (call, a, opts->journaldevice) < 0)
        return -1;
    add_joined (a);
    command_add (a->c, device, NULL);
    if (!(opts->given & MKE2FS_BLOCKSCOUNT))
        return 0;
    if (opts->blockscount < 1)
        return too_small (call, "blockscount", opts->blockscount, 1);
    command_add_format (a->c, "%" PRIi64, opts->blockscount);
    return 0;
}

int
do_mke2fs (struct call *call, const char *device,
           const struct mke2fs_opts *opts)
{
    cleanup_command struct command c = COMMAND_NONE;
    struct arguments a = { .c = &c };
    int r;

    /* -F: a whole disk will do, too. */
    command_add (&c, "mke2fs", "-q", "-F", NULL);
    r = add_all (call, &a, device, opts);
    arguments_free (&a);
    if (r < 0)
        return -1;
    /* Only the superblock is written, around what is there. */
    if (!(opts->given & MKE2FS_WRITESBANDGROUPONLY
          && opts->writesbandgrouponly)
        && wipe_signatures (device, &call->err) < 0)
        return -1;
    return command_check (&c, &call->err);
}

static int
make_journal (struct call *call, int blocksize, const char *device,
              const struct mke2fs_opts *more)
{
    struct mke2fs_opts opts = *more;

    opts.given |= MKE2FS_BLOCKSIZE | MKE2FS_JOURNALDEV;
    opts.blocksize = blocksize;
    opts.journaldev = 1;
    return do_mke2fs (call, device, &opts);
}

int
do_mke2journal (struct call *call, int blocksize, const char *device)
{
    return make_journal (call, blocksize, device,
                         &(struct mke2fs_opts) { 0 });
}

int
do_mke2journal_L (struct call *call, int blocksize, const char *label,
                  const char *device)
{
    return make_journal (call, blocksize, device,
                         &(struct mke2fs_opts) { .given = MKE2FS_LABEL,
                                                 .label = label });
}

int
do_mke2journal_U (struct call *call, int blocksize, const char *uuid,
                  const char *device)
{
    if (!is_uuid (uuid))
        return fail (&call->err, EINVAL, "'%s' is no UUID", uuid);
    return make_journal (call, blocksize, device,
                         &(struct mke2fs_opts) { .given = MKE2FS_UUID,
                                                 .uuid = uuid });
}

static int
make_with_journal (struct call *call, const char *fstype, int blocksize,
                   const char *device, const char *journal)
{
    struct mke2fs_opts opts = {
        .given = MKE2FS_FSTYPE | MKE2FS_BLOCKSIZE | MKE2FS_JOURNALDEVICE,
        .fstype = fstype,
        .blocksize = blocksize,
        .journaldevice = journal,
    };

    return do_mke2fs (call, device, &opts);
}

int
do_mke2fs_J (struct call *call, const char *fstype, int blocksize,
             const char *device, const char *journal)
{
    return make_with_journal (call, fstype, blocksize, device, journal);
}

int
do_mke2fs_JL (struct call *call, const char *fstype, int blocksize,
              const char *device, const char *label)
{
    cleanup_free char *journal = xasprintf ("LABEL=%s", label);

    return make_with_journal (call, fstype, blocksize, device, journal);
}

int
do_mke2fs_JU (struct call *call, const char *fstype, int blocksize,
              const char *device, const char *uuid)
{
    cleanup_free char *journal = xasprintf ("UUID=%s", uuid);

    return make_with_journal (call, fstype, blocksize, device, journal);
}
