/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-network: a network for the appliance, without any privilege.
 * Ethernet frames come from the appliance's kernel through a socket; what
 * they ask for is done with ordinary sockets of the host, by libslirp.
 * guestfs-confine runs it.
 *
 * usage: guestfs-network FD NAMES
 *
 * FD is the appliance's socket, NAMES a file (struct loopback_names).
 */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "memory.h"
#include "network-frame.h"
#include "network-names.h"

/* Where the appliance is, see daemon/network.c, and what it sees. */
#define NETWORK "169.254.2.0"
#define NETMASK "255.255.255.0"
#define GATEWAY "169.254.2.2"
#define NAME_SERVER "169.254.2.3"
#define FIRST_GUEST "169.254.2.15"
#define GATEWAY6 NETWORK_PREFIX6 "2"
#define NAME_SERVER6 NETWORK_PREFIX6 "3"

/* So many frames are taken before connections get their turn. */
#define FRAMES_AT_ONCE 64

/* The appliance may be busy for so long before a frame is lost, which TCP
 * notices and sends again.
 */
#define PATIENCE_MS 200

/* libslirp wants one timer, for IPv6. */
struct timer {
    SlirpTimerCb call; /* NULL: it wants none */
    void *opaque;
    int64_t expires; /* in ms; -1: it does not run */
};

struct network {
    int fd;    /* of the appliance: a message is a frame */
    int names; /* a file: its name servers on our loopback */
    bool ended;
    struct timer timer;
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
send_frame (const void *data, size_t size, void *opaque)
{
    struct network *net = opaque;
    struct pollfd pfd = { .fd = net->fd, .events = POLLOUT };
    uint8_t frame[FRAME_SIZE_MAX];
    ssize_t n;

    if (size > sizeof frame)
        return -1;
    memcpy (frame, data, size);
    frame_from_server (frame, size);
    n = send (net->fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL);
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

#define NS_PER_MS INT64_C (1000000)

static int64_t
now_ns (void *opaque)
{
    struct timespec now;

    (void) opaque;
    clock_gettime (CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
}

static void *
new_timer (SlirpTimerCb call, void *call_opaque, void *opaque)
{
    struct network *net = opaque;

    net->timer = (struct timer) { call, call_opaque, -1 };
    return &net->timer;
}

static void
free_timer (void *timer, void *opaque)
{
    (void) opaque;
    *(struct timer *) timer = (struct timer) { .expires = -1 };
}

static void
set_timer (void *timer, int64_t expire_ms, void *opaque)
{
    (void) opaque;
    ((struct timer *) timer)->expires = expire_ms;
}

/* How long poll (2) may sleep, which is no longer than libslirp wants. */
static int
until_timer (const struct timer *timer, uint32_t slirp_ms)
{
    int64_t left = INT32_MAX;

    if (timer->expires >= 0)
        left = timer->expires - now_ns (NULL) / NS_PER_MS;
    if (left < 0)
        left = 0;
    if (slirp_ms < left)
        left = slirp_ms;
    return left >= INT32_MAX ? -1 : (int) left;
}

static void
run_timer (struct timer *timer)
{
    if (timer->expires < 0 || timer->expires > now_ns (NULL) / NS_PER_MS)
        return;
    timer->expires = -1;
    timer->call (timer->opaque);
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

static struct in6_addr
address6 (const char *text)
{
    struct in6_addr addr;

    inet_pton (AF_INET6, text, &addr);
    return addr;
}

/* Addresses are not given away: the appliance knows its own. */
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
        .in6_enabled = true,
        .vprefix_addr6 = address6 (NETWORK_PREFIX6),
        .vprefix_len = NETWORK_PREFIX6_BITS,
        .vhost6 = address6 (GATEWAY6),
        .vnameserver6 = address6 (NAME_SERVER6),
        .disable_host_loopback = true,
        .disable_dhcp = true,
    };

    return slirp_new (&config, &callbacks, net);
}

/* Those that the host has now. */
static struct loopback_names
name_servers (const struct network *net)
{
    struct loopback_names names;

    if (pread (net->names, &names, sizeof names, 0) != sizeof names)
        names = (struct loopback_names) { 0 };
    return names;
}

static void
take_frame (struct network *net, uint8_t *frame, size_t size)
{
    if (!frame_may_pass (frame, size))
        return;
    if (frame_is_question (frame, size)) {
        struct loopback_names names = name_servers (net);

        frame_to_server (&names, frame);
    }
    slirp_input (net->slirp, frame, (int) size);
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
        if ((size_t) n <= sizeof frame)
            take_frame (net, frame, (size_t) n);
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
                  until_timer (&net->timer, timeout));
        /* This first: it tells libslirp the time, by which sockets expire
         * that frames make.
         */
        slirp_pollfds_poll (net->slirp, r < 0, get_events, net);
        run_timer (&net->timer);
        if (r > 0 && net->polled[0].revents)
            take_frames (net);
    }
}

/* A descriptor's number, or -1. */
static int
parse_fd (const char *text)
{
    char *end;
    long fd = strtol (text, &end, 10);

    return end == text || *end || fd < 0 || fd > INT32_MAX ? -1 : (int) fd;
}

int
main (int argc, char **argv)
{
    struct network net = { .fd = -1, .names = -1, .timer.expires = -1 };

    if (argc == 3) {
        net.fd = parse_fd (argv[1]);
        net.names = parse_fd (argv[2]);
    }
    if (net.fd < 0 || net.names < 0) {
        fputs ("Usage: guestfs-network FD NAMES\n"
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
