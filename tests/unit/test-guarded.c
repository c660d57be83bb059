/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work in a process of its own: its results, and all ways to fail. */

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "guarded.h"

static char *
succeed (void *opaque, struct error *err)
{
    (void) err;
    return xasprintf ("%s\n%d", (const char *) opaque, (int) getpid ());
}

static char *
refuse (void *opaque, struct error *err)
{
    return fail_null (err, ENOSPC, "%s:\ntwo lines", (const char *) opaque);
}

static char *
die (void *opaque, struct error *err)
{
    (void) err;
    kill (getpid (), *(int *) opaque);
    pause ();
    return NULL;
}

static char *
never_end (void *opaque, struct error *err)
{
    (void) opaque;
    (void) err;
    for (volatile unsigned i = 1; i != 0; i |= 1)
        continue;
    return NULL;
}

static char *
is_open (void *opaque, struct error *err)
{
    (void) err;
    return xstrdup (fcntl (*(int *) opaque, F_GETFD) < 0 ? "no" : "yes");
}

static char *
answer_long (void *opaque, struct error *err)
{
    char *text = xmalloc (1 << 20);

    (void) opaque;
    (void) err;
    memset (text, 'x', (1 << 20) - 1);
    text[(1 << 20) - 1] = '\0';
    return text;
}

static void
check_failure (guarded_work work, void *opaque, int errnum, const char *text)
{
    cleanup_error struct error err = { 0 };

    assert_null (guarded_run (work, opaque, 1, "/dev/x", &err));
    assert_int_equal (err.errnum, errnum);
    assert_non_null (strstr (err.message, text));
    /* Nobody is left. */
    assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
    assert_int_equal (errno, ECHILD);
}

static void
test_result (void **state)
{
    cleanup_error struct error err = { 0 };
    cleanup_free char *result = guarded_run (succeed, (void *) "text", 1,
                                             "/dev/x", &err);
    cleanup_free char *ours = xasprintf ("text\n%d", (int) getpid ());

    (void) state;
    assert_non_null (result);
    assert_memory_equal (result, "text\n", 5);
    assert_string_not_equal (result, ours);
}

static void
test_long_result (void **state)
{
    cleanup_error struct error err = { 0 };
    cleanup_free char *result = guarded_run (answer_long, NULL, 1, "/dev/x",
                                             &err);

    (void) state;
    assert_non_null (result);
    assert_int_equal (strspn (result, "x"), strlen (result));
}

static void
test_failures (void **state)
{
    int abort_signal = SIGABRT, kill_signal = SIGKILL;

    (void) state;
    check_failure (refuse, (void *) "disk", ENOSPC, "disk:\ntwo lines");
    check_failure (die, &abort_signal, EIO, "/dev/x: the process that worked "
                                            "on it has crashed (signal 6)");
    check_failure (die, &kill_signal, ENOMEM, "/dev/x: the appliance's memory "
                                              "is not enough");
    check_failure (never_end, NULL, ETIMEDOUT, "/dev/x: this did not come to "
                                               "an end within 1 seconds");
}

static void
test_descriptors (void **state)
{
    cleanup_error struct error err = { 0 };
    cleanup_fd int fd = fcntl (STDERR_FILENO, F_DUPFD, 10);
    cleanup_free char *high = guarded_run (is_open, &fd, 1, "/dev/x", &err);
    int two = STDERR_FILENO;
    cleanup_free char *low = guarded_run (is_open, &two, 1, "/dev/x", &err);

    (void) state;
    assert_string_equal (high, "no");
    assert_string_equal (low, "yes");
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_result),
        cmocka_unit_test (test_long_result),
        cmocka_unit_test (test_failures),
        cmocka_unit_test (test_descriptors),
    };

    return cmocka_run_group_tests_name ("guarded", tests, NULL, NULL);
}
