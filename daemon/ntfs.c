/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls for NTFS alone, which ntfs-3g's programs do.  The file system must
 * not be mounted.
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "calls.h"
#include "command.h"
#include "find-program.h"
#include "output.h"
#include "server.h"

int
do_ntfs_3g_probe (struct call *call, int rw, const char *device)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (find_program ("ntfs-3g.probe", &call->err) < 0)
        return -1;
    command_add (&c, "ntfs-3g.probe", rw ? "--readwrite" : "--readonly",
                 device, NULL);
    return command_run (&c, &call->err) < 0 ? -1 : c.status;
}

/* The program prints errors among its other words, on stdout. */
static int
check_both (struct command *c, struct error *err)
{
    if (command_run (c, err) < 0)
        return -1;
    if (c->status == 0)
        return 0;
    if (!*c->errors && *c->output) {
        string_trim_end (c->output);
        return fail (err, EIO, "%s: %s", c->argv.item[0], c->output);
    }
    return command_failed (c, err);
}

int
do_ntfsfix (struct call *call, const char *device,
            const struct ntfsfix_opts *opts)
{
    cleanup_command struct command c = COMMAND_NONE;

    command_add (&c, "ntfsfix", NULL);
    if (opts->clearbadsectors)
        command_add (&c, "--clear-bad-sectors", NULL);
    command_add (&c, device, NULL);
    return check_both (&c, &call->err);
}

/* Once --force lets it start without a question, twice it also takes no
 * notice of a check that Windows should make first.
 */
static int
resize (struct call *call, const char *device, const int64_t *size,
        bool force)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (size && *size <= 0)
        return fail (&call->err, EINVAL, "size %" PRIi64 " must be more than "
                     "0", *size);
    command_add (&c, "ntfsresize", "--no-progress-bar", NULL);
    if (force)
        command_add (&c, "--force", "--force", NULL);
    if (size)
        command_add_format (&c, "--size=%" PRIi64, *size);
    command_add (&c, device, NULL);
    c.input = "y\n";
    c.input_size = 2;
    return check_both (&c, &call->err);
}

int
do_ntfsresize (struct call *call, const char *device,
               const struct ntfsresize_opts *opts)
{
    return resize (call, device,
                   opts->given & NTFSRESIZE_SIZE ? &opts->size : NULL,
                   opts->force);
}

int
do_ntfsresize_size (struct call *call, const char *device, int64_t size)
{
    return resize (call, device, &size, false);
}

int
do_ntfs_chmod (struct call *call, const char *device, int mode,
               const char *path, const struct ntfs_chmod_opts *opts)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (mode < 0 || mode > 07777)
        return fail (&call->err, EINVAL, "mode 0%o is not from 0 to 07777",
                     mode);
    if (path[0] != '/')
        return fail (&call->err, EINVAL, "path '%s' must be absolute", path);
    command_add (&c, "ntfssecaudit", NULL);
    if (opts->recursive)
        command_add (&c, "-r", NULL);
    command_add (&c, device, NULL);
    command_add_format (&c, "%o", mode);
    command_add (&c, path, NULL);
    return check_both (&c, &call->err);
}

int
do_ntfscat_i (struct call *call, const struct mountable *device,
              int64_t inode)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (inode < 0)
        return fail (&call->err, EINVAL, "inode %" PRIi64 " must not be "
                     "negative", inode);
    command_add (&c, "ntfscat", NULL);
    command_add_format (&c, "--inode=%" PRIi64, inode);
    command_add (&c, device->device, NULL);
    return send_command_output (call, &c);
}

int
do_ntfsclone_out (struct call *call, const char *device,
                  const struct ntfsclone_out_opts *opts)
{
    cleanup_command struct command c = COMMAND_NONE;
    const struct {
        bool given;
        const char *option;
    } options[] = {
        { opts->metadataonly, "--metadata" },
        { opts->rescue, "--rescue" },
        { opts->ignorefscheck, "--ignore-fs-check" },
        { opts->preservetimestamps, "--preserve-timestamps" },
        { opts->force, "--force" },
    };

    command_add (&c, "ntfsclone", "--quiet", "--save-image", "--output=-",
                 NULL);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].given)
            command_add (&c, options[i].option, NULL);
    command_add (&c, device, NULL);
    return send_command_output (call, &c);
}

/* What the library sends is the program's input. */
static ssize_t
receive_input (void *opaque, const char **ret, struct error *err)
{
    struct call *call = opaque;
    struct iovec piece;
    int n = receive_pieces (call, &piece, 1);

    if (n > 0) {
        *ret = piece.iov_base;
        return (ssize_t) piece.iov_len;
    }
    if (n < 0)
        error_move (err, &call->err);
    return n;
}

int
do_ntfsclone_in (struct call *call, const char *device)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    command_add (&c, "ntfsclone", "--quiet", "--restore-image", "--overwrite",
                 device, "-", NULL);
    c.source = receive_input;
    c.opaque = call;
    if (check_both (&c, &err) == 0)
        return 0;
    error_move (&call->err, &err);
    return -1;
}
