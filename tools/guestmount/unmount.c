/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unmounting by fusermount3(1). */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "command.h"
#include "unmount.h"

/* The newer one first. */
static const char *const programs[] = { "fusermount3", "fusermount" };

#define PROGRAMS (sizeof programs / sizeof *programs)

static int
run_program (const char *program, const char *mountpoint, struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;

    command_add (&c, program, "-u", "--", mountpoint, NULL);
    if (command_run (&c, err) < 0)
        return -1;
    if (c.status == 0)
        return 0;
    command_failed (&c, err);
    if (strstr (c.errors, "busy"))
        err->errnum = EBUSY;
    else if (err->errnum == ENOENT)
        err->errnum = EIO;
    return -1;
}

/* Root needs no help. */
static int
unmount_as_root (const char *mountpoint, struct error *err)
{
    if (umount2 (mountpoint, UMOUNT_NOFOLLOW) < 0)
        return fail (err, errno, "%s: %m", mountpoint);
    return 0;
}

int
unmount_once (const char *mountpoint, struct error *err)
{
    for (size_t i = 0; i < PROGRAMS; i++) {
        error_clear (err);
        if (run_program (programs[i], mountpoint, err) == 0)
            return 0;
        if (err->errnum != ENOENT)
            return -1;
    }
    if (geteuid () == 0)
        return unmount_as_root (mountpoint, err);
    return fail (err, ENOENT, "fusermount3 is not in PATH (package fuse3)");
}
