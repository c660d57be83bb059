/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport through a connected stream socket. */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "memory.h"
#include "transport.h"

struct socket_transport {
    struct transport base; /* first, so that it can be cast */
    int fd;
};

static int
socket_fd (struct transport *t)
{
    return ((struct socket_transport *) t)->fd;
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
    ssize_t n;

    /* recv (2) of nothing can't be told from the end of the stream. */
    if (size == 0)
        return 0;
    n = recv (socket_fd (t), buffer, size, 0);
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
    ssize_t n = send (socket_fd (t), buffer, size, MSG_NOSIGNAL);

    if (n < 0)
        return try_later (errno) ? 0 : socket_failed (errno, err);
    return n;
}

/* Only poll (2) knows whether a socket is ready, so leave it to that. */
static bool
socket_arm (struct transport *t, int want, int *fd, short *events)
{
    *fd = socket_fd (t);
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
socket_free (struct transport *t)
{
    close_fd (&((struct socket_transport *) t)->fd);
    free (t);
}

static const struct transport_ops socket_ops = {
    .name = "socket",
    .read = socket_read,
    .write = socket_write,
    .arm = socket_arm,
    .disarm = socket_disarm,
    .wait = socket_wait,
    .free = socket_free,
};

struct transport *
transport_new_socket (int take_fd)
{
    struct socket_transport *st = xmalloc (sizeof *st);
    int flags = fcntl (take_fd, F_GETFL);
    int r = fcntl (take_fd, F_SETFL, flags | O_NONBLOCK);

    /* Neither can fail on an open descriptor. */
    assert (flags >= 0 && r == 0);
    *st = (struct socket_transport) {
        .base = { .ops = &socket_ops },
        .fd = take_fd,
    };
    return &st->base;
}
