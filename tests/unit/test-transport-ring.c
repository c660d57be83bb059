/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transports through rings: the doorbell is rung when it has to be and only
 * then, and a peer that lies is found out.
 */

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "transport-pair.h"

static struct ring_control *
control (struct pair *p, size_t offset)
{
    return (struct ring_control *) (p->memory + offset);
}

#define TO_DAEMON(p) control (p, RING_CONTROL_TO_DAEMON)
#define TO_LIBRARY(p) control (p, RING_CONTROL_TO_LIBRARY)

static int
bytes_waiting (int fd)
{
    int n;

    assert_int_equal (ioctl (fd, FIONREAD, &n), 0);
    return n;
}

static void
test_no_ring_for_the_wakeful (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    cleanup_free char *bytes = xcalloc (1, MIB);

    for (unsigned i = 0; i < 10; i++) {
        send_all (p.library, bytes, MIB);
        assert_int_equal (transport_read_full (p.daemon, bytes, MIB, &err),
                          0);
    }
    /* Nor for one that was about to sleep, and then had no need to. */
    send_all (p.library, "x", 1);
    assert_true (poll_transport (p.daemon, TRANSPORT_READ, 0));
    send_all (p.library, "y", 1);
    assert_int_equal (bytes_waiting (p.daemon_bell), 0);
    assert_int_equal (bytes_waiting (p.library_bell), 0);
}

/* Sleepers are woken by one byte each, the writer not before a quarter of
 * the ring is free.
 */
static void
test_one_ring_for_each_sleep (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    cleanup_free char *bytes = xmalloc (RING_DATA_SIZE);
    short events;
    int fd;

    assert_false (p.daemon->ops->arm (p.daemon, TRANSPORT_READ, &fd,
                                      &events));
    fill (p.library);
    assert_int_equal (bytes_waiting (p.daemon_bell), 1);

    assert_false (p.library->ops->arm (p.library, TRANSPORT_WRITE, &fd,
                                       &events));
    assert_int_equal (p.daemon->ops->read (p.daemon, bytes,
                                           RING_DATA_SIZE / 4 - 1, &err),
                      RING_DATA_SIZE / 4 - 1);
    assert_int_equal (bytes_waiting (p.library_bell), 0);
    expect (p.daemon, "");
    assert_int_equal (p.daemon->ops->read (p.daemon, bytes, 1, &err), 1);
    assert_int_equal (bytes_waiting (p.library_bell), 1);
    assert_int_equal (p.daemon->ops->read (p.daemon, bytes, RING_DATA_SIZE,
                                           &err),
                      RING_DATA_SIZE / 4 * 3);
    assert_int_equal (bytes_waiting (p.library_bell), 1);
}

/* A thread that arms again and again, and finds each time that it need
 * not sleep, while the peer takes its flag as often: rings must not pile
 * up in a doorbell that nobody answers.
 */
struct arming {
    struct transport *t;
    size_t size; /* to read before it ends */
    bool failed;
    struct error err;
};

static void *
arm_often (void *arg)
{
    struct arming *a = arg;
    char bytes[16];

    for (size_t done = 0; done < a->size && !a->failed;) {
        ssize_t n;
        short events;
        int fd;

        while (!a->t->ops->arm (a->t, TRANSPORT_READ, &fd, &events))
            continue;
        n = a->t->ops->read (a->t, bytes, sizeof bytes, &a->err);
        a->failed = n < 0;
        done += n > 0 ? (size_t) n : 0;
    }
    return NULL;
}

static void
test_rings_do_not_pile_up (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    struct arming a = { .t = p.daemon, .size = 200000 };
    pthread_t thread;

    pthread_create (&thread, NULL, arm_often, &a);
    for (size_t i = 0; i < a.size; i++) {
        send_all (p.library, "x", 1);
        assert_in_range (bytes_waiting (p.daemon_bell), 0, 2);
    }
    pthread_join (thread, NULL);
    assert_false (a.failed);
}

/* The ring that a flag was taken for comes late: it is waited for, and
 * nothing is lost.
 */
static void
test_late_ring (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    short events;
    int fd;

    assert_false (p.library->ops->arm (p.library, TRANSPORT_READ, &fd,
                                       &events));
    TO_LIBRARY (&p)->reader_sleeps = 0;
    assert_int_equal (p.library->ops->disarm (p.library, &err), 0);
    assert_false (p.library->ops->arm (p.library, TRANSPORT_READ, &fd,
                                       &events));
    assert_int_equal (TO_LIBRARY (&p)->reader_sleeps, 0);
    assert_int_equal (write (p.daemon_bell, "!", 1), 1);
    assert_int_equal (p.library->ops->disarm (p.library, &err), 0);
    assert_false (p.library->ops->arm (p.library, TRANSPORT_READ, &fd,
                                       &events));
    assert_int_equal (TO_LIBRARY (&p)->reader_sleeps, 1);
}

