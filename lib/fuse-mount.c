/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounting by libfuse, and unmounting. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "command.h"
#include "fuse-mount.h"
#include "libfuse.h"
#include "string-list.h"
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

/* Pass a descriptor on to another table of them, and take it out there. */

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE (sizeof (int))];
};

static void
send_descriptor (int sock, int fd)
{
    union control control = {
        .header = {
            .cmsg_level = SOL_SOCKET,
            .cmsg_type = SCM_RIGHTS,
            .cmsg_len = CMSG_LEN (sizeof fd),
        },
    };
    struct iovec iov = { (char *) "", 1 };
    const struct msghdr message = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };

    memcpy (CMSG_DATA (&control.header), &fd, sizeof fd);
    (void) !sendmsg (sock, &message, MSG_NOSIGNAL);
}

/* -1 if none has come. */
static int
receive_descriptor (int sock)
{
    union control control;
    char byte;
    struct iovec iov = { &byte, 1 };
    struct msghdr message = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    int fd;

    if (recvmsg (sock, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) <= 0
        || message.msg_controllen < CMSG_LEN (sizeof fd)
        || control.header.cmsg_type != SCM_RIGHTS)
        return -1;
    memcpy (&fd, CMSG_DATA (&control.header), sizeof fd);
    return fd;
}

struct mounting {
    const struct libfuse *fuse;
    const char *folder, *options;
    int sock;    /* for the descriptor */
    int errors;  /* a file for what fusermount3 prints */
    char *heard; /* what libfuse has said */
};

/* fusermount3 has the stderr of the process that libfuse is in.  A thread with
 * descriptors of its own can have another one; where that is not allowed, the
 * text goes where it always goes.
 */
static void *
mount_thread (void *opaque)
{
    struct mounting *m = opaque;
    const struct libfuse *fuse = m->fuse;
    struct fuse_session *session;

    if (unshare (CLONE_FILES) == 0)
        dup2 (m->errors, STDERR_FILENO);
    libfuse_listen (fuse);
    session = new_session (fuse, m->options);
    if (session) {
        if (fuse->fuse_session_mount (session, m->folder) == 0)
            send_descriptor (m->sock, fuse->fuse_session_fd (session));
        fuse->fuse_session_destroy (session);
    }
    m->heard = libfuse_heard ();
    return NULL;
}

static int
fail_mount (const struct mounting *m, struct error *err)
{
    char printed[1024];
    ssize_t n = pread (m->errors, printed, sizeof printed - 1, 0);

    printed[n > 0 ? n : 0] = '\0';
    string_trim_end (printed);
    if (!m->heard && !*printed)
        return fail (err, EIO, "%s: mounting failed", m->folder);
    return fail (err, EIO, "%s: mounting failed: %s%s%s", m->folder,
                 m->heard ? m->heard : "", m->heard && *printed ? "; " : "",
                 printed);
}

int
fuse_mount (const char *folder, const char *options, struct error *err)
{
    cleanup_fd int ours = -1, theirs = -1, fd = -1;
    cleanup_fd int errors = memfd_create ("fusermount3", MFD_CLOEXEC);
    cleanup_free char *heard = NULL;
    struct mounting m = {
        .fuse = load_libfuse (err),
        .folder = folder,
        .options = options,
        .errors = errors,
    };
    pthread_t thread;
    int r;

    if (!m.fuse || check_installed (err) < 0
        || socket_pair (&ours, &theirs, err) < 0)
        return -1;
    m.sock = theirs;
    r = pthread_create (&thread, NULL, mount_thread, &m);
    if (r != 0)
        return fail (err, r, "starting a thread: %m");
    pthread_join (thread, NULL);
    heard = m.heard;
    fd = receive_descriptor (ours);
    if (fd < 0)
        return fail_mount (&m, err);
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
