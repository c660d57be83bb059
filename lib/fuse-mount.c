/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounting by libfuse, and unmounting. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "command.h"
#include "fuse-mount.h"
#include "libfuse.h"
#include "memory.h"
#include "supervised.h"

#define FUSERMOUNT "/usr/bin/fusermount3"
#define FUSE_DEVICE "/dev/fuse"

/* libfuse does not say which package it wants.  fusermount3 may be needed by
 * root as well, in a container.
 */
static int
check_installed (struct error *err)
{
    if (access (FUSERMOUNT, X_OK) < 0)
        return fail (err, ENOTSUP, FUSERMOUNT ": needed to mount, and not "
                     "there (package fuse3)");
    if (access (FUSE_DEVICE, F_OK) < 0)
        return fail (err, ENOTSUP, FUSE_DEVICE ": needed to mount, and not "
                     "there (is the kernel's module 'fuse' loaded?)");
    return 0;
}

/* A session of libfuse's that does nothing but mount. */
static struct fuse_session *
new_session (const struct libfuse *fuse, const char *options)
{
    const struct fuse_lowlevel_ops none = { 0 };
    struct fuse_args args;
    struct fuse_session *session;

    libfuse_args (fuse, options, &args);
    session = fuse->fuse_session_new (&args, &none, sizeof none, NULL);
    fuse->fuse_opt_free_args (&args);
    return session;
}

/* Mounted, with a descriptor of our own: -1 if not. */
static int
mount_session (const struct libfuse *fuse, struct fuse_session *session,
               const char *folder)
{
    if (fuse->fuse_session_mount (session, folder) != 0)
        return -1;
    return fcntl (fuse->fuse_session_fd (session), F_DUPFD_CLOEXEC, 0);
}

/* What fusermount3 itself complains of is on stderr. */
static int
fail_mount (const char *folder, const char *heard, struct error *err)
{
    return fail (err, EIO, "%s: mounting failed: %s", folder,
                 heard ? heard : "stderr says why");
}

int
fuse_mount (const char *folder, const char *options, struct error *err)
{
    const struct libfuse *fuse = load_libfuse (err);
    cleanup_free char *heard = NULL;
    cleanup_fd int fd = -1;
    struct fuse_session *session;

    if (!fuse || check_installed (err) < 0)
        return -1;
    libfuse_listen (fuse);
    session = new_session (fuse, options);
    if (session) {
        fd = mount_session (fuse, session, folder);
        fuse->fuse_session_destroy (session);
    }
    heard = libfuse_heard ();
    if (fd < 0)
        return fail_mount (folder, heard, err);
    if (fcntl (fd, F_SETFL, O_NONBLOCK) < 0)
        return fail (err, errno, FUSE_DEVICE ": %m");
    return steal_fd (&fd);
}

/* Not by libfuse: its fuse_session_unmount () unmounts lazily, so it can't
 * say that something is in use, and closes the descriptor before, so that what
 * the kernel has not written yet would be lost.
 */
int
fuse_unmount (const char *folder, bool lazily, struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;

    if (geteuid () == 0) {
        if (umount2 (folder, UMOUNT_NOFOLLOW | (lazily ? MNT_DETACH : 0)) < 0)
            return fail (err, errno, "%s: unmounting: %m", folder);
        return 0;
    }
    command_add (&c, FUSERMOUNT, "-u", NULL);
    if (lazily)
        command_add (&c, "-z", NULL);
    command_add (&c, "--", folder, NULL);
    if (command_run (&c, err) < 0)
        return -1;
    if (c.status == 0)
        return 0;
    if (strstr (c.errors, "busy"))
        return fail (err, EBUSY, "%s: unmounting: %m", folder);
    return command_failed (&c, err);
}
