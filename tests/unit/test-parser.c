/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lines of guestfish ask for. */

#include "unit.h"

#include "cleanup.h"
#include "parser.h"

static void
test_nothing (void **state)
{
    static const char *const lines[] = { "", "  ", "# x", "\t# \"x" };

    (void) state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cleanup_line struct line line = { .kind = LINE_COMMAND };
        cleanup_error struct error err = { 0 };
        size_t column;

        assert_int_equal (parse_line (lines[i], &line, &column, &err), 0);
        assert_int_equal (line.kind, LINE_EMPTY);
    }
}

static void
test_command (void **state)
{
    cleanup_line struct line line = { .kind = LINE_EMPTY };
    cleanup_error struct error err = { 0 };
    size_t column;

    (void) state;
    assert_int_equal (parse_line ("  -rm  '/a b' | cat | cat", &line, &column,
                                  &err), 0);
    assert_int_equal (line.kind, LINE_COMMAND);
    assert_true (line.ignore_errors);
    assert_int_equal (line.words.count, 2);
    assert_string_equal (line.words.item[0], "rm");
    assert_string_equal (line.words.item[1], "/a b");
    assert_int_equal (line.columns[0], 3);
    assert_int_equal (line.columns[1], 7);
    assert_string_equal (line.host, "cat | cat");
}

static void
test_host (void **state)
{
    static const struct {
        const char *text;
        enum line_kind kind;
        bool ignore_errors;
    } lines[] = {
        { "!ls \"x", LINE_HOST, false },
        { " ! ls \"x", LINE_HOST, false },
        { "-!ls \"x", LINE_HOST, true },
        { "<!ls \"x", LINE_INLINE, false },
        { "  -<! ls \"x", LINE_INLINE, true },
    };

    (void) state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cleanup_line struct line line = { .kind = LINE_EMPTY };
        cleanup_error struct error err = { 0 };
        size_t column;

        assert_int_equal (parse_line (lines[i].text, &line, &column, &err),
                          0);
        assert_int_equal (line.kind, lines[i].kind);
        assert_int_equal (line.ignore_errors, lines[i].ignore_errors);
        assert_string_equal (line.host, "ls \"x");
    }
}

static void
test_errors (void **state)
{
    static const struct {
        const char *text;
        size_t column;
        const char *message;
    } lines[] = {
        { " !  ", 1, "no command after the '!'" },
        { "<!", 0, "no command after the '!'" },
        { "-", 1, "no command after the '-'" },
        { "| cat", 0, "no command before the pipe" },
        { "a 'b", 2, "this single quote has no end" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cleanup_line struct line line = { .kind = LINE_EMPTY };
        cleanup_error struct error err = { 0 };
        size_t column = 99;

        assert_int_equal (parse_line (lines[i].text, &line, &column, &err),
                          -1);
        assert_int_equal (column, lines[i].column);
        assert_string_equal (err.message, lines[i].message);
        assert_int_equal (line.kind, LINE_EMPTY);
    }
}

static void
test_tilde (void **state)
{
    cleanup_line struct line line = { .kind = LINE_EMPTY };
    cleanup_error struct error err = { 0 };
    size_t column;

    (void) state;
    setenv ("HOME", "/home/me", 1);
    assert_int_equal (parse_line ("echo ~ ~/x '~' a~ ~root/y ~no-such-user",
                                  &line, &column, &err), 0);
    assert_string_equal (line.words.item[1], "/home/me");
    assert_string_equal (line.words.item[2], "/home/me/x");
    assert_string_equal (line.words.item[3], "~");
    assert_string_equal (line.words.item[4], "a~");
    assert_string_equal (line.words.item[5], "/root/y");
    assert_string_equal (line.words.item[6], "~no-such-user");
}

static void
test_given_words (void **state)
{
    char *const words[] = { (char *) "-rm", (char *) "~ '", (char *) "-" };
    cleanup_line struct line line = { .kind = LINE_EMPTY };

    (void) state;
    line_from_words (words, 3, &line);
    assert_true (line.ignore_errors);
    assert_string_equal (line.words.item[0], "rm");
    assert_string_equal (line.words.item[1], "~ '");
    assert_string_equal (line.words.item[2], "-");
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_nothing), cmocka_unit_test (test_command),
        cmocka_unit_test (test_host),    cmocka_unit_test (test_errors),
        cmocka_unit_test (test_tilde),   cmocka_unit_test (test_given_words),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
