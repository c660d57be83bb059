/* SPDX-License-Identifier: GPL-2.0-or-later */
/* common/command.c */

#include "unit.h"

#include <errno.h>
#include <signal.h>

#include "command.h"

static void
output_and_status (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    (void) state;
    command_add (&c, "sh", "-c", "echo out; echo err >&2; exit 3", NULL);
    assert_int_equal (command_run (&c, &err), 0);
    assert_int_equal (c.status, 3);
    assert_string_equal (c.output, "out\n");
    assert_string_equal (c.errors, "err");
}

static void
stderr_is_the_message (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    (void) state;
    command_add (&c, "sh", "-c", "echo the reason >&2; exit 1", NULL);
    assert_int_equal (command_check (&c, &err), -1);
    assert_string_equal (err.message, "sh: the reason");
}

static void
silent_failure (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    (void) state;
    command_add (&c, "false", NULL);
    assert_int_equal (command_check (&c, &err), -1);
    assert_string_equal (err.message, "false: exited with status 1");
}

static void
no_such_program (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    (void) state;
    command_add (&c, "no-such-program", NULL);
    assert_int_equal (command_run (&c, &err), -1);
    assert_int_equal (err.errnum, ENOENT);
    assert_non_null (strstr (err.message, "no-such-program"));
}

static void
killed (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    (void) state;
    command_add (&c, "sh", "-c", "kill -9 $$", NULL);
    assert_int_equal (command_run (&c, &err), -1);
    assert_non_null (strstr (err.message, "killed by signal 9"));
}

/* The kernel collects it, and tells nobody. */
static void
nobody_waits (void **state)
{
    cleanup_command struct command quiet = COMMAND_NONE;
    cleanup_command struct command loud = COMMAND_NONE;
    cleanup_command struct command child = COMMAND_NONE;
    cleanup_error struct error err = { 0 };
    void (*before) (int) = signal (SIGCHLD, SIG_IGN);
    uint64_t ignored;

    (void) state;
    command_add (&quiet, "sh", "-c", "echo out", NULL);
    assert_int_equal (command_check (&quiet, &err), 0);
    assert_true (quiet.guessed);
    assert_string_equal (quiet.output, "out\n");
    command_add (&loud, "sh", "-c", "echo the reason >&2; exit 1", NULL);
    assert_int_equal (command_check (&loud, &err), -1);
    assert_string_equal (err.message, "sh: the reason");
    /* Programs that we start can wait for theirs. */
    command_add (&child, "grep", "^SigIgn:", "/proc/self/status", NULL);
    assert_int_equal (command_check (&child, &err), 0);
    ignored = strtoull (strrchr (child.output, '\t'), NULL, 16);
    assert_false (ignored & (UINT64_C (1) << (SIGCHLD - 1)));
    signal (SIGCHLD, before);
}

/* More than the pipes hold, both ways at once. */
static void
big_input (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };
    size_t size = 3 << 20;
    cleanup_free char *input = xmalloc (size);

    (void) state;
    memset (input, 'x', size);
    c.input = input;
    c.input_size = size;
    command_add (&c, "cat", NULL);
    assert_int_equal (command_check (&c, &err), 0);
    assert_int_equal (c.output_size, size);
    assert_memory_equal (c.output, input, size);
}

static void
unwanted_input (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };
    size_t size = 1 << 20;
    cleanup_free char *input = xcalloc (1, size);

    (void) state;
    c.input = input;
    c.input_size = size;
    command_add (&c, "true", NULL);
    assert_int_equal (command_check (&c, &err), 0);
}

static void
too_much_output (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    (void) state;
    command_add (&c, "head", "-c", "5000000", "/dev/zero", NULL);
    assert_int_equal (command_run (&c, &err), -1);
    assert_int_equal (err.errnum, EFBIG);
}

/* It would never end by itself. */
static void
endless_output (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    (void) state;
    command_add (&c, "yes", NULL);
    assert_int_equal (command_run (&c, &err), -1);
    assert_int_equal (err.errnum, EFBIG);
}

static int
refuse_second (void *opaque, const char *data, size_t size,
               struct error *err)
{
    int *count = opaque;

    (void) data, (void) size;
    return ++*count == 2 ? fail (err, EDQUOT, "enough") : 0;
}

static void
sink_refuses (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };
    int count = 0;

    (void) state;
    c.sink = refuse_second;
    c.opaque = &count;
    command_add (&c, "yes", NULL);
    assert_int_equal (command_run (&c, &err), -1);
    assert_int_equal (err.errnum, EDQUOT);
    assert_int_equal (count, 2);
}

/* Three pieces, or two and a failure. */
struct pieces {
    int given, fail_at;
};

static ssize_t
give_piece (void *opaque, const char **ret, struct error *err)
{
    struct pieces *p = opaque;

    if (++p->given == p->fail_at)
        return fail (err, ECANCELED, "no more");
    *ret = "piece ";
    return p->given <= 3 ? 6 : 0;
}

static void
source_gives_input (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };
    struct pieces pieces = { 0 };

    (void) state;
    c.source = give_piece;
    c.opaque = &pieces;
    command_add (&c, "cat", NULL);
    assert_int_equal (command_check (&c, &err), 0);
    assert_string_equal (c.output, "piece piece piece ");
}

static void
source_fails (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };
    struct pieces pieces = { .fail_at = 3 };

    (void) state;
    c.source = give_piece;
    c.opaque = &pieces;
    command_add (&c, "cat", NULL);
    assert_int_equal (command_run (&c, &err), -1);
    assert_int_equal (err.errnum, ECANCELED);
}

static void
unwanted_source (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };
    struct pieces pieces = { 0 };

    (void) state;
    c.source = give_piece;
    c.opaque = &pieces;
    command_add (&c, "true", NULL);
    assert_int_equal (command_check (&c, &err), 0);
}

/* No shell is between: an argument is an argument. */
static void
arguments_are_literal (void **state)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    (void) state;
    command_add (&c, "printf", "%s", NULL);
    command_add_format (&c, "$(echo %d); `true` \"'", 1);
    assert_int_equal (command_check (&c, &err), 0);
    assert_string_equal (c.output, "$(echo 1); `true` \"'");
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (output_and_status),
        cmocka_unit_test (stderr_is_the_message),
        cmocka_unit_test (silent_failure),
        cmocka_unit_test (no_such_program),
        cmocka_unit_test (killed),
        cmocka_unit_test (nobody_waits),
        cmocka_unit_test (big_input),
        cmocka_unit_test (unwanted_input),
        cmocka_unit_test (too_much_output),
        cmocka_unit_test (endless_output),
        cmocka_unit_test (sink_refuses),
        cmocka_unit_test (source_gives_input),
        cmocka_unit_test (source_fails),
        cmocka_unit_test (unwanted_source),
        cmocka_unit_test (arguments_are_literal),
    };

    signal (SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests (tests, NULL, NULL);
}
