/* SPDX-License-Identifier: GPL-2.0-or-later */
/* common/string-list.c */

#include "unit.h"

#include "string-list.h"

static void
assert_array (char **array, const char *joined)
{
    cleanup_free char *text = xstrdup ("");

    for (size_t i = 0; array[i]; i++) {
        char *longer = xasprintf ("%s%s|", text, array[i]);

        free (text);
        text = longer;
    }
    assert_string_equal (text, joined);
}

static void
growing (void **state)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    cleanup_string_array char **array = NULL;

    (void) state;
    for (int i = 0; i < 100; i++)
        strings_add_format (&list, "%d", 99 - i);
    assert_int_equal (list.count, 100);
    strings_sort (&list);
    assert_string_equal (list.item[1], "1");
    assert_string_equal (list.item[2], "10");
    array = strings_steal (&list);
    assert_int_equal (list.count, 0);
    assert_int_equal (string_array_length (array), 100);
}

static void
empty (void **state)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    cleanup_string_array char **array = strings_steal (&list);

    (void) state;
    assert_null (array[0]);
    string_array_free (NULL);
}

static void
splitting (void **state)
{
    static const struct {
        const char *text, *split;
    } cases[] = {
        { "", "" }, { "a", "a|" }, { "a,b", "a|b|" }, { ",", "||" },
        { "a,,b,", "a||b||" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cleanup_string_array char **array = string_split (cases[i].text, ',');

        assert_array (array, cases[i].split);
    }
}

static void
lines (void **state)
{
    static const struct {
        const char *text, *split;
    } cases[] = {
        { "", "" }, { "a", "a|" }, { "a\n", "a|" }, { "\n", "|" },
        { "a\n\nb", "a||b|" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cleanup_string_array char **array = string_split_lines (cases[i].text);

        assert_array (array, cases[i].split);
    }
}

static void
ends (void **state)
{
    char text[] = "a b \n\t";

    (void) state;
    assert_true (string_starts_with ("abc", "ab"));
    assert_false (string_starts_with ("a", "ab"));
    assert_true (string_ends_with ("abc", "bc"));
    assert_false (string_ends_with ("c", "bc"));
    string_trim_end (text);
    assert_string_equal (text, "a b");
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (growing), cmocka_unit_test (empty),
        cmocka_unit_test (splitting), cmocka_unit_test (lines),
        cmocka_unit_test (ends),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
