/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the guestmount that serves a mount point: it listens on a socket
 * whose abstract name has the number of its file system, and its own.  The
 * name goes with the process, and the kernel tells who listens.  All that is
 * ever said is, at the end, DONE or FAILED and why.
 *
 * Any user can make a socket with such a name: so only a process of the user
 * who has mounted the file system, which the kernel tells too, is believed.
 * The number of a file system can be used anew as soon as it is unmounted:
 * so there may be two such processes, one of which is ending.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "server.h"
#include "string-list.h"

/* All sockets; abstract names begin with an at sign there. */
#define SOCKETS "/proc/net/unix"
#define SOCKETS_MAX (64 << 20)

#define DONE '0'
#define FAILED '1'

#define FAILURE_MAX 4096 /* of a reason, the rest is left out */

struct server {
    int pidfd; /* -1: it has ended */
    int connection;
};

/* "@guestmount/MAJOR:MINOR/", and the process's number follows. */
static char *
name_prefix (const struct mounted *m)
{
    return xasprintf ("@guestmount/%s/", m->device);
}

/* An abstract name is what follows a NUL byte, and has none at its end. */
static socklen_t
make_address (const char *name, struct sockaddr_un *ret)
{
    size_t length = strnlen (name, sizeof ret->sun_path);

    *ret = (struct sockaddr_un) { .sun_family = AF_UNIX };
    memcpy (ret->sun_path, name, length);
    ret->sun_path[0] = '\0';
    return (socklen_t) (offsetof (struct sockaddr_un, sun_path) + length);
}

int
server_announce (const char *mountpoint)
{
    cleanup_fd int fd = socket (AF_UNIX,
                                SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                0);
    cleanup_mounted struct mounted m = { .device = NULL };
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *prefix = NULL;
    cleanup_free char *name = NULL;
    struct sockaddr_un address;
    socklen_t size;

    if (fd < 0 || mount_table_find (mountpoint, &m, &ignored) < 0
        || !m.device)
        return -1;
    prefix = name_prefix (&m);
    name = xasprintf ("%s%d", prefix, (int) getpid ());
    size = make_address (name, &address);
    if (bind (fd, (struct sockaddr *) &address, size) < 0
        || listen (fd, SOMAXCONN) < 0)
        return -1;
    return steal_fd (&fd);
}

/* Who is at the other end? */
static bool
get_peer (int fd, struct ucred *ret)
{
    socklen_t size = sizeof *ret;

    return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, ret, &size) == 0;
}

int
server_accept (int announced)
{
    struct ucred peer;
    int fd;

    while ((fd = accept4 (announced, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        if (get_peer (fd, &peer)
            && (peer.uid == geteuid () || peer.uid == 0))
            return fd;
        close (fd);
    }
    return -1;
}

void
server_tell (int take_connection, const char *failure)
{
    cleanup_fd int fd = take_connection;
    cleanup_free char *text = failure
        ? xasprintf ("%c%.*s", FAILED, FAILURE_MAX, failure)
        : xasprintf ("%c", DONE);

    /* It fits into the socket's buffer; whoever has gone needs nothing. */
    (void) !send (fd, text, strlen (text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* False if none of that user's processes listens. */
static bool
open_server (const char *name, uid_t owner, struct server *ret)
{
    cleanup_fd int fd = socket (AF_UNIX,
                                SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                0);
    struct sockaddr_un address;
    socklen_t size = make_address (name, &address);
    struct ucred server;
    int pidfd;

    if (fd < 0 || connect (fd, (struct sockaddr *) &address, size) < 0
        || !get_peer (fd, &server) || server.uid != owner || server.pid <= 0)
        return false;
    pidfd = (int) syscall (SYS_pidfd_open, server.pid, 0);
    if (pidfd < 0)
        return false;
    *ret = (struct server) { .pidfd = pidfd, .connection = steal_fd (&fd) };
    return true;
}

void
servers_find (const struct mounted *m, struct servers *ret)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *text = read_file_at (AT_FDCWD, SOCKETS, SOCKETS_MAX,
                                            NULL, &ignored);
    cleanup_string_array char **lines = NULL;
    cleanup_free char *prefix = name_prefix (m);
    struct server server;

    *ret = (struct servers) { .count = 0 };
    lines = string_split_lines (text ? text : "");
    for (char **line = lines; *line; line++) {
        const char *name = strstr (*line, prefix);

        if (!name || !open_server (name, m->owner, &server))
            continue;
        ret->server = xreallocarray (ret->server, ret->count + 1,
                                     sizeof *ret->server);
        ret->server[ret->count++] = server;
    }
}

static bool
wait_for_end (struct server *s, int timeout)
{
    struct pollfd p = { .fd = s->pidfd, .events = POLLIN };
    int n;

    if (s->pidfd < 0)
        return true;
    do
        n = poll (&p, 1, timeout);
    while (n < 0 && errno == EINTR);
    if (n != 0)
        close_fd (&s->pidfd);
    return n != 0;
}

bool
servers_wait (struct servers *s, int timeout)
{
    for (size_t i = 0; i < s->count; i++)
        if (!wait_for_end (&s->server[i], timeout))
            return false;
    return true;
}

/* Who was not let in is told nothing: that is no failure. */
int
servers_result (const struct servers *s, struct error *err)
{
    for (size_t i = 0; i < s->count; i++) {
        char text[1 + FAILURE_MAX + 1];
        ssize_t n = read_full (s->server[i].connection, text,
                               sizeof text - 1);

        if (n == 0)
            return fail (err, EIO, "guestmount has died; what it had not "
                         "written yet is lost");
        if (n < 0 || text[0] != FAILED)
            continue;
        text[n] = '\0';
        return fail (err, EIO, "it is unmounted, but guestmount failed: %s",
                     text + 1);
    }
    return 0;
}

void
servers_free (struct servers *s)
{
    for (size_t i = 0; i < s->count; i++) {
        close_fd (&s->server[i].pidfd);
        close_fd (&s->server[i].connection);
    }
    free (s->server);
}
