/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport through two rings in memory that is shared with the peer
 * (ring.h), and a doorbell: a socket in the library, which in the daemon is
 * the terminal line at whose other end User Mode Linux has that socket.
 *
 * A ring of the doorbell is one byte, whatever byte.  It says "look again"
 * and nothing else, so one too many is harmless.  Few are ever under way,
 * which matters because the terminal line is slow and hangs when flooded:
 * an honest peer rings once for each sleep flag that it took, a flag is
 * set only while the peer owes no ring, and each end has two of them; so
 * there are never more than two bytes in one direction.
 *
 * In User Mode Linux a system call takes 15 us.  Moving data takes none
 * but those of the doorbell, and the daemon's wait () is one read (2).
 */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "memory.h"
#include "ring.h"
#include "transport.h"

_Static_assert (RING_DATA_TO_LIBRARY + RING_DATA_SIZE <= TRANSPORT_RING_SIZE,
                "both rings fit into the shared memory");

/* A long transfer is published in pieces of this many bytes, so that the
 * peer copies one piece while this end copies the next.
 */
#define PIECE_SIZE (RING_DATA_SIZE / 8)

struct ring_transport {
    struct transport base; /* first, so that it can be cast */
    void *memory;
    struct ring in;
    struct ring out;
    int doorbell;
    bool is_socket; /* the doorbell: send (2) works */
    bool blocks;    /* read (2) of the doorbell sleeps */
    int want;       /* what arm was last called with */
    int announced;  /* the sleep flags that this end has set */
    unsigned owed;  /* flags that the peer took and has not rung for yet */
};

static struct ring_transport *
ring_transport (struct transport *t)
{
    return (struct ring_transport *) t;
}

static int
gone (struct error *err)
{
    return fail (err, EPIPE, "doorbell: the peer is gone");
}

static bool
means_gone (int errnum)
{
    /* EIO: a terminal line that was hung up. */
    return errnum == EPIPE || errnum == ECONNRESET || errnum == EIO;
}

static int
ring_doorbell (struct ring_transport *rt, struct error *err)
{
    static const char byte = '.';
    ssize_t n;

    do
        n = rt->is_socket ? send (rt->doorbell, &byte, 1,
                                  MSG_NOSIGNAL | MSG_DONTWAIT)
                          : write (rt->doorbell, &byte, 1);
    while (n < 0 && errno == EINTR);
    /* Full: enough is on its way to wake any peer. */
    if (n >= 0 || errno == EAGAIN)
        return 0;
    if (means_gone (errno))
        return gone (err);
    return fail (err, errno, "doorbell: %m");
}

static size_t
piece (size_t size)
{
    return size < PIECE_SIZE ? size : PIECE_SIZE;
}

static ssize_t
ring_transport_read (struct transport *t, void *buffer, size_t size,
                     struct error *err)
{
    struct ring_transport *rt = ring_transport (t);
    size_t done = 0, asked = 0, moved = 0;

    while (done < size && moved == asked) {
        cleanup_error struct error ignored = { 0 };
        bool must_ring;
        ssize_t n;

        asked = piece (size - done);
        n = ring_read (&rt->in, (char *) buffer + done, asked, &must_ring,
                       err);
        if (n < 0)
            return -1;
        moved = (size_t) n;
        done += moved;
        /* That the peer is gone takes nothing from what it has said. */
        if (must_ring)
            ring_doorbell (rt, &ignored);
    }
    return (ssize_t) done;
}

static ssize_t
ring_transport_write (struct transport *t, const void *buffer, size_t size,
                      struct error *err)
{
    struct ring_transport *rt = ring_transport (t);
    size_t done = 0, asked = 0, moved = 0;

    while (done < size && moved == asked) {
        bool must_ring;
        ssize_t n;

        asked = piece (size - done);
        n = ring_write (&rt->out, (const char *) buffer + done, asked,
                        &must_ring, err);
        if (n < 0 || (must_ring && ring_doorbell (rt, err) < 0))
            return -1;
        moved = (size_t) n;
        done += moved;
    }
    return (ssize_t) done;
}

