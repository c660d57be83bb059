/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making file systems: by each one's own program, since there is no library
 * for any of them.
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "calls.h"
#include "command.h"
#include "find-program.h"
#include "probe.h"

/* How the programs want to be told what mkfs's options are.  NULL: the
 * program has no such option.
 */
struct mkfs_program {
    const char *type;
    const char *program;
    const char *always[4]; /* never ask, never mind what is there */
    const char *blocksize, *features, *inode, *sectorsize, *label;
    bool in_sectors; /* blocksize is counted in them */
};

static const struct mkfs_program programs[] = {
#define MKFS(name) .type = name, .program = "mkfs." name
#define EXT(name)                                                       \
    { MKFS (name), .always = { "-q", "-F" }, .blocksize = "-b%d",       \
      .features = "-O%s", .inode = "-I%d", .label = "-L%s" }
#define FAT(name)                                                       \
    { MKFS (name), .always = { "-I" }, .blocksize = "-s%d",             \
      .sectorsize = "-S%d", .label = "-n%s", .in_sectors = true }
    EXT ("ext2"),
    EXT ("ext3"),
    EXT ("ext4"),
    FAT ("vfat"),
    FAT ("fat"),
    FAT ("msdos"),
    { MKFS ("xfs"), .always = { "-q", "-f" }, .blocksize = "-bsize=%d",
      .inode = "-isize=%d", .sectorsize = "-ssize=%d", .label = "-L%s" },
    { MKFS ("btrfs"), .always = { "-q", "-f" }, .features = "-O%s",
      .sectorsize = "-s%d", .label = "-L%s" },
    { MKFS ("ntfs"), .always = { "-q", "-F", "-Q" }, .blocksize = "-c%d",
      .sectorsize = "-s%d", .label = "-L%s" },
    { MKFS ("exfat"), .label = "-L%s" },
    { MKFS ("f2fs"), .always = { "-f", "-q" }, .features = "-O%s",
      .sectorsize = "-w%d", .label = "-l%s" },
    { MKFS ("jfs"), .always = { "-q" }, .label = "-L%s" },
    { MKFS ("nilfs2"), .always = { "-f", "-q" }, .blocksize = "-b%d",
      .features = "-O%s", .label = "-L%s" },
    { MKFS ("reiserfs"), .always = { "-q", "-f", "-f" }, .blocksize = "-b%d",
      .label = "-l%s" },
    { MKFS ("udf"), .blocksize = "-b%d", .label = "-l%s" },
    { MKFS ("minix") },
#undef FAT
#undef EXT
#undef MKFS
};

/* Any other: whatever mkfs.TYPE the host has, with nothing but a device. */
static int
find_mkfs (struct call *call, const char *type, struct mkfs_program *ret,
              char **ret_name)
{
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (strcmp (programs[i].type, type) == 0) {
            *ret = programs[i];
            return 0;
        }
    if (!*type || type[strspn (type, "abcdefghijklmnopqrstuvwxyz0123456789"
                                     "-_")])
        return fail (&call->err, EINVAL, "'%s' is no type of file system",
                     type);
    *ret_name = xasprintf ("mkfs.%s", type);
    *ret = (struct mkfs_program) { .type = type, .program = *ret_name };
    return 0;
}

/* One option: given means that it is to be set. */
static int
add_option (struct call *call, struct command *c, const char *type,
            const char *name, bool given, const char *format, int number,
            const char *text)
{
    if (!given)
        return 0;
    if (!format)
        return fail (&call->err, ENOTSUP, "%s: a file system of this type "
                     "can't be made with the option '%s'", type, name);
    if (!text && number <= 0)
        return fail (&call->err, EINVAL, "%s %d must be more than 0", name,
                     number);
    if (text)
        command_add_format (c, format, text);
    else
        command_add_format (c, format, number);
    return 0;
}

/* FAT counts the sectors of its blocks, the clusters. */
static int
resolve_blocksize (struct call *call, const struct mkfs_program *p,
                   const struct mkfs_opts *o, int *ret)
{
    int sector = o->given & MKFS_SECTORSIZE ? o->sectorsize : 512;

    *ret = o->blocksize;
    if (!(o->given & MKFS_BLOCKSIZE) || !p->in_sectors || sector <= 0)
        return 0;
    *ret = o->blocksize / sector;
    if (o->blocksize <= 0 || o->blocksize % sector)
        return fail (&call->err, EINVAL, "blocksize %d must be a multiple of "
                     "the sector's %d bytes", o->blocksize, sector);
    return 0;
}

