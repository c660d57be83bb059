/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rings in shared memory: moving bytes, full and empty, the run through
 * 2^32, a peer that lies, and the handshake of sleeping and waking.
 */

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "ring.h"

/* Last: it has a macro named fail. */
#include <cmocka.h>

#define SMALL 64

/* Both ends of one ring. */
struct pair {
    struct ring_control control;
    struct ring reader;
    struct ring writer;
    char *data; /* allocated, so that a sanitizer sees where it ends */
    struct error err;
};

void
out_of_memory (void)
{
    abort ();
}

static struct pair *
pair_new (uint32_t size)
{
    struct pair *p = aligned_alloc (_Alignof (struct pair), sizeof *p);

    memset (p, 0xee, sizeof *p);
    p->data = xcalloc (1, size);
    p->err = (struct error) { 0 };
    ring_format (&p->control, size);
    ring_attach (&p->reader, RING_READER, &p->control, p->data, size);
    ring_attach (&p->writer, RING_WRITER, &p->control, p->data, size);
    return p;
}

static void
pair_free (struct pair *p)
{
    error_clear (&p->err);
    free (p->data);
    free (p);
}

static void
cleanup_pair_ (struct pair **p)
{
    pair_free (*p);
}

#define cleanup_pair __attribute__ ((__cleanup__ (cleanup_pair_)))

/* As if so many bytes had gone through. */
static void
start_at (struct pair *p, uint32_t index)
{
    p->reader.index = p->writer.index = index;
    p->control.head = p->control.tail = index;
}

/* Writes that have to work; returns whether to ring. */
static bool
put (struct pair *p, const void *bytes, size_t size)
{
    bool must_ring;

    assert_int_equal (ring_write (&p->writer, bytes, size, &must_ring,
                                  &p->err), size);
    return must_ring;
}

static bool
take (struct pair *p, void *bytes, size_t size)
{
    bool must_ring;

    assert_int_equal (ring_read (&p->reader, bytes, size, &must_ring,
                                 &p->err), size);
    return must_ring;
}

static void
assert_failed (struct pair *p, const char *text)
{
    assert_int_equal (p->err.errnum, EPROTO);
    assert_non_null (strstr (p->err.message, text));
    error_clear (&p->err);
}

static uint32_t
word_at (const struct pair *p, size_t offset)
{
    uint32_t word;

    memcpy (&word, (const char *) &p->control + offset, sizeof word);
    return word;
}

/* The offsets that ring.h documents, in literal numbers. */
static void
test_layout (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);
    char byte;

    (void) state;
    assert_memory_equal (&p->control, "Rng1", 4);
    assert_int_equal (word_at (p, 0x004), SMALL);
    assert_int_equal (word_at (p, 0x080), 0xffff0000U);
    assert_int_equal (word_at (p, 0x100), 0xffff0000U);
    assert_int_equal (word_at (p, 0x180), 0);
    assert_int_equal (word_at (p, 0x200), 0);

    put (p, "abc", 3);
    take (p, &byte, 1);
    ring_announce_sleep (&p->reader);
    assert_int_equal (word_at (p, 0x080), 0xffff0003U);
    assert_int_equal (word_at (p, 0x100), 0xffff0001U);
    assert_int_equal (word_at (p, 0x180), 1);
    assert_int_equal (word_at (p, 0x200), 0);
    ring_announce_sleep (&p->writer);
    assert_int_equal (word_at (p, 0x200), 1);
    assert_memory_equal (p->data, "abc", 3);
}

static void
test_check_format (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);

    (void) state;
    assert_int_equal (ring_check_format (&p->control, SMALL, &p->err), 0);
    assert_int_equal (ring_check_format (&p->control, 128, &p->err), -1);
    assert_failed (p, "of 64 bytes, 128 were expected");
    p->control.magic = 0;
    assert_int_equal (ring_check_format (&p->control, SMALL, &p->err), -1);
    assert_failed (p, "holds no ring (0x00000000)");
}

