/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-network: a network for the appliance, without any privilege.
 * Ethernet frames come from the appliance's kernel through a socket; what
 * they ask for is done with ordinary sockets of the host, by libslirp.
 * guestfs-confine runs it.
 *
 * usage: guestfs-network FD
 */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "cleanup.h"
#include "memory.h"
#include "network-frame.h"

/* Where the appliance is, see daemon/network.c, and what it sees. */
#define NETWORK "169.254.0.0"
#define NETMASK "255.255.0.0"
#define GATEWAY "169.254.2.2"
#define NAME_SERVER "169.254.2.3"
#define FIRST_GUEST "169.254.2.15"

/* So many frames are taken before connections get their turn. */
#define FRAMES_AT_ONCE 64

/* The appliance may be busy for so long before a frame is lost, which TCP
 * notices and sends again.
 */
#define PATIENCE_MS 200

struct network {
    int fd; /* of the appliance: a message is a frame */
    bool ended;
    Slirp *slirp;
    struct pollfd *polled; /* the first is of the appliance */
    size_t n_polled, room;
};

_Noreturn void
out_of_memory (void)
{
    abort ();
}

/* A frame for the appliance.  Where its queue is full, waiting is better
 * than losing it: nothing else is to be done than to fill that queue.
 */
static ssize_t
send_frame (const void *frame, size_t size, void *opaque)
{
    struct network *net = opaque;
    struct pollfd pfd = { .fd = net->fd, .events = POLLOUT };
    ssize_t n = send (net->fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n < 0 && errno == EAGAIN && poll (&pfd, 1, PATIENCE_MS) > 0)
        n = send (net->fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
        net->ended = true;
    return (ssize_t) size;
}

/* A guest can make as many mistakes as it likes: nobody wants to read it. */
static void
ignore_error (const char *message, void *opaque)
{
    (void) message;
    (void) opaque;
}

static int64_t
now_ns (void *opaque)
{
    struct timespec now;

    (void) opaque;
    clock_gettime (CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

/* Timers are for IPv6 alone, which the appliance has not. */
static void *
new_timer (SlirpTimerCb call, void *call_opaque, void *opaque)
{
    (void) call;
    (void) call_opaque;
    return opaque;
}

static void
free_timer (void *timer, void *opaque)
{
    (void) timer;
    (void) opaque;
}

static void
set_timer (void *timer, int64_t expire_ms, void *opaque)
{
    (void) timer;
    (void) expire_ms;
    (void) opaque;
}

/* All descriptors are asked for before each sleep, add_polled (). */
static void
ignore_descriptor (int fd, void *opaque)
{
    (void) fd;
    (void) opaque;
}

static void
ignore_notice (void *opaque)
{
    (void) opaque;
}

static const SlirpCb callbacks = {
    .send_packet = send_frame,
    .guest_error = ignore_error,
    .clock_get_ns = now_ns,
    .timer_new = new_timer,
    .timer_free = free_timer,
    .timer_mod = set_timer,
    .register_poll_fd = ignore_descriptor,
    .unregister_poll_fd = ignore_descriptor,
    .notify = ignore_notice,
};

/* libslirp's events and those of poll (2). */
static const struct {
    int slirp;
    short poll;
} events[] = {
    { SLIRP_POLL_IN, POLLIN },   { SLIRP_POLL_OUT, POLLOUT },
    { SLIRP_POLL_PRI, POLLPRI }, { SLIRP_POLL_ERR, POLLERR },
    { SLIRP_POLL_HUP, POLLHUP },
};

#define N_EVENTS (sizeof events / sizeof events[0])

static int
add_polled (int fd, int wanted, void *opaque)
{
    struct network *net = opaque;
    struct pollfd pfd = { .fd = fd };

    for (size_t i = 0; i < N_EVENTS; i++)
        if (wanted & events[i].slirp)
            pfd.events |= events[i].poll;
    if (net->n_polled == net->room) {
        net->room = net->room ? 2 * net->room : 64;
        net->polled = xreallocarray (net->polled, net->room,
                                     sizeof *net->polled);
    }
    net->polled[net->n_polled] = pfd;
    return (int) net->n_polled++;
}

static int
get_events (int index, void *opaque)
{
    const struct network *net = opaque;
    int found = 0;

    for (size_t i = 0; i < N_EVENTS; i++)
        if (net->polled[index].revents & events[i].poll)
            found |= events[i].slirp;
    return found;
}

static struct in_addr
address (const char *text)
{
    struct in_addr addr;

    inet_aton (text, &addr);
    return addr;
}

/* Names are resolved by the server that the host uses, and addresses are
 * not given away: the appliance knows its own.
 */
static Slirp *
new_slirp (struct network *net)
{
    const SlirpConfig config = {
        .version = 4,
        .in_enabled = true,
        .vnetwork = address (NETWORK),
        .vnetmask = address (NETMASK),
        .vhost = address (GATEWAY),
        .vnameserver = address (NAME_SERVER),
        .vdhcp_start = address (FIRST_GUEST),
        .disable_host_loopback = true,
        .disable_dhcp = true,
    };

    return slirp_new (&config, &callbacks, net);
}

static void
take_frames (struct network *net)
{
    uint8_t frame[FRAME_SIZE_MAX];

    for (int i = 0; i < FRAMES_AT_ONCE; i++) {
        ssize_t n = recv (net->fd, frame, sizeof frame,
                          MSG_DONTWAIT | MSG_TRUNC);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            net->ended = true;
            return;
        }
        if ((size_t) n <= sizeof frame && frame_may_pass (frame, (size_t) n))
            slirp_input (net->slirp, frame, (int) n);
    }
}

static void
serve (struct network *net)
{
    while (!net->ended) {
        uint32_t timeout = UINT32_MAX;
        int r;

        net->n_polled = 0;
        add_polled (net->fd, SLIRP_POLL_IN, net);
        slirp_pollfds_fill (net->slirp, &timeout, add_polled, net);
        r = poll (net->polled, net->n_polled,
                  timeout > INT32_MAX ? -1 : (int) timeout);
        /* This first: it tells libslirp the time, by which sockets expire
         * that frames make.
         */
        slirp_pollfds_poll (net->slirp, r < 0, get_events, net);
        if (r > 0 && net->polled[0].revents)
            take_frames (net);
    }
}

int
main (int argc, char **argv)
{
    struct network net = { .fd = -1 };
    char *end = NULL;

    if (argc == 2)
        net.fd = (int) strtol (argv[1], &end, 10);
    if (net.fd < 0 || end == argv[1] || *end) {
        fputs ("Usage: guestfs-network FD\n"
               "It is started by libguestfs, not by hand.\n", stderr);
        return EXIT_FAILURE;
    }
    signal (SIGPIPE, SIG_IGN);
    net.slirp = new_slirp (&net);
    if (!net.slirp) {
        fputs ("guestfs-network: libslirp can't start\n", stderr);
        return EXIT_FAILURE;
    }
    serve (&net);
    slirp_cleanup (net.slirp);
    free (net.polled);
    /* The appliance has gone, and will be the one whose end is reported. */
    for (;;)
        poll (NULL, 0, -1);
}
