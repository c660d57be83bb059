/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers, sizes, truth and prompts of guestfish. */

#include "unit.h"

#include "cleanup.h"
#include "number.h"
#include "prompt.h"

static void
test_numbers (void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } numbers[] = {
        { "0", 0 },
        { "1234", 1234 },
        { "02322", 1234 },
        { "0x4d2", 1234 },
        { "-1", -1 },
        { "1k", 1024 },
        { "1K", 1024 },
        { "1KiB", 1024 },
        { "1KB", 1000 },
        { "3M", 3145728 },
        { "2GiB", INT64_C (2147483648) },
        { "2TB", INT64_C (2000000000000) },
        { "1P", INT64_C (1125899906842624) },
        { "7E", INT64_C (8070450532247928832) },
        { "0Y", 0 },
        { "9223372036854775807", INT64_MAX },
        { "-9223372036854775808", INT64_MIN },
    };

    (void) state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cleanup_error struct error err = { 0 };
        int64_t value = 99;

        assert_int_equal (parse_number (numbers[i].text, INT64_MIN, INT64_MAX,
                                        &value, &err), 0);
        assert_int_equal (value, numbers[i].value);
    }
}

static void
test_bad_numbers (void **state)
{
    static const char *const words[] = {
        "",    "x",    " 1",  "1 ",   "1Q",   "1Kb",  "1KiBx", "K",
        "08",  "0x",   "1.5", "8E",   "1Z",   "1YB",  "9223372036854775808",
        "1b",  "1B",   "1mib", "--1",
    };

    (void) state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cleanup_error struct error err = { 0 };
        int64_t value = 99;

        assert_int_equal (parse_number (words[i], INT64_MIN, INT64_MAX,
                                        &value, &err), -1);
        assert_int_equal (value, 99);
        assert_non_null (err.message);
    }
}

static void
test_range (void **state)
{
    cleanup_error struct error err = { 0 };
    int64_t value = 99;

    (void) state;
    assert_int_equal (parse_number ("4G", INT32_MIN, INT32_MAX, &value, &err),
                      -1);
    assert_string_equal (err.message, "'4G' is not between -2147483648 and "
                                      "2147483647");
    assert_int_equal (parse_number ("-5", -5, 5, &value, &err), 0);
    assert_int_equal (value, -5);
}

static void
test_truth (void **state)
{
    static const char *const yes[] = { "true", "t", "YES", "y", "On", "1" };
    static const char *const no[] = { "False", "f", "no", "n", "off", "0" };
    cleanup_error struct error err = { 0 };
    bool truth;

    (void) state;
    for (int i = 0; i < 6; i++) {
        assert_int_equal (parse_bool (yes[i], &truth, &err), 0);
        assert_true (truth);
        assert_int_equal (parse_bool (no[i], &truth, &err), 0);
        assert_false (truth);
    }
    assert_int_equal (parse_bool ("2", &truth, &err), -1);
    assert_string_equal (err.message, "'2' is neither true nor false");
}

static void
test_prompts (void **state)
{
    static const char *const prompts[][2] = {
        { "><fs> ", "><fs> " },
        { "\\[\\e[1m\\]x\\[\\e[0m\\] ", "\001\033[1m\002x\001\033[0m\002 " },
        { "\\\\ \\a\\n\\r", "\\ \a\n\r" },
        { "\\101\\x42", "AB" },
        { "\\q\\x4\\9\\", "\\q\\x4\\9\\" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
        cleanup_free char *decoded = prompt_decode (prompts[i][0]);

        assert_string_equal (decoded, prompts[i][1]);
    }
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_numbers), cmocka_unit_test (test_bad_numbers),
        cmocka_unit_test (test_range),   cmocka_unit_test (test_truth),
        cmocka_unit_test (test_prompts),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
