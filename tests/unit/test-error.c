/* SPDX-License-Identifier: GPL-2.0-or-later */
/* common/error.c */

#include "unit.h"

#include <errno.h>

#include "error.h"

static void
fail_sets_both (void **state)
{
    cleanup_error struct error err = { 0 };

    (void) state;
    assert_int_equal (fail (&err, ENOENT, "%s: %m", "/x"), -1);
    assert_int_equal (err.errnum, ENOENT);
    assert_string_equal (err.message, "/x: No such file or directory");
    assert_null (fail_null (&err, 0, "again"));
    assert_string_equal (err.message, "again");
}

static void
context_goes_first (void **state)
{
    cleanup_error struct error err = { 0 };

    (void) state;
    fail (&err, EIO, "reason");
    assert_int_equal (fail_context (&err, "call %d", 1), -1);
    assert_string_equal (err.message, "call 1: reason");
    assert_int_equal (err.errnum, EIO);
}

static void
move_empties (void **state)
{
    cleanup_error struct error a = { 0 }, b = { 0 };

    (void) state;
    fail (&a, EIO, "a");
    fail (&b, EIO, "b");
    error_move (&a, &b);
    assert_string_equal (a.message, "b");
    assert_null (b.message);
}

/* Messages have no small limit. */
static void
long_message (void **state)
{
    cleanup_error struct error err = { 0 };

    (void) state;
    fail (&err, 0, "%100000s", "x");
    assert_int_equal (strlen (err.message), 100000);
}

static void
errno_names (void **state)
{
    (void) state;
    for (int e = 1; e < 133; e++)
        assert_int_equal (errno_from_name (errno_to_name (e)),
                          strerrorname_np (e) ? e : EINVAL);
    assert_string_equal (errno_to_name (ENOTSUP), "ENOTSUP");
    assert_int_equal (errno_from_name ("EWOULDBLOCK"), EAGAIN);
    assert_int_equal (errno_from_name ("EOPNOTSUPP"), ENOTSUP);
    assert_int_equal (errno_from_name ("ENONSENSE"), EINVAL);
    assert_int_equal (errno_from_name (""), EINVAL);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (fail_sets_both),
        cmocka_unit_test (context_goes_first),
        cmocka_unit_test (move_empties),
        cmocka_unit_test (long_message),
        cmocka_unit_test (errno_names),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
