/* SPDX-License-Identifier: GPL-2.0-or-later */
/* protocol/setup.c */

#include "unit.h"

#include <errno.h>

#include "message.h"
#include "setup.h"

static wire_setup
example (char **labels, u_int n)
{
    static char entropy[] = { 1, 2, 3, 4, 5 };

    return (wire_setup) {
        .seconds = UINT64_C (1) << 33,
        .nanoseconds = 999999999,
        .entropy = { sizeof entropy, entropy },
        .verbose = true,
        .labels = { n, labels },
    };
}

static void
there_and_back (void **state)
{
    char *labels[] = { (char *) "", (char *) "data", (char *) "" };
    wire_setup setup = example (labels, 3), got;
    cleanup_error struct error err = { 0 };
    char *buffer = xmalloc (SETUP_BUFFER_SIZE);
    ssize_t size = setup_encode (buffer, &setup, &err);

    (void) state;
    assert_true (size > SETUP_HEADER_SIZE);
    assert_int_equal (setup_size (buffer, &err), size - SETUP_HEADER_SIZE);
    assert_int_equal (setup_decode (buffer + SETUP_HEADER_SIZE,
                                    (size_t) size - SETUP_HEADER_SIZE, &got,
                                    &err),
                      0);
    assert_int_equal (got.seconds, setup.seconds);
    assert_int_equal (got.nanoseconds, setup.nanoseconds);
    assert_int_equal (got.entropy.entropy_len, 5);
    assert_memory_equal (got.entropy.entropy_val, "\1\2\3\4\5", 5);
    assert_true (got.verbose);
    assert_false (got.network);
    assert_int_equal (got.labels.labels_len, 3);
    assert_string_equal (got.labels.labels_val[1], "data");
    xdr_free ((xdrproc_t) xdr_wire_setup, &got);
    free (buffer);
}

/* As many disks as there can be, with labels as long as they can be; more
 * than the message takes is refused.
 */
static void
room (void **state)
{
    static char label[21] = "12345678901234567890";
    char **labels = xcalloc (WIRE_SETUP_MAX, sizeof *labels);
    char *buffer = xmalloc (SETUP_BUFFER_SIZE);
    wire_setup setup;
    cleanup_error struct error err = { 0 };

    (void) state;
    for (size_t i = 0; i < WIRE_SETUP_MAX; i++)
        labels[i] = label;
    setup = example (labels, 255);
    assert_true (setup_encode (buffer, &setup, &err) > 255 * 24);
    setup = example (labels, WIRE_SETUP_MAX);
    assert_int_equal (setup_encode (buffer, &setup, &err), -1);
    assert_int_equal (err.errnum, EMSGSIZE);
    free (buffer);
    free (labels);
}

static void
headers (void **state)
{
    static const struct {
        uint32_t flag, size;
        ssize_t result;
    } rows[] = {
        { WIRE_SETUP_FLAG, 0, 0 },
        { WIRE_SETUP_FLAG, WIRE_SETUP_MAX, WIRE_SETUP_MAX },
        { WIRE_SETUP_FLAG, WIRE_SETUP_MAX + 1, -1 },
        { WIRE_SETUP_FLAG, UINT32_MAX, -1 },
        { WIRE_LAUNCH_FLAG, 8, -1 },
        { 0, 8, -1 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_error struct error err = { 0 };
        char header[SETUP_HEADER_SIZE];

        word_put (header, rows[i].flag);
        word_put (header + 4, rows[i].size);
        assert_int_equal (setup_size (header, &err), rows[i].result);
        assert_int_equal (err.errnum, rows[i].result < 0 ? EPROTO : 0);
    }
}

/* Every one that breaks off is noticed, and so are counts that lie. */
static void
lies (void **state)
{
    char *labels[] = { (char *) "data" };
    wire_setup setup = example (labels, 1), got;
    char *buffer = xmalloc (SETUP_BUFFER_SIZE);
    char *body = buffer + SETUP_HEADER_SIZE;
    cleanup_error struct error err = { 0 };
    size_t size = (size_t) setup_encode (buffer, &setup, &err)
                  - SETUP_HEADER_SIZE;

    (void) state;
    for (size_t cut = 0; cut < size; cut += 4)
        assert_int_equal (setup_decode (body, cut, &got, &err), -1);
    word_put (body + 12, WIRE_ENTROPY_MAX + 1);
    assert_int_equal (setup_decode (body, size, &got, &err), -1);
    word_put (body + 12, 5);
    word_put (body + 32, UINT32_MAX); /* labels */
    assert_int_equal (setup_decode (body, size, &got, &err), -1);
    free (buffer);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (there_and_back),
        cmocka_unit_test (room),
        cmocka_unit_test (headers),
        cmocka_unit_test (lies),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
