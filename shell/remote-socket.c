/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket of remote control: where it is, and who is at its other end. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "remote-socket.h"

/* Whoever can write there can put a socket of his own in ours' place. */
static int
check_folder (const char *folder, struct error *err)
{
    cleanup_fd int fd = open (folder, O_DIRECTORY | O_NOFOLLOW | O_RDONLY
                                      | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat (fd, &st) < 0)
        return fail (err, errno, "%s: %m", folder);
    if (st.st_uid != geteuid () || (st.st_mode & 077) != 0)
        return fail (err, EPERM, "%s: this folder does not belong to this "
                     "user alone, so it can't be trusted", folder);
    return 0;
}

char *
remote_folder (enum remote_place place, struct error *err)
{
    const char *runtime = getenv ("XDG_RUNTIME_DIR");
    cleanup_free char *folder = NULL;

    if (place == REMOTE_TMP)
        folder = xasprintf ("/tmp/.guestfish-%u", (unsigned) geteuid ());
    else if (runtime && *runtime == '/')
        folder = xasprintf ("%s/guestfish", runtime);
    else
        return NULL;
    if (mkdir (folder, 0700) < 0 && errno != EEXIST)
        return place == REMOTE_TMP ? fail_null (err, errno, "%s: %m", folder)
                                   : NULL;
    if (check_folder (folder, err) < 0)
        return NULL;
    return steal (&folder);
}

int
remote_address (const char *folder, int pid, struct sockaddr_un *ret,
                struct error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    cleanup_free char *path = xasprintf ("%s/socket-%d", folder, pid);

    if (strlen (path) >= sizeof address.sun_path)
        return fail (err, ENAMETOOLONG, "%s: too long for a socket", path);
    memcpy (address.sun_path, path, strlen (path));
    *ret = address;
    return 0;
}

int
remote_check_peer (int socket, struct error *err)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    if (getsockopt (socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return fail (err, errno, "SO_PEERCRED: %m");
    if (peer.uid != geteuid ())
        return fail (err, EPERM, "the other end of the socket is a process "
                     "of user %u", (unsigned) peer.uid);
    return 0;
}

/* Room for the file descriptors beside a message, aligned. */
union control {
    char buffer[CMSG_SPACE (REMOTE_FDS * sizeof (int))];
    struct cmsghdr align;
};

int
remote_send_greeting (int socket, struct error *err)
{
    static const int fds[REMOTE_FDS] = { STDIN_FILENO, STDOUT_FILENO,
                                         STDERR_FILENO };
    char greeting[] = REMOTE_GREETING;
    struct iovec iov = { greeting, sizeof greeting - 1 };
    union control control = { .buffer = { 0 } };
    struct msghdr message = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = control.buffer,
        .msg_controllen = sizeof control.buffer,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR (&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN (sizeof fds);
    memcpy (CMSG_DATA (header), fds, sizeof fds);
    if (sendmsg (socket, &message, MSG_NOSIGNAL) != (ssize_t) iov.iov_len)
        return fail (err, errno, "sending to guestfish --listen: %m");
    return 0;
}

/* Take what descriptors came, whatever came with them. */
static size_t
take_fds (struct msghdr *message, int fds[REMOTE_FDS])
{
    struct cmsghdr *header = CMSG_FIRSTHDR (message);
    size_t count;

    if (!header || header->cmsg_level != SOL_SOCKET
        || header->cmsg_type != SCM_RIGHTS)
        return 0;
    count = (header->cmsg_len - CMSG_LEN (0)) / sizeof (int);
    if (count > REMOTE_FDS)
        count = REMOTE_FDS;
    memcpy (fds, CMSG_DATA (header), count * sizeof (int));
    return count;
}

int
remote_receive_greeting (int socket, int ret_fds[REMOTE_FDS],
                         struct error *err)
{
    char greeting[sizeof REMOTE_GREETING - 1];
    struct iovec iov = { greeting, sizeof greeting };
    union control control;
    struct msghdr message = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = control.buffer,
        .msg_controllen = sizeof control.buffer,
    };
    ssize_t n = recvmsg (socket, &message, MSG_CMSG_CLOEXEC);
    size_t count;

    if (n < 0)
        return fail (err, errno, "a remote command: %m");
    count = take_fds (&message, ret_fds);
    if (n == (ssize_t) sizeof greeting && count == REMOTE_FDS
        && memcmp (greeting, REMOTE_GREETING, sizeof greeting) == 0)
        return 0;
    while (count > 0)
        close (ret_fds[--count]);
    return fail (err, EPROTO, "a remote command of another version of "
                 "guestfish");
}