static void *
ring_without_reason (void *arg)
{
    struct pair *p = arg;
    char bytes[1000];

    memset (bytes, '!', sizeof bytes);
    for (unsigned i = 0; i < 50; i++) {
        /* Full is full enough. */
        send (p->daemon_bell, bytes, sizeof bytes, MSG_DONTWAIT);
        send (p->library_bell, bytes, sizeof bytes, MSG_DONTWAIT);
    }
    send_all (p->daemon, "to library", 10);
    send_all (p->library, "to daemon", 9);
    return NULL;
}

static void
test_spurious_rings (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    pthread_t thread;

    pthread_create (&thread, NULL, ring_without_reason, &p);
    expect (p.library, "to library");
    pthread_join (thread, NULL);
    expect (p.daemon, "to daemon");
    while (poll_transport (p.daemon, TRANSPORT_READ, 0))
        continue;
    assert_int_equal (bytes_waiting (p.daemon_bell), 0);
}

/* A peer that keeps saying that it sleeps and never answers its doorbell
 * stops nobody.
 */
static void
test_unanswered_doorbell (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);

    for (unsigned i = 0; i < 5000; i++) {
        TO_DAEMON (&p)->reader_sleeps = 1;
        send_all (p.library, "x", 1);
        TO_LIBRARY (&p)->reader_sleeps = 1;
        send_all (p.daemon, "x", 1);
    }
    expect (p.library, "xxxx");
    expect (p.daemon, "xxxx");
}

/* The peer put its last words into the ring, took the flag, and ended
 * before it rang.
 */
static void
test_last_words (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    struct transport *t = p.library;
    char byte;
    short events;
    int fd;

    assert_false (t->ops->arm (t, TRANSPORT_READ, &fd, &events));
    TO_LIBRARY (&p)->reader_sleeps = 0;
    send_all (p.daemon, "last", 4);
    drop (&p, &p.daemon);
    assert_int_equal (t->ops->disarm (t, &err), 0);
    expect (t, "last");
    assert_int_equal (transport_read_full (t, &byte, 1, &err), -1);
    assert_failed (EPIPE, "the peer is gone");

    /* Who does not want to read them is told at once. */
    TO_LIBRARY (&p)->head += 4;
    fill (t);
    assert_int_equal (t->ops->wait (t, TRANSPORT_WRITE, &err), -1);
    assert_failed (EPIPE, "the peer is gone");
}

/* The peer ended while it slept: ringing finds that out, which fails a
 * write, but no read of what is there.
 */
static void
test_gone_while_it_slept (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    char byte;

    send_all (p.daemon, "last", 4);
    drop (&p, &p.daemon);
    TO_LIBRARY (&p)->writer_sleeps = 1;
    expect (p.library, "last");
    assert_int_equal (TO_LIBRARY (&p)->writer_sleeps, 0);
    TO_DAEMON (&p)->reader_sleeps = 1;
    assert_int_equal (transport_write_full (p.library, "x", 1, &err), -1);
    assert_failed (EPIPE, "the peer is gone");
    assert_int_equal (transport_read_full (p.library, &byte, 1, &err), -1);
    assert_failed (EPIPE, "the peer is gone");
}

/* An impossible index is reported, whichever way it is come upon. */
static void
check_lie (struct transport *t, int want, _Atomic uint32_t *index,
           uint32_t lie)
{
    uint32_t truth = *index;
    char bytes[16] = "";
    short events;
    int fd;

    *index = lie;
    assert_true (t->ops->arm (t, want, &fd, &events));
    assert_int_equal (t->ops->wait (t, want, &err), 0);
    if (want == TRANSPORT_READ)
        assert_int_equal (t->ops->read (t, bytes, sizeof bytes, &err), -1);
    else
        assert_int_equal (t->ops->write (t, bytes, sizeof bytes, &err), -1);
    assert_failed (EPROTO, "the peer wrote an impossible index");
    *index = truth;
}

static void
test_lying_indices (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    struct ring_control *to_daemon = TO_DAEMON (&p);
    struct ring_control *to_library = TO_LIBRARY (&p);
    const uint32_t now = RING_FIRST_INDEX;

    check_lie (p.library, TRANSPORT_READ, &to_library->head,
               now + RING_DATA_SIZE + 1);
    check_lie (p.library, TRANSPORT_READ, &to_library->head, now - 1);
    check_lie (p.library, TRANSPORT_WRITE, &to_daemon->tail, now + 1);
    check_lie (p.library, TRANSPORT_WRITE, &to_daemon->tail,
               now - RING_DATA_SIZE - 1);
    check_lie (p.daemon, TRANSPORT_READ, &to_daemon->head, now - 1);
    check_lie (p.daemon, TRANSPORT_WRITE, &to_library->tail, now + 1);
    send_all (p.library, "fine again", 10);
    expect (p.daemon, "fine again");
}

