/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making file systems: by each one's own program, since there is no library
 * for any of them.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "calls.h"
#include "command.h"

/* How the programs want to be told what mkfs's options are.  NULL: the
 * program has no such option.
 */
struct mkfs_program {
    const char *type;
    const char *program;
    const char *always[4]; /* never ask, never mind what is there */
    const char *blocksize, *features, *inode, *sectorsize, *label;
};

static const struct mkfs_program programs[] = {
    { "ext2", "mkfs.ext2", { "-q", "-F" }, "-b%d", "-O%s", "-I%d", NULL,
      "-L%s" },
    { "ext3", "mkfs.ext3", { "-q", "-F" }, "-b%d", "-O%s", "-I%d", NULL,
      "-L%s" },
    { "ext4", "mkfs.ext4", { "-q", "-F" }, "-b%d", "-O%s", "-I%d", NULL,
      "-L%s" },
    { "xfs", "mkfs.xfs", { "-q", "-f" }, "-bsize=%d", NULL, "-isize=%d",
      "-ssize=%d", "-L%s" },
    { "btrfs", "mkfs.btrfs", { "-q", "-f" }, NULL, "-O%s", NULL, "-s%d",
      "-L%s" },
    { "ntfs", "mkfs.ntfs", { "-q", "-F", "-Q" }, "-c%d", NULL, NULL, "-s%d",
      "-L%s" },
    { "vfat", "mkfs.vfat", { "-I" }, NULL, NULL, NULL, "-S%d", "-n%s" },
    { "fat", "mkfs.fat", { "-I" }, NULL, NULL, NULL, "-S%d", "-n%s" },
    { "msdos", "mkfs.msdos", { "-I" }, NULL, NULL, NULL, "-S%d", "-n%s" },
    { "exfat", "mkfs.exfat", { NULL }, NULL, NULL, NULL, NULL, "-L%s" },
    { "f2fs", "mkfs.f2fs", { "-f", "-q" }, NULL, "-O%s", NULL, "-w%d",
      "-l%s" },
    { "jfs", "mkfs.jfs", { "-q" }, NULL, NULL, NULL, NULL, "-L%s" },
    { "nilfs2", "mkfs.nilfs2", { "-f", "-q" }, "-b%d", "-O%s", NULL, NULL,
      "-L%s" },
    { "reiserfs", "mkfs.reiserfs", { "-q", "-f", "-f" }, "-b%d", NULL, NULL,
      NULL, "-l%s" },
    { "udf", "mkfs.udf", { NULL }, "-b%d", NULL, NULL, NULL, "-l%s" },
    { "minix", "mkfs.minix", { NULL }, NULL, NULL, NULL, NULL, NULL },
};

/* Any other: whatever mkfs.TYPE the host has, with nothing but a device. */
static int
find_program (struct call *call, const char *type, struct mkfs_program *ret,
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

static int
add_options (struct call *call, struct command *c,
             const struct mkfs_program *p, const struct mkfs_opts *o)
{
    int blocksize = o->blocksize;

    /* FAT counts its blocks, the clusters, in sectors. */
    if (add_option (call, c, p->type, "blocksize",
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

    if (find_program (call, fstype, &p, &name) < 0)
        return -1;
    command_add (&c, p.program, NULL);
    for (size_t i = 0; i < 4 && p.always[i]; i++)
        command_add (&c, p.always[i], NULL);
    if (add_options (call, &c, &p, opts) < 0)
        return -1;
    command_add (&c, device, NULL);
    return command_check (&c, &call->err);
}