static int
add_options (struct call *call, struct command *c,
             const struct mkfs_program *p, const struct mkfs_opts *o)
{
    int blocksize;

    if (resolve_blocksize (call, p, o, &blocksize) < 0
        || add_option (call, c, p->type, "blocksize",
                       o->given & MKFS_BLOCKSIZE, p->blocksize, blocksize,
                       NULL) < 0
        || add_option (call, c, p->type, "features",
                       o->given & MKFS_FEATURES, p->features, 0,
                       o->features) < 0
        || add_option (call, c, p->type, "inode", o->given & MKFS_INODE,
                       p->inode, o->inode, NULL) < 0
        || add_option (call, c, p->type, "sectorsize",
                       o->given & MKFS_SECTORSIZE, p->sectorsize,
                       o->sectorsize, NULL) < 0
        || add_option (call, c, p->type, "label", o->given & MKFS_LABEL,
                       p->label, 0, o->label) < 0)
        return -1;
    return 0;
}

int
do_mkfs (struct call *call, const char *fstype, const char *device,
         const struct mkfs_opts *opts)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_free char *name = NULL;
    struct mkfs_program p = { 0 };

    if (find_mkfs (call, fstype, &p, &name) < 0)
        return -1;
    command_add (&c, p.program, NULL);
    for (size_t i = 0; i < 4 && p.always[i]; i++)
        command_add (&c, p.always[i], NULL);
    if (add_options (call, &c, &p, opts) < 0)
        return -1;
    command_add (&c, device, NULL);
    /* Not every program removes what else could be recognized there. */
    if (find_program (p.program, &call->err) < 0
        || wipe_signatures (device, &call->err) < 0)
        return -1;
    return command_check (&c, &call->err);
}

int
do_mkfs_b (struct call *call, const char *fstype, int blocksize,
           const char *device)
{
    struct mkfs_opts opts = { .given = MKFS_BLOCKSIZE,
                              .blocksize = blocksize };

    return do_mkfs (call, fstype, device, &opts);
}

static int
add_btrfs_number (struct call *call, struct command *c, const char *name,
                  const char *option, bool given, int64_t value)
{
    if (!given)
        return 0;
    if (value < 0)
        return fail (&call->err, EINVAL, "%s %" PRIi64 " must not be "
                     "negative", name, value);
    command_add (c, option, NULL);
    command_add_format (c, "%" PRIi64, value);
    return 0;
}

/* allocstart is an option that mkfs.btrfs does not have any more, and never
 * needed; leafsize it calls nodesize.
 */
static int
add_btrfs_options (struct call *call, struct command *c,
                   const struct mkfs_btrfs_opts *o)
{
    if (o->given & MKFS_BTRFS_DATATYPE)
        command_add (c, "-d", o->datatype, NULL);
    if (o->given & MKFS_BTRFS_METADATA)
        command_add (c, "-m", o->metadata, NULL);
    if (o->given & MKFS_BTRFS_LABEL)
        command_add (c, "-L", o->label, NULL);
    if (add_btrfs_number (call, c, "bytecount", "-b",
                          o->given & MKFS_BTRFS_BYTECOUNT, o->bytecount) < 0
        || add_btrfs_number (call, c, "leafsize", "-n",
                             o->given & MKFS_BTRFS_LEAFSIZE, o->leafsize) < 0
        || add_btrfs_number (call, c, "nodesize", "-n",
                             o->given & MKFS_BTRFS_NODESIZE, o->nodesize) < 0
        || add_btrfs_number (call, c, "sectorsize", "-s",
                             o->given & MKFS_BTRFS_SECTORSIZE,
                             o->sectorsize) < 0)
        return -1;
    return 0;
}

int
do_mkfs_btrfs (struct call *call, char *const *devices,
               const struct mkfs_btrfs_opts *opts)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (!devices[0])
        return fail (&call->err, EINVAL, "devices: a btrfs needs at least "
                     "one");
    command_add (&c, "mkfs.btrfs", "-q", "-f", NULL);
    if (add_btrfs_options (call, &c, opts) < 0)
        return -1;
    for (size_t i = 0; devices[i]; i++) {
        if (wipe_signatures (devices[i], &call->err) < 0)
            return -1;
        command_add (&c, devices[i], NULL);
    }
    return command_check (&c, &call->err);
}
