/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The braces of shell patterns: what they stand for, and their limits. */

#include "unit.h"

#include <errno.h>

#include "brace.h"

/* The expansions with spaces between them. */
static void
check (const char *pattern, const char *expected)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    cleanup_error struct error err = { 0 };
    cleanup_free char *joined = xstrdup ("");

    assert_int_equal (brace_expand (pattern, &list, &err), 0);
    for (size_t i = 0; i < list.count; i++) {
        char *longer = xasprintf ("%s%s%s", joined, i ? " " : "",
                                  list.item[i]);

        free (joined);
        joined = longer;
    }
    assert_string_equal (joined, expected);
}

static void
test_expansions (void **state)
{
    (void) state;
    check ("/a", "/a");
    check ("", "");
    check ("/{a,b}", "/a /b");
    check ("/{a,b}/{c,d}", "/a/c /a/d /b/c /b/d");
    check ("/{a,b{c,d}e}f", "/af /bcef /bdef");
    check ("/{a}", "/a");
    check ("/{,a,}", "/ /a /");
    check ("/{{a,b},c}", "/a /b /c");
}

static void
test_literal (void **state)
{
    (void) state;
    check ("/{}", "/{}");
    check ("/{}{a,b}", "/{}a /{}b");
    check ("/{a,b", "/{a,b");
    check ("/a,b}", "/a,b}");
    check ("/{a,{b,c}", "/{a,b /{a,c");
    check ("/\\{a,b}", "/\\{a,b}");
    check ("/{a\\,b,c}", "/a\\,b /c");
    check ("/{a,b\\}", "/{a,b\\}");
    check ("/{a\\", "/{a\\");
}

static void
check_too_much (const char *piece, int count)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    cleanup_error struct error err = { 0 };
    cleanup_free char *pattern = xcalloc (1, strlen (piece) * (size_t) count
                                                 + 1);

    for (int i = 0; i < count; i++)
        memcpy (pattern + strlen (piece) * (size_t) i, piece, strlen (piece));
    assert_int_equal (brace_expand (pattern, &list, &err), -1);
    assert_int_equal (err.errnum, E2BIG);
}

static void
test_limits (void **state)
{
    (void) state;
    check_too_much ("{a,b}", 30);
    check_too_much ("{", 100000);
    check_too_much ("{a,", 5000);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_expansions),
        cmocka_unit_test (test_literal),
        cmocka_unit_test (test_limits),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
