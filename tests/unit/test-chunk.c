/* SPDX-License-Identifier: GPL-2.0-or-later */
/* protocol/chunk.c */

#include "unit.h"

#include <errno.h>

#include "chunk.h"
#include "message.h"

static struct packet
packet_at (const char *p)
{
    return (struct packet) {
        .word = word_get (p),
        .body = p + 4,
        .size = word_get (p),
    };
}

/* Sizes around the limits come back as they were. */
static void
there_and_back (void **state)
{
    static const size_t sizes[] = { 1, 3, 4, 8191, 8192, 8193, 100000,
                                    CHUNK_BATCH_DATA };

    (void) state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        cleanup_chunk_batch struct chunk_batch batch;
        cleanup_error struct error err = { 0 };
        size_t total, seen = 0;
        char *p;

        chunk_batch_init (&batch);
        for (size_t j = 0; j < sizes[i]; j++)
            ((char *) batch.iov[j / 8192].iov_base)[j % 8192] = (char) j;
        total = chunk_batch_seal (&batch, sizes[i]);
        for (p = batch.buffer; p < batch.buffer + total;) {
            struct packet packet = packet_at (p);
            enum chunk_kind kind;
            struct iovec data;

            assert_int_equal (chunk_decode (&packet, &kind, &data, &err), 0);
            assert_int_equal (kind, CHUNK_DATA);
            for (size_t j = 0; j < data.iov_len; j++, seen++)
                assert_int_equal (((char *) data.iov_base)[j], (char) seen);
            p += 4 + packet.size;
        }
        assert_ptr_equal (p, batch.buffer + total);
        assert_int_equal (seen, sizes[i]);
    }
}

static void
ends (void **state)
{
    cleanup_error struct error err = { 0 };
    char buffer[CHUNK_HEADER_SIZE];
    struct packet packet;
    enum chunk_kind kind;
    struct iovec data;

    (void) state;
    chunk_put_end (buffer, false);
    packet = packet_at (buffer);
    assert_int_equal (chunk_decode (&packet, &kind, &data, &err), 0);
    assert_int_equal (kind, CHUNK_END);
    chunk_put_end (buffer, true);
    assert_int_equal (chunk_decode (&packet, &kind, &data, &err), 0);
    assert_int_equal (kind, CHUNK_CANCEL);
}

/* length word's bytes, cancel, claimed size: all of them impossible. */
static void
lies (void **state)
{
    static const struct {
        size_t size;
        uint32_t claimed;
    } cases[] = { { 0, 0 },    { 4, 0 },     { 8, 1 },      { 8, 8192 },
                  { 12, 5 },   { 12, 0 },    { 9000, 8192 }, { 8204, 8193 },
                  { 8, 0xffffffff }, { 8, 0xfffffffd } };
    static char body[16384];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cleanup_error struct error err = { 0 };
        struct packet packet = { .word = (uint32_t) cases[i].size,
                                 .body = body,
                                 .size = cases[i].size };
        enum chunk_kind kind;
        struct iovec data;

        word_put (body + 4, cases[i].claimed);
        assert_int_equal (chunk_decode (&packet, &kind, &data, &err), -1);
        assert_int_equal (err.errnum, EPROTO);
    }
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (there_and_back),
        cmocka_unit_test (ends),
        cmocka_unit_test (lies),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
