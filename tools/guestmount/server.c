/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the guestmount that serves a mount point: it listens on a socket
 * whose abstract name has the number of its file system.  The name goes with
 * the process.  Nothing is ever said; the kernel tells who listens.
 *
 * Any user can take such a name first: so only a process of the user who has
 * mounted the file system, which the kernel tells too, is believed.
 */

#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "cleanup.h"
#include "server.h"

static socklen_t
make_address (const struct mounted *m, struct sockaddr_un *ret)
{
    int n;

    *ret = (struct sockaddr_un) { .sun_family = AF_UNIX };
    n = snprintf (ret->sun_path + 1, sizeof ret->sun_path - 1,
                  "guestmount/%s", m->device);
    return (socklen_t) (offsetof (struct sockaddr_un, sun_path) + 1
                        + (size_t) n);
}

int
server_announce (const char *mountpoint)
{
    cleanup_fd int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cleanup_mounted struct mounted m = { .device = NULL };
    cleanup_error struct error ignored = { 0 };
    struct sockaddr_un address;
    socklen_t size;

    if (fd < 0 || mount_table_find (mountpoint, &m, &ignored) < 0
        || !m.device)
        return -1;
    size = make_address (&m, &address);
    if (bind (fd, (struct sockaddr *) &address, size) < 0
        || listen (fd, SOMAXCONN) < 0)
        return -1;
    return steal_fd (&fd);
}

int
server_find (const struct mounted *mounted, pid_t *ret_pid)
{
    cleanup_fd int fd = socket (AF_UNIX,
                                SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                0);
    struct sockaddr_un address;
    struct ucred server;
    socklen_t size = make_address (mounted, &address);
    socklen_t server_size = sizeof server;

    if (fd < 0 || connect (fd, (struct sockaddr *) &address, size) < 0
        || getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &server, &server_size)
               < 0)
        return -1;
    if ((server.uid != mounted->owner && server.uid != 0) || server.pid <= 0)
        return -1;
    *ret_pid = server.pid;
    return (int) syscall (SYS_pidfd_open, server.pid, 0);
}
