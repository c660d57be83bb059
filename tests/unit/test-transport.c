/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every kind of transport promises, for each of them from one table. */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "transport-pair.h"

/* More than any transport holds on the way. */
#define PLENTY (16 * MIB)

static void
test_both_ways (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);

    send_all (p.library, "question", 8);
    expect (p.daemon, "question");
    send_all (p.daemon, "answer", 6);
    send_all (p.daemon, "s", 1);
    expect (p.library, "answers");
}

static void
test_nothing_to_read (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    char byte;

    assert_int_equal (p.library->ops->read (p.library, &byte, 1, &err), 0);
    assert_int_equal (p.daemon->ops->read (p.daemon, &byte, 1, &err), 0);
    assert_false (poll_transport (p.library, TRANSPORT_READ, 0));
    assert_false (poll_transport (p.daemon, TRANSPORT_READ, 0));
    send_all (p.library, "x", 1);
    assert_true (poll_transport (p.daemon, TRANSPORT_READ, 0));
    expect (p.daemon, "x");
    assert_false (poll_transport (p.daemon, TRANSPORT_READ, 0));
}

static void
test_size_zero (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);

    send_all (p.daemon, "x", 1);
    assert_int_equal (p.library->ops->read (p.library, NULL, 0, &err), 0);
    assert_int_equal (p.library->ops->write (p.library, NULL, 0, &err), 0);
    send_all (p.library, NULL, 0);
    expect (p.library, "x");
    drop (&p, &p.daemon);
    assert_int_equal (p.library->ops->read (p.library, NULL, 0, &err), 0);
}

static void
test_full (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    cleanup_free char *bytes = xmalloc (PLENTY);
    size_t size = fill (p.library);

    assert_in_range (size, 1, PLENTY);
    assert_false (poll_transport (p.library, TRANSPORT_WRITE, 0));
    assert_int_equal (transport_read_full (p.daemon, bytes, size, &err), 0);
    assert_true (poll_transport (p.library, TRANSPORT_WRITE, 0));
    assert_true (fill (p.library) > 0);
}

/* Both are wanted, and either is enough. */
static void
test_want_both (void **state)
{
    const int both = TRANSPORT_READ | TRANSPORT_WRITE;
    cleanup_pair struct pair p = pair_new (*state);
    cleanup_free char *bytes = xmalloc (PLENTY);
    size_t size;

    assert_true (poll_transport (p.daemon, both, 0));
    size = fill (p.daemon);
    assert_false (poll_transport (p.daemon, both, 0));
    send_all (p.library, "x", 1);
    assert_true (poll_transport (p.daemon, both, 0));
    expect (p.daemon, "x");
    assert_false (poll_transport (p.daemon, both, 0));
    assert_int_equal (transport_read_full (p.library, bytes, size, &err),
                      0);
    assert_true (poll_transport (p.daemon, both, 0));
}

/* What the peer said last is read before it is known to be gone. */
static void
check_gone_reading (struct pair *p, struct transport **here,
                    struct transport **there)
{
    char byte;

    send_all (*there, "last", 4);
    drop (p, there);
    expect (*here, "last");
    assert_int_equal (transport_read_full (*here, &byte, 1, &err), -1);
    assert_failed (EPIPE, "the peer is gone");
}

static void
test_gone_reading (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    cleanup_pair struct pair q = pair_new (*state);

    check_gone_reading (&p, &p.library, &p.daemon);
    check_gone_reading (&q, &q.daemon, &q.library);
}

/* SIGPIPE would kill this test. */
static void
check_gone_writing (struct pair *p, struct transport **here,
                    struct transport **there)
{
    cleanup_free char *bytes = xcalloc (1, PLENTY);

    drop (p, there);
    assert_int_equal (transport_write_full (*here, bytes, PLENTY, &err), -1);
    assert_failed (EPIPE, "the peer is gone");
}

static void
test_gone_writing (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    cleanup_pair struct pair q = pair_new (*state);

    check_gone_writing (&p, &p.library, &p.daemon);
    check_gone_writing (&q, &q.daemon, &q.library);
}

static void *
drop_later (void *arg)
{
    struct pair *p = arg;

    usleep (20000);
    drop (p, &p->daemon);
    return NULL;
}

/* The peer goes while this end sleeps. */
static void
test_gone_sleeping (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    pthread_t thread;
    char byte;

    pthread_create (&thread, NULL, drop_later, &p);
    assert_int_equal (transport_read_full (p.library, &byte, 1, &err), -1);
    assert_failed (EPIPE, "the peer is gone");
    pthread_join (thread, NULL);
}

/* A stream of numbers in pieces of any size, sent by a thread. */
struct stream {
    struct transport *in;
    struct transport *out;
    size_t size;
    size_t piece_max;
    uint64_t sum; /* of what was received or sent */
    bool failed;
    struct error err;
};

static uint64_t
random_next (uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Depends on the order too, and is the same however the bytes are cut. */
static uint64_t
checksum (uint64_t sum, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * 0x100000001b3U;
    return sum;
}

static void *
stream_send (void *arg)
{
    struct stream *s = arg;
    cleanup_free unsigned char *bytes = xmalloc (s->piece_max);
    uint64_t seed = 1;

    for (size_t done = 0; done < s->size && !s->failed;) {
        size_t n = random_next (&seed) % s->piece_max + 1;

        if (n > s->size - done)
            n = s->size - done;
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char) ((done + i) % 253);
        s->sum = checksum (s->sum, bytes, n);
        s->failed = transport_write_full (s->out, bytes, n, &s->err) < 0;
        done += n;
    }
    return NULL;
}

