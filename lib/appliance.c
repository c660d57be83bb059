/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The running appliance: waiting for it, and its end. */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "appliance.h"
#include "drive.h"
#include "events.h"
#include "fuse-session.h"
#include "message.h"

/* How long the appliance may take to end after its channel was closed. */
#define FINISH_TIMEOUT_MS 5000

/* How often to read of its console at its end.  What fits into a socket is
 * far less, but it may go on printing.
 */
#define LAST_READS 1024

int64_t
monotonic_ms (void)
{
    struct timespec now;

    clock_gettime (CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct appliance *
appliance_new (void)
{
    struct appliance *a = xcalloc (1, sizeof *a);

    a->owner = getpid ();
    a->console = a->names = -1;
    a->machine = a->storage = a->network = SUPERVISED_NONE;
    a->send_buffer = xmalloc (MESSAGE_BUFFER_SIZE);
    receiver_init (&a->receiver);
    return a;
}

bool
appliance_is_copy (const struct appliance *a)
{
    return a->owner != getpid () && a->owner == getppid ();
}

void
appliance_take_over (struct appliance *a)
{
    a->owner = a->machine.owner = a->storage.owner = a->network.owner
        = getpid ();
}

static void
close_channel (struct appliance *a)
{
    if (a->owner == getpid ())
        transport_hang_up (a->transport);
    transport_free (steal (&a->transport));
}

void
appliance_free (struct appliance *a)
{
    if (!a)
        return;
    close_channel (a);
    supervised_end (&a->machine);
    supervised_end (&a->storage);
    supervised_end (&a->network);
    close_fd (&a->console);
    close_fd (&a->names);
    free (a->resolv_conf);
    receiver_free (&a->receiver);
    free (a->send_buffer);
    free (a->origin);
    free (a);
}

/* Keep the last bytes of what was printed. */
static void
keep_tail (struct appliance *a, const char *text, size_t size)
{
    size_t drop;

    if (size > CONSOLE_TAIL_SIZE) {
        text += size - CONSOLE_TAIL_SIZE;
        size = CONSOLE_TAIL_SIZE;
    }
    drop = a->tail_size + size > CONSOLE_TAIL_SIZE
           ? a->tail_size + size - CONSOLE_TAIL_SIZE
           : 0;
    memmove (a->tail, a->tail + drop, a->tail_size - drop);
    memcpy (a->tail + a->tail_size - drop, text, size);
    a->tail_size += size - drop;
}

/* Returns whether anything came. */
static bool
read_console (guestfs_h *g)
{
    struct appliance *a = g->appliance;
    char buffer[4096];
    ssize_t n;

    if (a->console < 0)
        return false;
    n = read (a->console, buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        close_fd (&a->console);
        return false;
    }
    keep_tail (a, buffer, (size_t) n);
    event_send (g, GUESTFS_EVENT_APPLIANCE, buffer, (size_t) n, NULL, 0);
    return true;
}

static void
read_last_words (guestfs_h *g)
{
    for (int i = 0; i < LAST_READS && read_console (g); i++)
        continue;
}

/* The end of a message. */
static char *
quote_last_words (const struct appliance *a)
{
    return xasprintf ("%s%.*s", a->tail_size ? "; the last it printed:\n"
                                             : "; it printed nothing",
                      (int) a->tail_size, a->tail);
}

/* The part of the appliance whose end was the end of all.  When the machine
 * ends, those that serve it may have noticed.
 */
static const struct supervised *
find_dead (const struct appliance *a, const char **ret_name)
{
    *ret_name = "";
    if (a->machine.dead)
        return &a->machine;
    if (a->storage.dead) {
        *ret_name = ": qemu-storage-daemon, which serves its disks";
        return &a->storage;
    }
    if (a->network.dead) {
        *ret_name = ": guestfs-network, which connects it to the network";
        return &a->network;
    }
    return &a->machine;
}

/* What a supervisor says is the best explanation, then the console. */
int
appliance_died (guestfs_h *g)
{
    struct appliance *a = g->appliance;
    cleanup_free char *words = NULL;
    const struct supervised *dead;
    const char *name, *why = NULL;

    a->dead = true;
    if (supervised_explain (&a->machine, &g->error)
        || (a->storage.dead && supervised_explain (&a->storage, &g->error))
        || (a->network.dead && supervised_explain (&a->network, &g->error)))
        return -1;
    dead = find_dead (a, &name);
    if (dead->why.count > 0)
        why = dead->why.item[dead->why.count - 1];
    else if (dead->dead)
        why = "guestfs-confine was killed";
    read_last_words (g);
    words = quote_last_words (a);
    return fail (&g->error, EIO, "the appliance has died%s%s%s%s%s", name,
                 why ? " (" : "", why ? why : "", why ? ")" : "", words);
}

static void
drain_cancel (guestfs_h *g)
{
    uint64_t count;

    /* It only wakes up; the flag beside it is what counts. */
    if (read (g->cancel_fd, &count, sizeof count) < 0)
        return;
}

/* What poll found, but for the channel. */
static void
handle_events (guestfs_h *g, const struct pollfd *fds)
{
    struct appliance *a = g->appliance;

    if (fds[1].revents)
        read_console (g);
    if (fds[2].revents)
        supervised_read (&a->machine);
    if (fds[3].revents)
        supervised_read (&a->storage);
    if (fds[4].revents)
        supervised_read (&a->network);
    if (fds[5].revents)
        drain_cancel (g);
    a->dead |= a->machine.dead || a->storage.dead || a->network.dead;
}

/* While it is launched, there is an end to all waiting together. */
static int
limit_wait (guestfs_h *g, int timeout_ms)
{
    int64_t left = g->launch_end_ms - monotonic_ms ();

    if (g->state != STATE_LAUNCHING
        || (timeout_ms >= 0 && timeout_ms <= left))
        return timeout_ms;
    return left < 0 ? 0 : left < INT_MAX ? (int) left : INT_MAX;
}

static int
fail_timeout (guestfs_h *g, int timeout_ms)
{
    cleanup_free char *words = quote_last_words (g->appliance);

    if (g->state == STATE_LAUNCHING && monotonic_ms () >= g->launch_end_ms)
        return fail (&g->error, ETIMEDOUT, "the appliance is not ready after "
                     "%d seconds%s",
                     g->launch_timeout_ms / 1000 * LAUNCH_PATIENCE, words);
    return fail (&g->error, ETIMEDOUT,
                 "the appliance did not answer for %d seconds%s",
                 timeout_ms / 1000, words);
}

static int
wait_for (guestfs_h *g, int want, int fd, short events, int timeout_ms)
{
    struct appliance *a = g->appliance;
    /* Nothing wanted: whether the peer has gone is for others to tell. */
    struct transport *t = want ? a->transport : NULL;
    struct pollfd fds[7] = {
        { .fd = -1 },
        { .fd = a->console, .events = POLLIN },
        { .fd = a->machine.control, .events = POLLIN },
        { .fd = a->storage.control, .events = POLLIN },
        { .fd = a->network.control, .events = POLLIN },
        { .fd = g->cancel_fd, .events = POLLIN },
        { .fd = fd, .events = events },
    };
    int r, limit_ms = limit_wait (g, timeout_ms);

    if (limit_ms == 0)
        return fail_timeout (g, timeout_ms);
    if (t && t->ops->arm (t, want, &fds[0].fd, &fds[0].events))
        return 0;
    r = poll (fds, sizeof fds / sizeof *fds, limit_ms);
    if (r < 0 && errno != EINTR)
        return fail (&g->error, errno, "poll: %m");
    if (t && t->ops->disarm (t, &g->error) < 0)
        a->dead = true;
    if (r == 0)
        return fail_timeout (g, timeout_ms);
    if (r > 0)
        handle_events (g, fds);
    return a->dead ? appliance_died (g) : 0;
}

int
appliance_wait (guestfs_h *g, int want, int timeout_ms)
{
    return wait_for (g, want, -1, 0, timeout_ms);
}

int
appliance_wait_or (guestfs_h *g, int want, int fd, short events,
                   int timeout_ms)
{
    return wait_for (g, want, fd, events, timeout_ms);
}

int
appliance_send (guestfs_h *g, const void *buffer, size_t size)
{
    struct appliance *a = g->appliance;
    const char *p = buffer;

    while (size > 0) {
        ssize_t n = a->transport->ops->write (a->transport, p, size,
                                              &g->error);

        if (n < 0)
            return appliance_died (g);
        p += n;
        size -= (size_t) n;
        if (n == 0 && appliance_wait (g, TRANSPORT_WRITE, -1) < 0)
            return -1;
    }
    return 0;
}

/* The manual promises 0 <= position <= total, whatever the daemon says. */
int
appliance_progress (guestfs_h *g, const struct packet *packet)
{
    wire_progress p;
    uint64_t array[4];

    if (progress_decode (packet->body, &p, &g->error) < 0)
        return -1;
    array[0] = p.proc;
    array[1] = p.serial;
    array[2] = p.position < p.total ? p.position : p.total;
    array[3] = p.total;
    event_send (g, GUESTFS_EVENT_PROGRESS, NULL, 0, array, 4);
    return 0;
}

int
appliance_poll (guestfs_h *g, struct packet *ret)
{
    struct appliance *a = g->appliance;

    for (;;) {
        int n = receiver_next (&a->receiver, ret, &g->error);

        if (n < 0)
            return -1;
        if (n > 0 && (ret->word != WIRE_PROGRESS_FLAG
                      || g->state == STATE_LAUNCHING))
            return 1;
        if (n > 0) {
            if (appliance_progress (g, ret) < 0)
                return -1;
            continue;
        }
        n = receiver_fill (&a->receiver, a->transport, &g->error);
        if (n < 0)
            return appliance_died (g);
        if (n == 0)
            return 0;
    }
}

int
appliance_receive (guestfs_h *g, struct packet *ret)
{
    int n;

    while ((n = appliance_poll (g, ret)) == 0)
        if (appliance_wait (g, TRANSPORT_READ, -1) < 0)
            return -1;
    return n < 0 ? -1 : 0;
}

int
appliance_abandon (guestfs_h *g)
{
    struct error error = { 0 };

    fuse_session_lose (g);
    error_move (&error, &g->error);
    appliance_free (steal (&g->appliance));
    drives_close (g);
    g->state = STATE_CONFIG;
    event_send (g, GUESTFS_EVENT_SUBPROCESS_QUIT, NULL, 0, NULL, 0);
    error_move (&g->error, &error);
    return -1;
}

void
appliance_finish (guestfs_h *g)
{
    struct appliance *a = g->appliance;
    cleanup_error struct error ignored = { 0 };
    struct error before = { 0 };
    int64_t end = monotonic_ms () + FINISH_TIMEOUT_MS, left;

    error_move (&before, &g->error);
    close_channel (a);
    /* Without a supervisor nobody tells of its end. */
    while (a->machine.control >= 0 && !a->dead
           && (left = end - monotonic_ms ()) > 0
           && appliance_wait (g, 0, (int) left) == 0)
        continue;
    read_last_words (g);
    error_move (&ignored, &g->error);
    error_move (&g->error, &before);
}
