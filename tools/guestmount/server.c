/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the guestmount that serves a mount point: it listens on a socket
 * whose abstract name has the number of its file system, and its own.  The
 * name goes with the process.  Nothing is ever said; the kernel tells who
 * listens.
 *
 * Any user can make a socket with such a name: so only a process of the user
 * who has mounted the file system, which the kernel tells too, is believed.
 * The number of a file system can be used anew as soon as it is unmounted:
 * so there may be two such processes, one of which is ending.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
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
    cleanup_fd int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
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

/* The process that listens, as pidfd_open(2) has it; -1: none of that user's
 * does.
 */
static int
open_server (const char *name, uid_t owner)
{
    cleanup_fd int fd = socket (AF_UNIX,
                                SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                0);
    struct sockaddr_un address;
    socklen_t size = make_address (name, &address);
    struct ucred server;
    socklen_t server_size = sizeof server;

    if (fd < 0 || connect (fd, (struct sockaddr *) &address, size) < 0
        || getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &server, &server_size)
               < 0
        || server.uid != owner || server.pid <= 0)
        return -1;
    return (int) syscall (SYS_pidfd_open, server.pid, 0);
}

void
servers_find (const struct mounted *m, struct servers *ret)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *text = read_file_at (AT_FDCWD, SOCKETS, SOCKETS_MAX,
                                            NULL, &ignored);
    cleanup_string_array char **lines = NULL;
    cleanup_free char *prefix = name_prefix (m);

    *ret = (struct servers) { .count = 0 };
    lines = string_split_lines (text ? text : "");
    for (char **line = lines; *line; line++) {
        const char *name = strstr (*line, prefix);
        int fd = name ? open_server (name, m->owner) : -1;

        if (fd < 0)
            continue;
        ret->fd = xreallocarray (ret->fd, ret->count + 1, sizeof *ret->fd);
        ret->fd[ret->count++] = (struct pollfd) {
            .fd = fd,
            .events = POLLIN,
        };
    }
}

bool
servers_wait (struct servers *s, int timeout)
{
    for (size_t i = 0; i < s->count; i++)
        while (s->fd[i].fd >= 0) {
            int n = poll (&s->fd[i], 1, timeout);

            if (n == 0)
                return false;
            if (n > 0 || errno != EINTR)
                close_fd (&s->fd[i].fd);
        }
    return true;
}

void
servers_free (struct servers *s)
{
    for (size_t i = 0; i < s->count; i++)
        close_fd (&s->fd[i].fd);
    free (s->fd);
}