static void
test_empty_and_full (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);
    char in[SMALL + 1], out[SMALL + 1];
    bool must_ring;

    (void) state;
    memset (in, 'x', sizeof in);
    assert_int_equal (ring_readable (&p->reader, &p->err), 0);
    assert_int_equal (ring_writable (&p->writer, &p->err), SMALL);
    assert_int_equal (ring_read (&p->reader, out, 1, &must_ring, &p->err), 0);
    assert_false (must_ring);

    assert_int_equal (ring_write (&p->writer, in, sizeof in, &must_ring,
                                  &p->err), SMALL);
    assert_int_equal (ring_readable (&p->reader, &p->err), SMALL);
    assert_int_equal (ring_writable (&p->writer, &p->err), 0);
    assert_int_equal (ring_write (&p->writer, in, 1, &must_ring, &p->err),
                      0);
    assert_false (must_ring);

    assert_int_equal (ring_read (&p->reader, out, sizeof out, &must_ring,
                                 &p->err), SMALL);
    assert_memory_equal (in, out, SMALL);
    assert_int_equal (ring_readable (&p->reader, &p->err), 0);
}

static void
test_nothing_moves_nothing (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);
    bool must_ring = true;

    (void) state;
    ring_announce_sleep (&p->reader);
    ring_announce_sleep (&p->writer);
    assert_int_equal (ring_write (&p->writer, NULL, 0, &must_ring, &p->err),
                      0);
    assert_false (must_ring);
    must_ring = true;
    assert_int_equal (ring_read (&p->reader, NULL, 0, &must_ring, &p->err),
                      0);
    assert_false (must_ring);
    assert_true (ring_withdraw_sleep (&p->reader));
    assert_true (ring_withdraw_sleep (&p->writer));
}

/* Every length at every place: in one piece and in two. */
static void
test_every_place (void **state)
{
    static const char text[] = "0123456789abcdef";
    cleanup_pair struct pair *p = pair_new (16);
    char out[16];

    (void) state;
    for (uint32_t start = 0; start < 16; start++)
        for (size_t size = 0; size <= 16; size++) {
            start_at (p, start);
            put (p, text, size);
            memset (out, 0, sizeof out);
            take (p, out, size);
            assert_memory_equal (out, text, size);
        }
}

static void
test_one_byte_at_a_time (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);

    (void) state;
    for (unsigned i = 0; i < 2 * 65536; i++) {
        unsigned char in = (unsigned char) (i * 7), out;

        put (p, &in, 1);
        take (p, &out, 1);
        assert_int_equal (in, out);
    }
    /* It started 65536 below 2^32. */
    assert_int_equal (p->reader.index, 65536);
}

static uint32_t
random_next (uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Any order of reads and writes, from just below 2^32. */
static void
test_runs_through_2_32 (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);
    uint64_t written = 0, read = 0;
    uint32_t seed = 1;

    (void) state;
    start_at (p, UINT32_MAX - 1000);
    while (read < 100000) {
        unsigned char bytes[SMALL + 8];
        size_t size = random_next (&seed) % sizeof bytes;
        bool must_ring;
        ssize_t n;

        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char) ((written + i) % 251);
        n = ring_write (&p->writer, bytes, size, &must_ring, &p->err);
        assert_in_range (n, 0, SMALL);
        written += (uint64_t) n;
        assert_int_equal (ring_readable (&p->reader, &p->err),
                          written - read);

        size = random_next (&seed) % sizeof bytes;
        n = ring_read (&p->reader, bytes, size, &must_ring, &p->err);
        assert_in_range (n, 0, SMALL);
        for (size_t i = 0; i < (size_t) n; i++)
            assert_int_equal (bytes[i], (read + i) % 251);
        read += (uint64_t) n;
        assert_int_equal (ring_writable (&p->writer, &p->err),
                          SMALL - (written - read));
    }
}

