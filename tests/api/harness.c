/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running the tests that stand beside the calls' descriptions.
 *
 *     test-api [SUBJECT|CALL]
 *
 * runs all of them, or those of one subject or call; TAP on stdout.  With
 * TEST_BACKEND=process in the environment the daemon is an ordinary process,
 * and the tests that need no device run.
 */

#include "config.h"

#include <errno.h>
#include <ftw.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"
#include "harness.h"
#include "memory.h"

_Noreturn void
out_of_memory (void)
{
    abort ();
}

static void
diag (struct test *t, const char *line, const char *fmt, ...)
    __attribute__ ((format (printf, 3, 4)));

/* Every line of it must be a comment for TAP. */
static void
diag (struct test *t, const char *line, const char *fmt, ...)
{
    cleanup_free char *text = NULL;
    va_list args;

    t->failed = true;
    va_start (args, fmt);
    if (vasprintf (&text, fmt, args) < 0)
        out_of_memory ();
    va_end (args);
    printf ("# %s: ", line);
    for (const char *p = text; *p; p++)
        printf (*p == '\n' ? "\n# " : "%c", *p);
    putchar ('\n');
}

/* Strings that live as long as their test. */
static struct strings expanded;

char *
expand (struct test *t, const char *text)
{
    static const char *const names[] = { "$TMP", "$DATA" };
    const char *const values[] = { t->directory, TEST_DATA };
    char *result = xstrdup (text);

    for (size_t i = 0; i < 2; i++) {
        char *at;

        while ((at = strstr (result, names[i]))) {
            char *longer = xasprintf ("%.*s%s%s", (int) (at - result), result,
                                      values[i], at + strlen (names[i]));

            free (result);
            result = longer;
        }
    }
    strings_add_take (&expanded, result);
    return result;
}

void
check_success (struct test *t, guestfs_h *g, bool failed, const char *line)
{
    if (failed)
        diag (t, line, "failed: %s", guestfs_last_error (g));
}

