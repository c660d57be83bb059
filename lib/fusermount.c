/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounting and unmounting by fusermount3, a setuid program of libfuse's.  It
 * opens /dev/fuse, mounts, and sends the descriptor through a socket whose
 * number is in the environment.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "command.h"
#include "fusermount.h"
#include "memory.h"
#include "supervised.h"

/* Not looked for in PATH: with a setuid program one is careful. */
#define FUSERMOUNT "/usr/bin/fusermount3"

/* The number that the socket has in fusermount3. */
#define CHILD_SOCKET 3
#define CHILD_ENVIRONMENT "_FUSE_COMMFD=3"

#define FUSE_DEVICE "/dev/fuse"

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

/* For struct command: with the socket, and nothing else of ours. */
static int
start_with_socket (struct command *c, const int fds[3], pid_t *ret_pid,
                   struct error *err)
{
    const int *sock = c->opaque;
    char *const environment[] = { (char *) CHILD_ENVIRONMENT, NULL };
    posix_spawn_file_actions_t actions;
    int r;

    posix_spawn_file_actions_init (&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2 (&actions, fds[i], i);
    posix_spawn_file_actions_adddup2 (&actions, *sock, CHILD_SOCKET);
    r = posix_spawn (ret_pid, c->argv.item[0], &actions, NULL, c->argv.item,
                     environment);
    posix_spawn_file_actions_destroy (&actions);
    if (r != 0)
        return fail (err, r, "%s: %m", c->argv.item[0]);
    return 0;
}

/* The descriptor that came through the socket, or -1. */
static int
receive_descriptor (int sock)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE (sizeof (int))];
    } control;
    char byte;
    struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    const struct cmsghdr *header;
    int fd;

    if (recvmsg (sock, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) <= 0)
        return -1;
    header = CMSG_FIRSTHDR (&message);
    if (!header || header->cmsg_type != SCM_RIGHTS
        || header->cmsg_len != CMSG_LEN (sizeof fd))
        return -1;
    memcpy (&fd, CMSG_DATA (header), sizeof fd);
    return fd;
}

int
fusermount_mount (const char *folder, const char *options, struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_fd int ours = -1, theirs = -1, fd = -1;

    if (check_installed (err) < 0 || socket_pair (&ours, &theirs, err) < 0)
        return -1;
    command_add (&c, FUSERMOUNT, "-o", options, "--", folder, NULL);
    c.start = start_with_socket;
    c.opaque = &theirs;
    if (command_check (&c, err) < 0)
        return -1;
    fd = receive_descriptor (ours);
    if (fd < 0 || fcntl (fd, F_SETFL, O_NONBLOCK) < 0)
        return fail (err, EPROTO, FUSERMOUNT ": no descriptor came from it");
    return steal_fd (&fd);
}

int
fusermount_unmount (const char *folder, bool lazily, struct error *err)
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