/* How far the lie is from this end's own index, and whether it is one. */
static const struct {
    uint32_t distance;
    bool possible;
} lies[] = {
    { 0, true },
    { 1, true },
    { SMALL, true },
    { SMALL + 1, false },
    { 2 * SMALL, false },
    { 0x7fffffff, false },
    { 0x80000000, false },
    { UINT32_MAX - SMALL, false },
    { UINT32_MAX, false },
};

#define N_LIES (sizeof lies / sizeof lies[0])

/* What was written before stays, around the end of the memory too. */
static void
test_wipe_written (void **state)
{
    (void) state;
    for (uint32_t start = 0; start < SMALL; start++) {
        cleanup_pair struct pair *p = pair_new (SMALL);
        char bytes[20];

        start_at (p, start);
        put (p, "0123456789secret key", 20);
        take (p, bytes, 20);
        ring_wipe_written (&p->writer, 10);
        for (uint32_t i = 0; i < 20; i++)
            assert_int_equal (p->data[(start + i) % SMALL],
                              i < 10 ? bytes[i] : 0);
        ring_wipe_written (&p->writer, 10 * SMALL);
        for (uint32_t i = 0; i < SMALL; i++)
            assert_int_equal (p->data[i], 0);
    }
}

static void
test_lying_head (void **state)
{
    static const uint32_t tails[] = { 0, 5, SMALL, UINT32_MAX - 3 };
    char bytes[2 * SMALL];
    bool must_ring;

    (void) state;
    for (size_t i = 0; i < N_LIES * 4; i++) {
        cleanup_pair struct pair *p = pair_new (SMALL);
        uint32_t distance = lies[i / 4].distance;

        start_at (p, tails[i % 4]);
        p->control.head = tails[i % 4] + distance;
        if (lies[i / 4].possible) {
            take (p, bytes, distance);
            continue;
        }
        assert_int_equal (ring_readable (&p->reader, &p->err), -1);
        assert_failed (p, "the peer wrote an impossible index");
        assert_int_equal (ring_read (&p->reader, bytes, sizeof bytes,
                                     &must_ring, &p->err), -1);
        assert_failed (p, "the peer wrote an impossible index");
        assert_int_equal (p->reader.index, tails[i % 4]);
    }
}

static void
test_lying_tail (void **state)
{
    static const uint32_t heads[] = { 0, 5, SMALL, UINT32_MAX - 3 };
    char bytes[2 * SMALL] = "";
    bool must_ring;

    (void) state;
    for (size_t i = 0; i < N_LIES * 4; i++) {
        cleanup_pair struct pair *p = pair_new (SMALL);
        uint32_t distance = lies[i / 4].distance;

        start_at (p, heads[i % 4]);
        p->control.tail = heads[i % 4] - distance;
        if (lies[i / 4].possible) {
            assert_int_equal (ring_writable (&p->writer, &p->err),
                              SMALL - distance);
            put (p, bytes, SMALL - distance);
            continue;
        }
        assert_int_equal (ring_writable (&p->writer, &p->err), -1);
        assert_failed (p, "the peer wrote an impossible index");
        assert_int_equal (ring_write (&p->writer, bytes, sizeof bytes,
                                      &must_ring, &p->err), -1);
        assert_failed (p, "the peer wrote an impossible index");
        assert_int_equal (p->writer.index, heads[i % 4]);
    }
}

/* The peer scribbles on the index that is not its own. */
static void
test_own_index_is_private (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);
    char out[8];

    (void) state;
    put (p, "abcdefgh", 8);
    p->control.tail = 12345;
    take (p, out, 4);
    assert_memory_equal (out, "abcd", 4);
    assert_int_equal (p->control.tail, RING_FIRST_INDEX + 4);

    p->control.head = 54321;
    put (p, "ijkl", 4);
    assert_int_equal (p->control.head, RING_FIRST_INDEX + 12);
    take (p, out, 8);
    assert_memory_equal (out, "efghijkl", 8);
}