/* An impossible index counts as possible here: read or write will report
 * it.
 */
static bool
can_read (struct ring_transport *rt)
{
    cleanup_error struct error ignored = { 0 };

    return ring_readable (&rt->in, &ignored) != 0;
}

static bool
can_write (struct ring_transport *rt)
{
    cleanup_error struct error ignored = { 0 };

    return ring_writable (&rt->out, &ignored) != 0;
}

static void
announce (struct ring_transport *rt, int want)
{
    if (want & TRANSPORT_READ)
        ring_announce_sleep (&rt->in);
    if (want & TRANSPORT_WRITE)
        ring_announce_sleep (&rt->out);
    rt->announced = want;
}

static void
withdraw (struct ring_transport *rt)
{
    if ((rt->announced & TRANSPORT_READ) && !ring_withdraw_sleep (&rt->in))
        rt->owed++;
    if ((rt->announced & TRANSPORT_WRITE) && !ring_withdraw_sleep (&rt->out))
        rt->owed++;
    rt->announced = 0;
}

static bool
ring_transport_arm (struct transport *t, int want, int *fd, short *events)
{
    struct ring_transport *rt = ring_transport (t);

    withdraw (rt);
    /* While a ring is owed, that one wakes us, and the flags are set when
     * it has come.
     */
    if (rt->owed == 0)
        announce (rt, want);
    if (((want & TRANSPORT_READ) && can_read (rt))
        || ((want & TRANSPORT_WRITE) && can_write (rt))) {
        withdraw (rt);
        return true;
    }
    rt->want = want;
    *fd = rt->doorbell;
    *events = POLLIN;
    return false;
}

/* The doorbell has ended.  What the peer wrote before is still read: the
 * caller asked for it, will find it, and come here again.
 */
static int
doorbell_ended (struct ring_transport *rt, struct error *err)
{
    if ((rt->want & TRANSPORT_READ) && can_read (rt))
        return 0;
    return gone (err);
}

/* Take the bytes of the doorbell, some of them if a hostile peer sent many:
 * the rest are spurious wake-ups.
 */
static int
answer_doorbell (struct ring_transport *rt, struct error *err)
{
    char bytes[64];
    ssize_t n;

    do
        n = read (rt->doorbell, bytes, sizeof bytes);
    while (n < 0 && errno == EINTR);
    withdraw (rt);
    if (n == 0 || (n < 0 && means_gone (errno)))
        return doorbell_ended (rt, err);
    if (n < 0 && errno != EAGAIN)
        return fail (err, errno, "doorbell: %m");
    if (n > 0)
        rt->owed -= (size_t) n < rt->owed ? (unsigned) n : rt->owed;
    return 0;
}

/* Has the doorbell rung?  If that can't be told, true; then reading it will
 * report why.
 */
static bool
has_rung (struct ring_transport *rt, int timeout)
{
    struct pollfd pfd = { .fd = rt->doorbell, .events = POLLIN };
    int r;

    do
        r = poll (&pfd, 1, timeout);
    while (r < 0 && errno == EINTR);
    return r != 0;
}

static int
ring_transport_disarm (struct transport *t, struct error *err)
{
    struct ring_transport *rt = ring_transport (t);

    if (rt->blocks && !has_rung (rt, 0)) {
        withdraw (rt);
        return 0;
    }
    return answer_doorbell (rt, err);
}

static int
ring_transport_wait (struct transport *t, int want, struct error *err)
{
    struct ring_transport *rt = ring_transport (t);
    short events;
    int fd;

    while (!ring_transport_arm (t, want, &fd, &events)) {
        if (!rt->blocks)
            has_rung (rt, -1);
        if (answer_doorbell (rt, err) < 0)
            return -1;
    }
    return 0;
}

static void
ring_transport_hang_up (struct transport *t)
{
    shutdown (ring_transport (t)->doorbell, SHUT_RDWR);
}

static void
ring_transport_free (struct transport *t)
{
    struct ring_transport *rt = ring_transport (t);

    munmap (rt->memory, TRANSPORT_RING_SIZE);
    close_fd (&rt->doorbell);
    free (rt);
}

