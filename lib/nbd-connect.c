/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting to an NBD server. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "nbd.h"

#define GREETING "NBDMAGIC"
#define GREETING_SIZE 8

/* A server whose machine has vanished is given up after this many
 * milliseconds, and looked after from so many seconds of silence on.
 */
#define VANISHED_MS 60000
#define SILENCE_S 30
#define PROBE_S 10

static void
notice_vanishing (int fd)
{
    const int on = 1, silence = SILENCE_S, probe = PROBE_S;
    const unsigned vanished = VANISHED_MS;

    setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt (fd, IPPROTO_TCP, TCP_KEEPIDLE, &silence, sizeof silence);
    setsockopt (fd, IPPROTO_TCP, TCP_KEEPINTVL, &probe, sizeof probe);
    setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &vanished,
                sizeof vanished);
}

/* poll (2), whatever signals come.  Returns -1 with errno set. */
static int
wait_until (int fd, short events, int timeout_ms)
{
    struct pollfd pfd = { .fd = fd, .events = events };
    int r;

    do
        r = poll (&pfd, 1, timeout_ms);
    while (r < 0 && errno == EINTR);
    if (r == 0)
        errno = ETIMEDOUT;
    return r > 0 ? 0 : -1;
}

/* Returns -1 with errno set. */
static int
finish_connecting (int fd)
{
    int errnum = 0;
    socklen_t size = sizeof errnum;

    if (wait_until (fd, POLLOUT, NBD_TIMEOUT_MS) < 0
        || getsockopt (fd, SOL_SOCKET, SO_ERROR, &errnum, &size) < 0)
        return -1;
    errno = errnum;
    return errnum == 0 ? 0 : -1;
}

/* Returns -1 with errno set. */
static int
connect_to (int family, const struct sockaddr *address, socklen_t size)
{
    cleanup_fd int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC
                                            | SOCK_NONBLOCK, 0);

    if (fd < 0
        || (connect (fd, address, size) < 0
            && (errno != EINPROGRESS || finish_connecting (fd) < 0))
        || fcntl (fd, F_SETFL, 0) < 0)
        return -1;
    return steal_fd (&fd);
}

static int
connect_unix (const char *path, const char *name, struct error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd;

    if (strlen (path) >= sizeof address.sun_path)
        return fail (err, ENAMETOOLONG, "%s: %m", path);
    memcpy (address.sun_path, path, strlen (path));
    fd = connect_to (AF_UNIX, (struct sockaddr *) &address, sizeof address);
    if (fd < 0)
        return fail (err, errno, "%s: connecting to %s: %m", name, path);
    return fd;
}

static int
connect_tcp (const struct server *s, const char *name, struct error *err)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *list = NULL;
    int r = getaddrinfo (s->host, s->port, &hints, &list), fd = -1;

    if (r != 0)
        return fail (err, r == EAI_SYSTEM ? errno : EHOSTUNREACH,
                     "%s: the address of %s: %s", name, s->host,
                     gai_strerror (r));
    for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
        fd = connect_to (a->ai_family, a->ai_addr, a->ai_addrlen);
    r = errno;
    freeaddrinfo (list);
    if (fd < 0)
        return fail (err, r, "%s: connecting to %s, port %s: %m", name,
                     s->host, s->port);
    notice_vanishing (fd);
    return fd;
}

int
nbd_connect (const struct server *server, const char *name,
             struct error *err)
{
    if (server->socket)
        return connect_unix (server->socket, name, err);
    return connect_tcp (server, name, err);
}

int
nbd_await_greeting (int fd, int timeout_ms, const char *name,
                    struct error *err)
{
    char greeting[GREETING_SIZE];
    ssize_t n;

    if (wait_until (fd, POLLIN, timeout_ms) < 0)
        return fail (err, errno, errno == ETIMEDOUT
                     ? "%s: the server says nothing" : "%s: poll: %m", name);
    n = recv (fd, greeting, sizeof greeting, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && errno != ECONNRESET)
        return fail (err, errno, "%s: talking to the server: %m", name);
    if (n <= 0)
        return fail (err, EPIPE, "%s: the server has closed the connection",
                     name);
    if (memcmp (greeting, GREETING, (size_t) n) != 0)
        return fail (err, EPROTO, "%s: the server speaks no NBD", name);
    return 0;
}