static void
test_first_byte_wakes_reader (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);

    (void) state;
    assert_false (put (p, "a", 1));
    ring_announce_sleep (&p->reader);
    assert_true (put (p, "b", 1));
    /* Once: the flag is taken. */
    assert_false (put (p, "c", 1));
    assert_false (ring_withdraw_sleep (&p->reader));
    ring_announce_sleep (&p->reader);
    assert_true (ring_withdraw_sleep (&p->reader));
    assert_false (put (p, "d", 1));
}

static void
test_free_quarter_wakes_writer (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);
    char bytes[SMALL] = "";

    (void) state;
    put (p, bytes, SMALL);
    ring_announce_sleep (&p->writer);
    assert_false (take (p, bytes, 1));
    assert_false (take (p, bytes, SMALL / 4 - 2));
    assert_true (take (p, bytes, 1));
    assert_false (take (p, bytes, 1));
    assert_false (ring_withdraw_sleep (&p->writer));
}

/* A peer that keeps its flag set, to whatever value, costs one ring for
 * each call, and no more.
 */
static void
test_strange_flags (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);
    char bytes[SMALL] = "";

    (void) state;
    for (unsigned i = 0; i < 10; i++) {
        p->control.reader_sleeps = 0xdeadbeef;
        assert_true (put (p, bytes, 1));
        p->control.writer_sleeps = 0x80000000;
        assert_true (take (p, bytes, 1));
    }
}

/* One end publishes at the very moment when the other goes to sleep, very
 * often: one of them has to notice.  They would not always, if a processor
 * could look at the peer's word before its own is visible.
 */
#define ROUNDS 200000

struct race {
    struct pair *pair;
    _Atomic unsigned writer_round;
    _Atomic unsigned reader_round;
    bool rang;
};

static void
meet (_Atomic unsigned *own, _Atomic unsigned *other, unsigned round)
{
    unsigned spins = 0;

    atomic_store (own, round);
    while (atomic_load (other) < round)
        if (++spins > 1000)
            sched_yield ();
}

static void *
race_writer (void *arg)
{
    struct race *race = arg;
    struct error err = { 0 };
    unsigned round = 0;

    while (round < 2 * ROUNDS) {
        meet (&race->writer_round, &race->reader_round, ++round);
        ring_write (&race->pair->writer, "x", 1, &race->rang, &err);
        meet (&race->writer_round, &race->reader_round, ++round);
    }
    return NULL;
}

static void
test_sleep_races_with_write (void **state)
{
    cleanup_pair struct pair *p = pair_new (SMALL);
    struct race race = { .pair = p };
    unsigned round = 0, lost = 0;
    pthread_t thread;
    char byte;

    (void) state;
    pthread_create (&thread, NULL, race_writer, &race);
    while (round < 2 * ROUNDS) {
        bool saw;

        meet (&race.reader_round, &race.writer_round, ++round);
        /* The moment is not known: try all that are near. */
        for (volatile unsigned delay = round / 2 % 64; delay > 0; delay--)
            continue;
        ring_announce_sleep (&p->reader);
        saw = ring_readable (&p->reader, &p->err) != 0;
        meet (&race.reader_round, &race.writer_round, ++round);
        if (!saw && !race.rang)
            lost++;
        /* A flag is rung for or taken back, not both and not neither. */
        if (ring_withdraw_sleep (&p->reader) == race.rang)
            lost++;
        take (p, &byte, 1);
    }
    pthread_join (thread, NULL);
    assert_int_equal (lost, 0);
}

/* Two threads that sleep when they can't go on.  A semaphore is the
 * doorbell.  A sanitizer for threads sees both ends at one address here.
 */
struct stream {
    struct pair *pair;
    size_t size;
    sem_t reader_bell;
    sem_t writer_bell;
    bool reader_failed;
    bool writer_failed;
};

static void
sleep_on (struct ring *r, sem_t *bell,
          ssize_t (*possible) (const struct ring *, struct error *),
          struct error *err)
{
    ring_announce_sleep (r);
    /* A ring that came too late makes a later sleep shorter. */
    if (possible (r, err) != 0)
        ring_withdraw_sleep (r);
    else
        sem_wait (bell);
}