/* The daemon counts, in the control block of the ring that it writes. */
static _Atomic uint32_t *
flush_counter (struct transport *t)
{
    char *memory = ring_transport (t)->memory;

    return &((struct ring_control *) (memory + RING_CONTROL_TO_LIBRARY))
                ->flushes;
}

static void
ring_transport_set_flushes (struct transport *t, uint32_t flushes)
{
    atomic_store (flush_counter (t), flushes);
}

static uint32_t
ring_transport_flushes (struct transport *t)
{
    return atomic_load (flush_counter (t));
}

static void
ring_transport_wipe_written (struct transport *t, size_t size)
{
    ring_wipe_written (&ring_transport (t)->out, size);
}

static const struct transport_ops ring_ops = {
    .name = "ring",
    .read = ring_transport_read,
    .write = ring_transport_write,
    .arm = ring_transport_arm,
    .disarm = ring_transport_disarm,
    .wait = ring_transport_wait,
    .set_flushes = ring_transport_set_flushes,
    .flushes = ring_transport_flushes,
    .wipe_written = ring_transport_wipe_written,
    .hang_up = ring_transport_hang_up,
    .free = ring_transport_free,
};

/* The library's doorbell is a socket and is made not to block; the daemon's
 * is mostly a terminal line and stays as it is, which is blocking.
 */
static int
prepare_doorbell (struct ring_transport *rt, enum ring_end end,
                  struct error *err)
{
    struct stat st;
    int flags;

    flags = fcntl (rt->doorbell, F_GETFL);
    if (flags < 0 || fstat (rt->doorbell, &st) < 0)
        return fail (err, errno, "doorbell: %m");
    rt->is_socket = S_ISSOCK (st.st_mode);
    rt->blocks = end == RING_END_DAEMON && !(flags & O_NONBLOCK);
    if (end == RING_END_DAEMON)
        return 0;
    /* Writing to anything else could raise SIGPIPE in our caller. */
    if (!rt->is_socket)
        return fail (err, ENOTSOCK, "doorbell: %m");
    if (fcntl (rt->doorbell, F_SETFL, flags | O_NONBLOCK) < 0)
        return fail (err, errno, "doorbell: %m");
    return 0;
}

static int
attach_rings (struct ring_transport *rt, enum ring_end end,
              struct error *err)
{
    char *memory = rt->memory;
    void *to_daemon = memory + RING_CONTROL_TO_DAEMON;
    void *to_library = memory + RING_CONTROL_TO_LIBRARY;
    bool is_library = end == RING_END_LIBRARY;

    if (is_library) {
        ring_format (to_daemon, RING_DATA_SIZE);
        ring_format (to_library, RING_DATA_SIZE);
    } else if (ring_check_format (to_daemon, RING_DATA_SIZE, err) < 0
               || ring_check_format (to_library, RING_DATA_SIZE, err) < 0) {
        return -1;
    }
    ring_attach (is_library ? &rt->out : &rt->in,
                 is_library ? RING_WRITER : RING_READER, to_daemon,
                 memory + RING_DATA_TO_DAEMON, RING_DATA_SIZE);
    ring_attach (is_library ? &rt->in : &rt->out,
                 is_library ? RING_READER : RING_WRITER, to_library,
                 memory + RING_DATA_TO_LIBRARY, RING_DATA_SIZE);
    return 0;
}

struct transport *
transport_new_ring (enum ring_end end, void *take_memory, int take_doorbell,
                    struct error *err)
{
    cleanup_transport struct transport *t = NULL;
    struct ring_transport *rt = xcalloc (1, sizeof *rt);

    assert ((uintptr_t) take_memory % _Alignof (struct ring_control) == 0);
    rt->base.ops = &ring_ops;
    rt->memory = take_memory;
    rt->doorbell = take_doorbell;
    t = &rt->base;
    if (prepare_doorbell (rt, end, err) < 0 || attach_rings (rt, end, err) < 0)
        return NULL;
    return steal (&t);
}
