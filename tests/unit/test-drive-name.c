/* SPDX-License-Identifier: GPL-2.0-or-later */
/* common/drive-name.c */

#include "unit.h"

#include "drive-name.h"

static const struct {
    size_t index;
    const char *letters;
} pairs[] = {
    { 0, "a" },      { 1, "b" },      { 25, "z" },    { 26, "aa" },
    { 27, "ab" },    { 51, "az" },    { 52, "ba" },   { 254, "iu" },
    { 701, "zz" },   { 702, "aaa" },  { 18277, "zzz" },
};

#define NR_PAIRS (sizeof pairs / sizeof *pairs)

static void
both_ways (void **state)
{
    (void) state;
    for (size_t i = 0; i < NR_PAIRS; i++) {
        char letters[DRIVE_NAME_SIZE];
        const char *rest;

        drive_name (pairs[i].index, letters);
        assert_string_equal (letters, pairs[i].letters);
        assert_int_equal (drive_index (letters, &rest), pairs[i].index);
        assert_string_equal (rest, "");
    }
}

static void
what_follows (void **state)
{
    const char *rest;

    (void) state;
    assert_int_equal (drive_index ("b12", &rest), 1);
    assert_string_equal (rest, "12");
    assert_int_equal (drive_index ("1", &rest), -1);
    assert_int_equal (drive_index ("", &rest), -1);
    assert_int_equal (drive_index ("aaaaaaaaaaaaaaaaaaaaaa", &rest), -1);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (both_ways),
        cmocka_unit_test (what_follows),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