static void *
stream_receive (void *arg)
{
    struct stream *s = arg;
    cleanup_free unsigned char *bytes = xmalloc (s->piece_max);
    uint64_t seed = 2;

    for (size_t done = 0; done < s->size && !s->failed;) {
        size_t size = random_next (&seed) % s->piece_max + 1;
        ssize_t n;

        if (size > s->size - done)
            size = s->size - done;
        n = s->in->ops->read (s->in, bytes, size, &s->err);
        if (n > 0) {
            s->sum = checksum (s->sum, bytes, (size_t) n);
            done += (size_t) n;
        } else {
            s->failed = n < 0
                        || s->in->ops->wait (s->in, TRANSPORT_READ,
                                             &s->err) < 0;
        }
    }
    return NULL;
}

static void
stream (struct transport *from, struct transport *to, size_t size,
        size_t piece_max)
{
    struct stream out = { .out = from, .size = size, .piece_max = piece_max };
    struct stream in = { .in = to, .size = size, .piece_max = piece_max };
    pthread_t thread;

    pthread_create (&thread, NULL, stream_send, &out);
    stream_receive (&in);
    pthread_join (thread, NULL);
    assert_false (out.failed);
    assert_false (in.failed);
    assert_true (out.sum == in.sum);
}

static void
test_stream (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);

    stream (p.library, p.daemon, 300 * MIB, 3 * MIB);
    stream (p.daemon, p.library, 300 * MIB, 3 * MIB);
    stream (p.library, p.daemon, 100 * MIB, 5000);
    stream (p.daemon, p.library, 100 * MIB, 5000);
}

/* Here a sleep for nearly each byte: a lost wake-up is found as a hang. */
static void *
echo_bytes (void *arg)
{
    struct stream *s = arg;

    for (size_t i = 0; i < s->size && !s->failed; i++) {
        char byte;

        s->failed = transport_read_full (s->in, &byte, 1, &s->err) < 0
                    || transport_write_full (s->out, &byte, 1, &s->err) < 0;
    }
    return NULL;
}

static void
test_one_byte_round_trips (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    struct stream s = { .in = p.daemon, .out = p.daemon, .size = 20000 };
    pthread_t thread;

    pthread_create (&thread, NULL, echo_bytes, &s);
    for (size_t i = 0; i < s.size; i++) {
        char sent = (char) i, byte;

        send_all (p.library, &sent, 1);
        assert_int_equal (transport_read_full (p.library, &byte, 1, &err),
                          0);
        assert_int_equal (sent, byte);
    }
    pthread_join (thread, NULL);
    assert_false (s.failed);
}

/* Both directions at once in one loop, as with a cancel during an upload:
 * each end sends a stream and receives one.
 */
static void *
duplex (void *arg)
{
    struct stream *s = arg;
    static unsigned char zeros[100000];
    cleanup_free unsigned char *bytes = xmalloc (sizeof zeros);
    size_t sent = 0, received = 0;

    while (!s->failed && (sent < s->size || received < s->size)) {
        size_t left = s->size - sent;
        struct pollfd pfd;
        ssize_t in, out;

        if (left > sizeof zeros)
            left = sizeof zeros;
        out = s->out->ops->write (s->out, zeros, left, &s->err);
        in = s->in->ops->read (s->in, bytes, sizeof zeros, &s->err);
        if (out < 0 || in < 0) {
            s->failed = true;
            break;
        }
        sent += (size_t) out;
        received += (size_t) in;
        if (out == 0 && in == 0
            && !s->in->ops->arm (s->in,
                                 (sent < s->size ? TRANSPORT_WRITE : 0)
                                     | (received < s->size ? TRANSPORT_READ
                                                           : 0),
                                 &pfd.fd, &pfd.events)) {
            poll (&pfd, 1, -1);
            s->failed = s->in->ops->disarm (s->in, &s->err) < 0;
        }
    }
    return NULL;
}

static void
test_duplex (void **state)
{
    cleanup_pair struct pair p = pair_new (*state);
    struct stream library = {
        .in = p.library, .out = p.library, .size = 200 * MIB
    };
    struct stream daemon = {
        .in = p.daemon, .out = p.daemon, .size = 200 * MIB
    };
    pthread_t thread;

    pthread_create (&thread, NULL, duplex, &daemon);
    duplex (&library);
    pthread_join (thread, NULL);
    assert_false (library.failed);
    assert_false (daemon.failed);
}

static void
test_free_null (void **state)
{
    (void) state;
    transport_free (NULL);
}

#define EACH(f) TEST (f, socket), TEST (f, ring)

int
main (void)
{
    const struct CMUnitTest tests[] = {
        EACH (test_both_ways),
        EACH (test_nothing_to_read),
        EACH (test_size_zero),
        EACH (test_full),
        EACH (test_want_both),
        EACH (test_gone_reading),
        EACH (test_gone_writing),
        EACH (test_gone_sleeping),
        EACH (test_one_byte_round_trips),
        EACH (test_duplex),
        EACH (test_stream),
        cmocka_unit_test (test_free_null),
    };

    /* Whoever sleeps for ever fails. */
    alarm (300);
    return cmocka_run_group_tests_name ("transport", tests, NULL, NULL);
}
