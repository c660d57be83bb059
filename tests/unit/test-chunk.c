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

/* A reason comes back as it was; without one, or with nonsense in its
 * place, the file is given up all the same.
 */
static void
reasons (void **state)
{
    char buffer[CHUNK_HEADER_SIZE + WIRE_CHUNK_MAX];
    char text[CHUNK_REASON_MAX + 1] = "";
    wire_error reason = { (char *) "ENOSPC", text }, got;
    cleanup_error struct error err = { 0 };
    struct packet packet;
    enum chunk_kind kind;
    struct iovec data;
    size_t size;

    (void) state;
    memset (text, 'x', CHUNK_REASON_MAX);
    size = chunk_put_reason (buffer, &reason);
    packet = packet_at (buffer);
    assert_int_equal (size, 4 + packet.size);
    assert_int_equal (chunk_decode (&packet, &kind, &data, &err), 0);
    assert_int_equal (kind, CHUNK_CANCEL);
    assert_true (chunk_get_reason (&data, &got));
    assert_string_equal (got.errno_name, "ENOSPC");
    assert_string_equal (got.message, text);
    xdr_free ((xdrproc_t) xdr_wire_error, &got);

    data.iov_len = 0;
    assert_false (chunk_get_reason (&data, &got));
    data.iov_len = 100; /* the message is longer */
    assert_false (chunk_get_reason (&data, &got));
    memset (data.iov_base, 0xff, 100);
    assert_false (chunk_get_reason (&data, &got));
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
        cmocka_unit_test (reasons),
        cmocka_unit_test (lies),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
