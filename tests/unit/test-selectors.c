/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --key: what is understood, and that no message shows a key. */

#include "unit.h"

#include <unistd.h>

#include "io.h"
#include "memory.h"
#include "selectors.h"

static void
assert_selector (const char *text, const char *id, const char *key)
{
    struct selectors s = { .count = 0 };
    struct error err = { 0 };

    assert_int_equal (selectors_add (&s, text, &err), 0);
    assert_null (err.message);
    assert_int_equal (s.count, 1);
    assert_string_equal (s.item[0].id, id);
    if (key)
        assert_string_equal (s.item[0].key, key);
    else
        assert_null (s.item[0].key);
    assert_int_equal (selectors_need_network (&s), !key);
    selectors_free (&s);
}

static void
assert_refused (const char *text, const char *part)
{
    struct selectors s = { .count = 0 };
    struct error err = { 0 };

    assert_int_equal (selectors_add (&s, text, &err), -1);
    assert_non_null (strstr (err.message, part));
    assert_null (strstr (err.message, "secret"));
    assert_int_equal (s.count, 0);
    error_clear (&err);
}

static void
test_forms (void **state)
{
    (void) state;
    assert_selector ("/dev/sda1:key:secret", "/dev/sda1", "secret");
    assert_selector ("all:key:se:cr:et", "all", "se:cr:et");
    assert_selector ("all:key:", "all", "");
    assert_selector ("0123-ab:clevis", "0123-ab", NULL);
}

static void
test_refused (void **state)
{
    static const char *const texts[] = {
        "", ":", "secret", ":key:secret", "a:secret", "a:key", "a:file",
        "a:keys:secret", "a:ke:secret", "a:clevis:secret", "a:", "a::secret",
    };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refused (texts[i], "not of the form ID:key:STRING");
    assert_refused ("a:file:/no/such/file", "--key a: /no/such/file: ");
    assert_refused ("a:file:/", "--key a: /: ");
}

/* "a:file:NAME" for a file with this content. */
static char *
make_file (const void *content, size_t size, char name[])
{
    int fd = mkstemp (name);

    assert_true (fd >= 0);
    assert_int_equal (write_full (fd, content, size), 0);
    close (fd);
    return xasprintf ("a:file:%s", name);
}

static void
test_files (void **state)
{
    static const struct {
        const char *content;
        size_t size;
        const char *key; /* NULL: refused */
    } files[] = {
        { "secret", 6, "secret" },      { "secret\n", 7, "secret" },
        { "secret\n\n", 8, "secret\n" }, { "", 0, "" },
        { "\n", 1, "" },                { "secret\0x", 8, NULL },
    };

    (void) state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[] = "/tmp/test-selectors.XXXXXX";
        char *text = make_file (files[i].content, files[i].size, name);

        if (files[i].key)
            assert_selector (text, "a", files[i].key);
        else
            assert_refused (text, "NUL bytes");
        unlink (name);
        free (text);
    }
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_forms),
        cmocka_unit_test (test_refused),
        cmocka_unit_test (test_files),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
