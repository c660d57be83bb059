/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls for ext2, ext3 and ext4 alone.  What changes a file system is done
 * by its own tools, whose checks nobody wants to repeat.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "calls.h"
#include "command.h"
#include "ext2fs.h"
#include "label.h"
#include "probe.h"
#include "sysroot.h"

/* "Block size:               4096" */
static void
add_field (struct strings *result, const char *line)
{
    const char *colon = strchr (line, ':');
    const char *value;

    if (!colon)
        return;
    value = colon + 1 + strspn (colon + 1, " \t");
    strings_add_take (result, xstrndup (line, (size_t) (colon - line)));
    strings_add (result, strcmp (value, "<none>") == 0        ? ""
                         : strcmp (value, "<not available>") == 0 ? ""
                                                              : value);
}

char **
do_tune2fs_l (struct call *call, const char *device)
{
    cleanup_free char *text = ext2_describe (device, &call->err);
    cleanup_strings struct strings result = STRINGS_EMPTY;
    cleanup_string_array char **lines = NULL;

    if (!text)
        return NULL;
    lines = string_split_lines (text);
    for (size_t i = 0; lines[i]; i++)
        add_field (&result, lines[i]);
    return strings_steal (&result);
}

static int
add_number (struct call *call, struct command *c, const char *option,
            const char *name, bool given, int64_t value, const char *unit)
{
    if (!given)
        return 0;
    if (value < 0)
        return fail (&call->err, EINVAL, "%s %" PRIi64 " must not be "
                     "negative", name, value);
    command_add (c, option, NULL);
    command_add_format (c, "%" PRIi64 "%s", value, unit);
    return 0;
}

