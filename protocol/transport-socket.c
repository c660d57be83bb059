/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport through a connected stream socket, or through the virtio port
 * in a virtual machine that a socket outside of it is connected to.
 */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "memory.h"
#include "transport.h"

struct socket_transport {
    struct transport base; /* first, so that it can be cast */
    int fd;
    bool is_port; /* a character device: only read and write know it */
};

static struct socket_transport *
socket_of (struct transport *t)
{
    return (struct socket_transport *) t;
}

static int
socket_failed (int errnum, struct error *err)
{
    if (errnum == EPIPE || errnum == ECONNRESET)
        return fail (err, EPIPE, "socket: the peer is gone");
    return fail (err, errnum, "socket: %m");
}

static bool
try_later (int errnum)
{
    return errnum == EAGAIN || errnum == EWOULDBLOCK || errnum == EINTR;
}

static ssize_t
socket_read (struct transport *t, void *buffer, size_t size,
             struct error *err)
{
    const struct socket_transport *st = socket_of (t);
    ssize_t n;

    /* Nothing that is read can't be told from the end of the stream. */
    if (size == 0)
        return 0;
    n = st->is_port ? read (st->fd, buffer, size)
                    : recv (st->fd, buffer, size, 0);
    if (n == 0)
        return socket_failed (EPIPE, err);
    if (n < 0)
        return try_later (errno) ? 0 : socket_failed (errno, err);
    return n;
}

static ssize_t
socket_write (struct transport *t, const void *buffer, size_t size,
              struct error *err)
{
    const struct socket_transport *st = socket_of (t);
    ssize_t n = st->is_port ? write (st->fd, buffer, size)
                            : send (st->fd, buffer, size, MSG_NOSIGNAL);

    if (n < 0)
        return try_later (errno) ? 0 : socket_failed (errno, err);
    return n;
}

/* Only poll (2) knows whether a socket is ready, so leave it to that. */
static bool
socket_arm (struct transport *t, int want, int *fd, short *events)
{
    *fd = socket_of (t)->fd;
    *events = (short) ((want & TRANSPORT_READ ? POLLIN : 0)
                       | (want & TRANSPORT_WRITE ? POLLOUT : 0));
    return false;
}

/* There is no doorbell; read or write find out whether the peer is gone. */
static int
socket_disarm (struct transport *t __attribute__ ((unused)),
               struct error *err __attribute__ ((unused)))
{
    return 0;
}

static int
socket_wait (struct transport *t, int want, struct error *err)
{
    struct pollfd pfd = { .fd = -1 };

    socket_arm (t, want, &pfd.fd, &pfd.events);
    while (poll (&pfd, 1, -1) < 0)
        if (errno != EINTR)
            return fail (err, errno, "socket: poll: %m");
    return 0;
}

static void
socket_hang_up (struct transport *t)
{
    shutdown (socket_of (t)->fd, SHUT_RDWR);
}

static void
socket_free (struct transport *t)
{
    close_fd (&socket_of (t)->fd);
    free (t);
}

static const struct transport_ops socket_ops = {
    .name = "socket",
    .read = socket_read,
    .write = socket_write,
    .arm = socket_arm,
    .disarm = socket_disarm,
    .wait = socket_wait,
    .hang_up = socket_hang_up,
    .free = socket_free,
};

struct transport *
transport_new_socket (int take_fd)
{
    struct socket_transport *st = xmalloc (sizeof *st);
    int flags = fcntl (take_fd, F_GETFL);
    int r = fcntl (take_fd, F_SETFL, flags | O_NONBLOCK);
    struct stat stat;

    /* None of these can fail on an open descriptor. */
    assert (flags >= 0 && r == 0);
    r = fstat (take_fd, &stat);
    assert (r == 0);
    *st = (struct socket_transport) {
        .base = { .ops = &socket_ops },
        .fd = take_fd,
        .is_port = S_ISCHR (stat.st_mode),
    };
    return &st->base;
}
