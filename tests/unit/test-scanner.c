/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a line, and the strings of a list. */

#include "unit.h"

#include "cleanup.h"
#include "scanner.h"
#include "string-list.h"

/* All tokens of a line as "<word> <word> |<host>", or "!COLUMN MESSAGE". */
static char *
scan (const char *line)
{
    cleanup_error struct error err = { 0 };
    cleanup_free char *all = xstrdup ("");
    struct scanner s;

    scanner_init (&s, line);
    for (;;) {
        cleanup_token struct token token = { .text = NULL };
        cleanup_free char *before = NULL;

        if (scanner_next (&s, &token, &err) < 0)
            return xasprintf ("!%zu %s", s.error_at, err.message);
        if (token.kind == TOKEN_END)
            return steal (&all);
        before = all;
        all = xasprintf (token.kind == TOKEN_PIPE ? "%s|%s" : "%s<%s>", all,
                         token.text);
    }
}

static void
check_lines (const char *const (*lines)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cleanup_free char *got = scan (lines[i][0]);

        assert_string_equal (got, lines[i][1]);
    }
}

#define CHECK(lines) check_lines (lines, sizeof lines / sizeof *lines)

static void
test_words (void **state)
{
    static const char *const lines[][2] = {
        { "", "" },
        { "  \t ", "" },
        { "run", "<run>" },
        { "  cat   /x\t/y  ", "<cat></x></y>" },
        { "rm '/file name'", "<rm></file name>" },
        { "rm '/\"'", "<rm></\">" },
        { "echo '' \"\"", "<echo><><>" },
        { "echo it's a\"b", "<echo><it's><a\"b>" },
        { "cat win:c:\\dir\\n", "<cat><win:c:\\dir\\n>" },
        { "foo # NOT a comment", "<foo><#><NOT><a><comment>" },
        { "echo 'a\\nb'", "<echo><a\\nb>" },
    };

    (void) state;
    CHECK (lines);
}

static void
test_escapes (void **state)
{
    static const char *const lines[][2] = {
        { "\"\\a\\b\\f\\n\\r\\t\\v\\\"\\\\\"", "<\a\b\f\n\r\t\v\"\\>" },
        { "\"\\101\\x42\\x6a\"", "<ABj>" },
        { "\"\\377\"", "<\377>" },
        { "\"echo \\'a b\\'\"", "<echo \\'a b\\'>" },
        { "\"\\q\"", "!1 no such escape; a backslash itself is \\\\" },
        { "\"ab\\x4\"", "!3 \\x needs two hex digits" },
        { "\"\\12\"", "!1 a backslash needs three octal digits" },
        { "\"\\000\"", "!1 no argument can hold this character" },
        { "\"\\x00\"", "!1 no argument can hold this character" },
        { "\"\\777\"", "!1 no argument can hold this character" },
    };

    (void) state;
    CHECK (lines);
}

static void
test_open_quotes (void **state)
{
    static const char *const lines[][2] = {
        { "cat \"/foo", "!4 this double quote has no end" },
        { "cat '/foo", "!4 this single quote has no end" },
        { "cat \"/foo\\", "!9 no such escape; a backslash itself is \\\\" },
        { "cat \"/foo\"bar", "!10 a space is missing after the quote" },
        { "'a''b'", "!3 a space is missing after the quote" },
    };

    (void) state;
    CHECK (lines);
}

static void
test_pipes (void **state)
{
    static const char *const lines[][2] = {
        { "ls | head -1 | tr a b", "<ls>|head -1 | tr a b" },
        { "ls |head", "<ls>|head" },
        { "ls|head", "<ls|head>" },
        { "echo \"|\" '| x'", "<echo><|><| x>" },
        { "ls |", "!3 no command after the pipe" },
        { "ls |  ", "!3 no command after the pipe" },
    };

    (void) state;
    CHECK (lines);
}

/* The strings of a list as "<a><b>", or the message. */
static char *
list (const char *text)
{
    cleanup_error struct error err = { 0 };
    cleanup_string_array char **strings = split_list (text, &err);
    char *all = xstrdup ("");

    if (!strings) {
        free (all);
        return xstrdup (err.message);
    }
    for (size_t i = 0; strings[i]; i++) {
        char *longer = xasprintf ("%s<%s>", all, strings[i]);

        free (all);
        all = longer;
    }
    return all;
}

static void
test_lists (void **state)
{
    static const char *const lists[][2] = {
        { "", "" },
        { "/dev/sda1  /dev/sdb1 ", "</dev/sda1></dev/sdb1>" },
        { "/bin/echo 'foo    bar'", "</bin/echo><foo    bar>" },
        { "/bin/echo \\'foo\\'", "</bin/echo><'foo'>" },
        { "a'b c'd ''", "<ab cd><>" },
        { "'it\\'s'", "<it's>" },
        { "a\\b \"c", "<a\\b><\"c>" },
        { "a 'b", "a single quote in the list has no end" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        cleanup_free char *got = list (lists[i][0]);

        assert_string_equal (got, lists[i][1]);
    }
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_words),
        cmocka_unit_test (test_escapes),
        cmocka_unit_test (test_open_quotes),
        cmocka_unit_test (test_pipes),
        cmocka_unit_test (test_lists),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