static void *
stream_writer (void *arg)
{
    struct stream *s = arg;
    unsigned char bytes[5000];
    struct error err = { 0 };
    uint32_t seed = 3;
    size_t done = 0;

    while (done < s->size && !s->writer_failed) {
        size_t size = random_next (&seed) % sizeof bytes + 1;
        bool must_ring;
        ssize_t n;

        if (size > s->size - done)
            size = s->size - done;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char) ((done + i) % 251);
        n = ring_write (&s->pair->writer, bytes, size, &must_ring, &err);
        if (n < 0)
            s->writer_failed = true;
        else if (n == 0)
            sleep_on (&s->pair->writer, &s->writer_bell, ring_writable,
                      &err);
        else if (must_ring)
            sem_post (&s->reader_bell);
        done += n > 0 ? (size_t) n : 0;
    }
    return NULL;
}

static void *
stream_reader (void *arg)
{
    struct stream *s = arg;
    unsigned char bytes[5000];
    struct error err = { 0 };
    uint32_t seed = 4;
    size_t done = 0;

    while (done < s->size && !s->reader_failed) {
        size_t size = random_next (&seed) % sizeof bytes + 1;
        bool must_ring;
        ssize_t n = ring_read (&s->pair->reader, bytes, size, &must_ring,
                               &err);

        for (ssize_t i = 0; i < n; i++)
            if (bytes[i] != (done + (size_t) i) % 251)
                s->reader_failed = true;
        if (n < 0)
            s->reader_failed = true;
        else if (n == 0)
            sleep_on (&s->pair->reader, &s->reader_bell, ring_readable,
                      &err);
        else if (must_ring)
            sem_post (&s->writer_bell);
        done += n > 0 ? (size_t) n : 0;
    }
    return NULL;
}

static void
test_two_threads (void **state)
{
    /* Tiny rings are all about sleeping, and slow. */
    static const struct {
        uint32_t ring;
        size_t stream;
    } sizes[] = {
        { 4, 20000 },
        { 64, 1 << 18 },
        { 4096, 8 << 20 },
        { 65536, 64 << 20 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cleanup_pair struct pair *p = pair_new (sizes[i].ring);
        struct stream s = { .pair = p, .size = sizes[i].stream };
        pthread_t reader, writer;

        start_at (p, UINT32_MAX - 1000);
        sem_init (&s.reader_bell, 0, 0);
        sem_init (&s.writer_bell, 0, 0);
        pthread_create (&reader, NULL, stream_reader, &s);
        pthread_create (&writer, NULL, stream_writer, &s);
        pthread_join (writer, NULL);
        pthread_join (reader, NULL);
        sem_destroy (&s.reader_bell);
        sem_destroy (&s.writer_bell);
        assert_false (s.reader_failed);
        assert_false (s.writer_failed);
        assert_int_equal (ring_readable (&p->reader, &p->err), 0);
    }
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_layout),
        cmocka_unit_test (test_check_format),
        cmocka_unit_test (test_empty_and_full),
        cmocka_unit_test (test_nothing_moves_nothing),
        cmocka_unit_test (test_every_place),
        cmocka_unit_test (test_one_byte_at_a_time),
        cmocka_unit_test (test_runs_through_2_32),
        cmocka_unit_test (test_wipe_written),
        cmocka_unit_test (test_lying_head),
        cmocka_unit_test (test_lying_tail),
        cmocka_unit_test (test_own_index_is_private),
        cmocka_unit_test (test_first_byte_wakes_reader),
        cmocka_unit_test (test_free_quarter_wakes_writer),
        cmocka_unit_test (test_strange_flags),
        cmocka_unit_test (test_sleep_races_with_write),
        cmocka_unit_test (test_two_threads),
    };

    /* Whoever sleeps for ever fails. */
    alarm (120);
    return cmocka_run_group_tests_name ("ring", tests, NULL, NULL);
}