static bool
matches (const char *regex, const char *text)
{
    regex_t re;
    bool r;

    if (regcomp (&re, regex, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    r = regexec (&re, text, 0, NULL, 0) == 0;
    regfree (&re);
    return r;
}

void
check_failure (struct test *t, guestfs_h *g, bool failed, const char *line,
               const char *errno_name, const char *regex)
{
    const char *message = guestfs_last_error (g);
    const char *name = errno_to_name (guestfs_last_errno (g));

    if (!failed) {
        diag (t, line, "did not fail");
        return;
    }
    if (strcmp (name, errno_name) != 0)
        diag (t, line, "failed with errno %s", name);
    if (!matches (regex, message))
        diag (t, line, "failed with the message: %s", message);
}

void
add_buffer (struct strings *result, const char *buffer, size_t size)
{
    char *text = xstrdup ("");

    /* NUL bytes show as "\0". */
    for (size_t i = 0; i < size;) {
        size_t n = strnlen (buffer + i, size - i);
        char *longer = xasprintf ("%s%.*s%s", text, (int) n, buffer + i,
                                  i + n < size ? "\\0" : "");

        free (text);
        text = longer;
        i += n + 1;
    }
    strings_add_take (result, text);
}

void
add_array (struct strings *result, char *const *array)
{
    for (; *array; array++)
        strings_add (result, *array);
}

void
add_hash (struct strings *result, char *const *hash, const char *key)
{
    for (; *hash; hash += 2)
        if (!key)
            strings_add_format (result, "%s=%s", hash[0], hash[1]);
        else if (strcmp (hash[0], key) == 0)
            strings_add (result, hash[1]);
}

static bool
equals (const struct strings *result, const char *const *expected)
{
    for (size_t i = 0; i < result->count; i++)
        if (!expected[i] || strcmp (result->item[i], expected[i]) != 0)
            return false;
    return !expected[result->count];
}

static bool
contains (const struct strings *result, const char *const *expected)
{
    for (size_t i = 0; i < result->count; i++)
        if (strcmp (result->item[i], expected[0]) == 0)
            return true;
    return false;
}

static bool
one_matches (const struct strings *result, const char *const *expected)
{
    for (size_t i = 0; i < result->count; i++)
        if (matches (expected[0], result->item[i]))
            return true;
    return false;
}

void
check_result (struct test *t, const char *line, const char *operator,
              struct strings *take_result, const char *const *expected)
{
    bool ok = strcmp (operator, "==") == 0 ? equals (take_result, expected)
              : strcmp (operator, "has") == 0
                  ? contains (take_result, expected)
                  : one_matches (take_result, expected);

    if (!ok) {
        for (size_t i = 0; i < take_result->count; i++)
            diag (t, line, "the result has '%s'", take_result->item[i]);
        if (take_result->count == 0)
            diag (t, line, "the result is empty");
    }
    strings_free (take_result);
}

static int
remove_one (const char *path, const struct stat *st, int type,
            struct FTW *where)
{
    (void) st, (void) type, (void) where;
    return remove (path);
}

static void
ignore_error (guestfs_h *g, void *opaque, const char *message)
{
    (void) g, (void) opaque, (void) message;
}

static bool
is_available (guestfs_h *g, const char *group)
{
    char *const groups[] = { (char *) group, NULL };

    return !*group || guestfs_feature_available (g, groups) == 1;
}

bool
in_process (void)
{
    const char *backend = getenv ("TEST_BACKEND");

    return backend && strcmp (backend, "process") == 0;
}

bool
in_qemu (void)
{
    const char *backend = getenv ("LIBGUESTFS_BACKEND");

    return backend && strcmp (backend, "direct") == 0;
}

/* The folder that is the guest's root in process, as empty as a new ext4. */
static void
make_root (struct test *t)
{
    cleanup_free char *root = xasprintf ("%s/root", t->directory);
    cleanup_free char *lost = xasprintf ("%s/lost+found", root);

    if (mkdir (root, 0755) < 0 || mkdir (lost, 0700) < 0)
        diag (t, root, "can't be made");
    setenv ("LIBGUESTFS_PROCESS_ROOT", root, 1);
}

static void
run_test (struct test *t, size_t number)
{
    char directory[] = "/tmp/test-api.XXXXXX";
    guestfs_h *g = guestfs_create ();
    const char *skip = "";

    t->directory = mkdtemp (directory);
    if (t->directory && in_process ())
        make_root (t);
    guestfs_set_error_handler (g, ignore_error, NULL);
    if (!t->directory || start_state (g, t->start) < 0)
        diag (t, t->start, "can't start: %s", guestfs_last_error (g));
    else if (!is_available (g, t->needs))
        skip = " # SKIP the appliance lacks the group ";
    else
        t->run (t, g);
    guestfs_close (g);
    if (t->directory)
        nftw (t->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    strings_free (&expanded);
    printf ("%s %zu - %s%s%s\n", t->failed ? "not ok" : "ok", number, t->name,
            skip, *skip ? t->needs : "");
    fflush (stdout);
}

static bool
is_wanted (const struct test *t, const char *what)
{
    size_t n;

    if (in_process ()
        && (t->needs_devices || strcmp (t->start, "mounted") != 0))
        return false;
    if (in_qemu () && t->host_tools)
        return false;
    if (!what || strcmp (t->subject, what) == 0)
        return true;
    n = strlen (what);
    return strncmp (t->name, what, n) == 0 && t->name[n] == ' ';
}

int
main (int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : NULL;
    size_t count = 0, number = 0;
    bool failed = false;

    for (struct test *t = api_tests; t->run; t++)
        count += is_wanted (t, what);
    printf ("1..%zu\n", count);
    for (struct test *t = api_tests; t->run; t++)
        if (is_wanted (t, what)) {
            run_test (t, ++number);
            failed |= t->failed;
        }
    return failed || count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