/* The library knows of a flush when it has read what came after it. */
static void
test_flushes (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);

    assert_int_equal (p.library->ops->flushes (p.library), 0);
    p.daemon->ops->set_flushes (p.daemon, 3);
    send_all (p.daemon, "x", 1);
    expect (p.library, "x");
    assert_int_equal (p.library->ops->flushes (p.library), 3);
    p.daemon->ops->set_flushes (p.daemon, UINT32_MAX);
    assert_int_equal (p.library->ops->flushes (p.library), UINT32_MAX);
    assert_memory_equal (p.memory + 0x001280, "\xff\xff\xff\xff", 4);
}

/* The daemon's end with a terminal line, as in User Mode Linux; the test
 * is the library at the line's other side.
 */
struct line {
    struct pair pair; /* without a transport for the library */
    struct ring to_daemon;
    int master;
};

static struct line
line_new (void)
{
    struct line line = { .pair = PAIR_EMPTY };
    cleanup_fd int memfd = new_memfd ();
    struct termios termios;
    int slave;

    line.pair.memory = map (memfd);
    ring_format (TO_DAEMON (&line.pair), RING_DATA_SIZE);
    ring_format (TO_LIBRARY (&line.pair), RING_DATA_SIZE);
    ring_attach (&line.to_daemon, RING_WRITER, TO_DAEMON (&line.pair),
                 line.pair.memory + RING_DATA_TO_DAEMON, RING_DATA_SIZE);
    assert_int_equal (openpty (&line.master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal (tcgetattr (slave, &termios), 0);
    cfmakeraw (&termios);
    assert_int_equal (tcsetattr (slave, TCSANOW, &termios), 0);
    line.pair.daemon = transport_new_ring (RING_END_DAEMON, map (memfd),
                                           slave, &err);
    assert_non_null (line.pair.daemon);
    return line;
}

static void
line_free (struct line *line)
{
    close_fd (&line->master);
    pair_free (&line->pair);
}

#define cleanup_line __attribute__ ((__cleanup__ (line_free)))

static void *
write_to_line (void *arg)
{
    struct line *line = arg;
    bool must_ring = false;
    struct error ignored = { 0 };
    ssize_t n = 0;

    /* When the daemon sleeps, not before. */
    while (!TO_DAEMON (&line->pair)->reader_sleeps)
        usleep (1000);
    if (write (line->master, "spurious", 8) == 8)
        usleep (10000);
    n = ring_write (&line->to_daemon, "hello", 5, &must_ring, &ignored);
    if (n == 5 && must_ring)
        n = write (line->master, "!", 1);
    return NULL;
}

static void
test_terminal_line (void **state)
{
    cleanup_line struct line line = line_new ();
    struct transport *daemon = line.pair.daemon;
    pthread_t thread;
    char byte;

    (void) state;
    pthread_create (&thread, NULL, write_to_line, &line);
    expect (daemon, "hello");
    pthread_join (thread, NULL);
    assert_false (poll_transport (daemon, TRANSPORT_READ, 0));

    TO_LIBRARY (&line.pair)->reader_sleeps = 1;
    send_all (daemon, "x", 1);
    send_all (daemon, "y", 1);
    assert_int_equal (read (line.master, &byte, 1), 1);
    assert_int_equal (bytes_waiting (line.master), 0);

    close_fd (&line.master);
    assert_int_equal (transport_read_full (daemon, &byte, 1, &err), -1);
    assert_failed (EPIPE, "the peer is gone");
    TO_LIBRARY (&line.pair)->reader_sleeps = 1;
    assert_int_equal (daemon->ops->write (daemon, "z", 1, &err), -1);
    assert_failed (EPIPE, "the peer is gone");
}

/* A failed transport_new_ring () has taken what it was given as well. */
static void
test_refused (void **state)
{
    cleanup_fd int memfd = new_memfd ();
    char *memory = map (memfd);
    int fds[2];

    (void) state;
    make_socketpair (fds);
    assert_null (transport_new_ring (RING_END_DAEMON, memory, fds[0], &err));
    assert_failed (EPROTO, "the memory holds no ring");
    assert_int_equal (msync (memory, TRANSPORT_RING_SIZE, MS_ASYNC), -1);
    close (fds[1]);

    assert_int_equal (pipe (fds), 0);
    assert_null (transport_new_ring (RING_END_LIBRARY, map (memfd), fds[1],
                                     &err));
    assert_failed (ENOTSOCK, "doorbell");
    close (fds[0]);
    error_clear (&err);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        TEST (test_no_ring_for_the_wakeful, ring),
        TEST (test_one_ring_for_each_sleep, ring),
        TEST (test_rings_do_not_pile_up, ring),
        TEST (test_late_ring, ring),
        TEST (test_spurious_rings, ring),
        TEST (test_unanswered_doorbell, ring),
        TEST (test_last_words, ring),
        TEST (test_gone_while_it_slept, ring),
        TEST (test_lying_indices, ring),
        TEST (test_flushes, ring),
        TEST (test_terminal_line, ring),
        TEST (test_refused, ring),
    };

    /* Whoever sleeps for ever fails. */
    alarm (120);
    return cmocka_run_group_tests_name ("transport-ring", tests, NULL, NULL);
}