static int
add_tune_numbers (struct call *call, struct command *c,
                  const struct tune2fs_opts *o)
{
    const struct {
        uint64_t bit;
        const char *option, *name;
        int64_t value;
        const char *unit;
    } numbers[] = {
        { TUNE2FS_MOUNTCOUNT, "-C", "mountcount", o->mountcount, "" },
        { TUNE2FS_GROUP, "-g", "group", o->group, "" },
        { TUNE2FS_INTERVALBETWEENCHECKS, "-i", "intervalbetweenchecks",
          o->intervalbetweenchecks, o->intervalbetweenchecks ? "s" : "" },
        { TUNE2FS_RESERVEDBLOCKSPERCENTAGE, "-m",
          "reservedblockspercentage", o->reservedblockspercentage, "" },
        { TUNE2FS_RESERVEDBLOCKSCOUNT, "-r", "reservedblockscount",
          o->reservedblockscount, "" },
        { TUNE2FS_USER, "-u", "user", o->user, "" },
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (add_number (call, c, numbers[i].option, numbers[i].name,
                        o->given & numbers[i].bit, numbers[i].value,
                        numbers[i].unit) < 0)
            return -1;
    return 0;
}

static int
check_error_behavior (struct call *call, const char *behavior)
{
    static const char *const known[] = { "continue", "remount-ro", "panic",
                                         NULL };

    if (string_array_contains ((char *const *) known, behavior))
        return 0;
    return fail (&call->err, EINVAL, "errorbehavior '%s' is not continue, "
                 "remount-ro or panic", behavior);
}

int
do_tune2fs (struct call *call, const char *device,
            const struct tune2fs_opts *opts)
{
    cleanup_command struct command c = COMMAND_NONE;

    command_add (&c, "tune2fs", NULL);
    if (opts->given & TUNE2FS_FORCE && opts->force)
        command_add (&c, "-f", NULL);
    if (opts->given & TUNE2FS_MAXMOUNTCOUNT) {
        /* It takes -1, which is "never" as well as 0. */
        command_add (&c, "-c", NULL);
        command_add_format (&c, "%d", opts->maxmountcount);
    }
    if (add_tune_numbers (call, &c, opts) < 0)
        return -1;
    if (opts->given & TUNE2FS_ERRORBEHAVIOR) {
        if (check_error_behavior (call, opts->errorbehavior) < 0)
            return -1;
        command_add (&c, "-e", opts->errorbehavior, NULL);
    }
    if (opts->given & TUNE2FS_LASTMOUNTEDDIRECTORY)
        command_add (&c, "-M", opts->lastmounteddirectory, NULL);
    command_add (&c, device, NULL);
    return command_check (&c, &call->err);
}

/* e2fsck(8)'s exit status: 1 errors corrected, 2 reboot. */
#define E2FSCK_GOOD (1 | 2)

static int
check (struct call *call, const char *device, const char *option)
{
    cleanup_command struct command c = COMMAND_NONE;

    command_add (&c, "e2fsck", "-f", option, device, NULL);
    if (command_run (&c, &call->err) < 0)
        return -1;
    if ((c.status & ~E2FSCK_GOOD) == 0)
        return 0;
    /* What is wrong it says on stdout. */
    if (!*c.errors || c.status == 4)
        return fail (&call->err, EIO, "e2fsck: %s: %s", device,
                     c.output ? c.output : "");
    return command_failed (&c, &call->err);
}

int
do_e2fsck (struct call *call, const char *device,
           const struct e2fsck_opts *opts)
{
    bool correct = opts->given & E2FSCK_CORRECT && opts->correct;
    bool yes = opts->given & E2FSCK_FORCEALL && opts->forceall;
    bool no = opts->given & E2FSCK_FORCENO && opts->forceno;

    if (correct + yes + no > 1)
        return fail (&call->err, EINVAL, "only one of the options correct, "
                     "forceall and forceno can be given");
    return check (call, device, yes ? "-y" : no ? "-n" : "-p");
}

int
do_e2fsck_f (struct call *call, const char *device)
{
    return check (call, device, "-p");
}

static int
resize (struct call *call, const char *device, const char *argument)
{
    cleanup_command struct command c = COMMAND_NONE;
    bool minimum = strcmp (argument, "-M") == 0;

    command_add (&c, "resize2fs", NULL);
    if (minimum)
        command_add (&c, argument, NULL);
    command_add (&c, device, NULL);
    if (!minimum && *argument)
        command_add (&c, argument, NULL);
    return command_check (&c, &call->err);
}

int
do_resize2fs (struct call *call, const char *device)
{
    return resize (call, device, "");
}

int
do_resize2fs_M (struct call *call, const char *device)
{
    return resize (call, device, "-M");
}

int
do_resize2fs_size (struct call *call, const char *device, int64_t size)
{
    cleanup_free char *argument = NULL;

    if (size < 1024)
        return fail (&call->err, EINVAL, "size %" PRIi64 " is too small",
                     size);
    argument = xasprintf ("%" PRIi64 "K", size / 1024);
    return resize (call, device, argument);
}

static int
check_ext (struct call *call, const char *device)
{
    cleanup_free char *type = probe_value (device, "TYPE", &call->err);

    if (!type)
        return -1;
    if (string_starts_with (type, "ext") && strlen (type) == 4)
        return 0;
    return fail (&call->err, EINVAL, "%s: no ext2, ext3 or ext4", device);
}

static char *
get_ext_value (struct call *call, const char *device, const char *name)
{
    if (check_ext (call, device) < 0)
        return NULL;
    return probe_value (device, name, &call->err);
}

char *
do_get_e2label (struct call *call, const char *device)
{
    return get_ext_value (call, device, "LABEL");
}

char *
do_get_e2uuid (struct call *call, const char *device)
{
    return get_ext_value (call, device, "UUID");
}

int
do_set_e2label (struct call *call, const char *device, const char *label)
{
    return check_ext (call, device) < 0
               ? -1
               : set_device_label (call, device, label);
}

/* Also what tune2fs(8) takes instead of a UUID. */
int
do_set_e2uuid (struct call *call, const char *device, const char *uuid)
{
    static const char *const words[] = { "clear", "random", "time", NULL };
    cleanup_command struct command c = COMMAND_NONE;

    if (check_ext (call, device) < 0)
        return -1;
    if (!string_array_contains ((char *const *) words, uuid))
        return set_device_uuid (call, device, uuid);
    command_add (&c, "tune2fs", "-U", uuid, device, NULL);
    return command_check (&c, &call->err);
}

/* The letters of lsattr(1). */
static const struct {
    char letter;
    int flag;
} attributes[] = {
    { 's', FS_SECRM_FL },     { 'u', FS_UNRM_FL },
    { 'S', FS_SYNC_FL },      { 'D', FS_DIRSYNC_FL },
    { 'i', FS_IMMUTABLE_FL }, { 'a', FS_APPEND_FL },
    { 'd', FS_NODUMP_FL },    { 'A', FS_NOATIME_FL },
    { 'c', FS_COMPR_FL },     { 'E', FS_ENCRYPT_FL },
    { 'j', FS_JOURNAL_DATA_FL }, { 'I', FS_INDEX_FL },
    { 't', FS_NOTAIL_FL },    { 'T', FS_TOPDIR_FL },
    { 'e', FS_EXTENT_FL },    { 'C', FS_NOCOW_FL },
    { 'x', FS_DAX_FL },       { 'F', FS_CASEFOLD_FL },
    { 'N', FS_INLINE_DATA_FL }, { 'P', FS_PROJINHERIT_FL },
    { 'V', FS_VERITY_FL },    { 'm', FS_NOCOMP_FL },
};

#define NR_ATTRIBUTES (sizeof attributes / sizeof *attributes)

/* A file's flags belong to files and directories; opening anything else
 * might wait for ever.
 */
static int
open_file (struct call *call, const char *path)
{
    cleanup_fd int fd = -1;
    struct stat st;

    if (sysroot_stat (call, path, true, &st) < 0)
        return -1;
    if (!S_ISREG (st.st_mode) && !S_ISDIR (st.st_mode))
        return fail (&call->err, EINVAL, "%s: neither a file nor a "
                     "directory", path);
    fd = sysroot_open (call, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    return steal_fd (&fd);
}

static int
request (struct call *call, const char *path, int fd, unsigned long number,
         void *arg)
{
    if (ioctl (fd, number, arg) == 0)
        return 0;
    if (errno == ENOTTY)
        return fail (&call->err, ENOTSUP, "%s: its file system has no such "
                     "attributes", path);
    return fail (&call->err, errno, "%s: %m", path);
}

char *
do_get_e2attrs (struct call *call, const char *file)
{
    cleanup_fd int fd = open_file (call, file);
    char letters[NR_ATTRIBUTES + 1];
    size_t n = 0;
    int flags = 0;

    if (fd < 0 || request (call, file, fd, FS_IOC_GETFLAGS, &flags) < 0)
        return NULL;
    for (size_t i = 0; i < NR_ATTRIBUTES; i++)
        if (flags & attributes[i].flag)
            letters[n++] = attributes[i].letter;
    letters[n] = '\0';
    return xstrdup (letters);
}

static int
parse_attributes (struct call *call, const char *letters, int *ret)
{
    int flags = 0;

    for (; *letters; letters++) {
        size_t i = 0;

        while (i < NR_ATTRIBUTES && attributes[i].letter != *letters)
            i++;
        if (i == NR_ATTRIBUTES)
            return fail (&call->err, EINVAL, "attrs: there is no attribute "
                         "'%c'", *letters);
        flags |= attributes[i].flag;
    }
    *ret = flags;
    return 0;
}

int
do_set_e2attrs (struct call *call, const char *file, const char *attrs,
                const struct set_e2attrs_opts *opts)
{
    cleanup_fd int fd = -1;
    int change = 0, flags = 0;

    if (parse_attributes (call, attrs, &change) < 0)
        return -1;
    fd = open_file (call, file);
    if (fd < 0 || request (call, file, fd, FS_IOC_GETFLAGS, &flags) < 0)
        return -1;
    if (opts->given & SET_E2ATTRS_CLEAR && opts->clear)
        flags &= ~change;
    else
        flags |= change;
    return request (call, file, fd, FS_IOC_SETFLAGS, &flags);
}

int64_t
do_get_e2generation (struct call *call, const char *file)
{
    cleanup_fd int fd = open_file (call, file);
    unsigned generation = 0;

    if (fd < 0
        || request (call, file, fd, FS_IOC_GETVERSION, &generation) < 0)
        return -1;
    return generation;
}

int
do_set_e2generation (struct call *call, const char *file, int64_t generation)
{
    cleanup_fd int fd = -1;
    unsigned value = (unsigned) generation;

    if (generation < 0 || generation > UINT32_MAX)
        return fail (&call->err, EINVAL, "generation %" PRIi64 " does not "
                     "fit into 32 bits", generation);
    fd = open_file (call, file);
    return fd < 0 ? -1
                  : request (call, file, fd, FS_IOC_SETVERSION, &value);
}

int
do_mklost_and_found (struct call *call, const char *mountpoint)
{
    cleanup_fd int fd = sysroot_open (call, mountpoint,
                                      O_RDONLY | O_DIRECTORY, 0);

    if (fd < 0)
        return -1;
    return ext2_make_lost_and_found (fd, mountpoint, &call->err);
}
