/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closing a handle: while another thread uses it, in its own callbacks, and
 * when the program exits.
 */

#include "config.h"

#include "threads.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4

extern char **environ;

static void *
close_handle (void *opaque)
{
    guestfs_close (opaque);
    return NULL;
}

/* What happens when the handle is closed. */
struct closing {
    atomic_bool allowed;
    int count, too_early;
};

static void
note_close (CALLBACK_ARGS)
{
    struct closing *c = opaque;

    UNUSED_CALLBACK_ARGS;
    c->count++;
    c->too_early += !c->allowed;
}

static void
watch (struct closing *c, guestfs_h *g)
{
    *c = (struct closing) { .allowed = false };
    assert_non_null (g);
    guestfs_set_event_callback (g, note_close, GUESTFS_EVENT_CLOSE, 0, c);
}

static void
test_other_thread_calls (void **state)
{
    guestfs_h *g = launched_process ();
    struct closing closing;
    struct long_call l;
    pthread_t closer;

    (void) state;
    watch (&closing, g);
    long_call_prepare (&l, g);
    long_call_start (&l);
    assert_int_equal (pthread_create (&closer, NULL, close_handle, g), 0);
    sleep_ms (20);
    closing.allowed = true;
    close (l.pipe[1]);
    pthread_join (closer, NULL);
    long_call_join (&l);
    close (l.pipe[0]);
    assert_int_equal (l.r, 0);
    assert_int_equal (closing.count, 1);
    assert_int_equal (closing.too_early, 0);
    assert_no_children ();
}

static void
close_it (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
    guestfs_close (g);
}

static void
ignore (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
}

/* The callback closes the handle that the running call needs. */
static void
test_event_closes (void **state)
{
    static const uint64_t events[] = {
        GUESTFS_EVENT_ENTER,   GUESTFS_EVENT_PROGRESS,
        GUESTFS_EVENT_LIBRARY, GUESTFS_EVENT_LAUNCH_DONE,
        GUESTFS_EVENT_TRACE,
    };

    (void) state;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        guestfs_h *g = quiet_handle ();
        struct closing closing;

        watch (&closing, g);
        closing.allowed = true;
        assert_int_equal (guestfs_set_backend (g, "process"), 0);
        assert_int_equal (guestfs_set_verbose (g, 1), 0);
        assert_int_equal (guestfs_set_trace (g, 1), 0);
        guestfs_set_event_callback (g, ignore, GUESTFS_EVENT_ALL, 0, NULL);
        guestfs_set_event_callback (g, close_it, events[i], 0, NULL);
        assert_int_equal (guestfs_launch (g), 0);
        assert_int_equal (closing.count, 1);
        assert_no_children ();
    }
}

static void
close_on_error (guestfs_h *g, void *opaque, const char *message)
{
    (void) message;
    guestfs_close (g);
    /* Until the call has ended, it is there. */
    ++*(int *) opaque;
    guestfs_set_error_handler (g, NULL, NULL);
    guestfs_set_smp (g, 0);
}

static int
refused_call (guestfs_h *g)
{
    return guestfs_set_smp (g, 0);
}

static int
refused_callback (guestfs_h *g)
{
    return guestfs_set_event_callback (g, NULL, 0, 0, NULL);
}

static void
test_error_handler_closes (void **state)
{
    int (*const failing[]) (guestfs_h *) = { refused_call, refused_callback };

    (void) state;
    for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
        guestfs_h *g = guestfs_create ();
        struct closing closing;
        int errors = 0;

        watch (&closing, g);
        closing.allowed = true;
        guestfs_set_error_handler (g, close_on_error, &errors);
        assert_int_equal (failing[i] (g), -1);
        assert_int_equal (errors, 1);
        assert_int_equal (closing.count, 1);
    }
}

static void
test_close_event_closes (void **state)
{
    guestfs_h *g = quiet_handle ();
    struct closing closing;

    (void) state;
    watch (&closing, g);
    closing.allowed = true;
    guestfs_set_event_callback (g, close_it, GUESTFS_EVENT_CLOSE, 0, NULL);
    guestfs_close (g);
    assert_int_equal (closing.count, 1);
}

/* This program again, in one of the ways to exit that are below. */
static void
assert_exits (const char *way)
{
    char *argv[] = { (char *) "test-close", (char *) way, NULL };
    int status;
    pid_t pid;

    assert_int_equal (posix_spawn (&pid, "/proc/self/exe", NULL, NULL, argv,
                                   environ), 0);
    assert_int_equal (waitpid (pid, &status, 0), pid);
    assert_int_equal (status, 0);
}

static void
exit_during_call (void)
{
    struct long_call *l = calloc (1, sizeof *l);

    long_call_prepare (l, launched_process ());
    long_call_start (l);
    pthread_detach (l->thread);
    exit (EXIT_SUCCESS);
}

static void
exit_now (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
    exit (EXIT_SUCCESS);
}

static void
exit_in_callback (void)
{
    guestfs_h *g = launched_process ();

    guestfs_set_event_callback (g, exit_now, GUESTFS_EVENT_ENTER, 0, NULL);
    guestfs_ping_daemon (g);
}

static void *
open_and_close (void *opaque)
{
    for (;;) {
        guestfs_h *a = guestfs_create ();
        guestfs_h *b = guestfs_create ();

        guestfs_close (a);
        guestfs_close (b);
        ++*(atomic_int *) opaque;
    }
    return NULL;
}

static void
exit_while_others_close (void)
{
    static atomic_int rounds;

    for (int i = 0; i < THREADS; i++) {
        pthread_t thread;

        pthread_create (&thread, NULL, open_and_close, &rounds);
        pthread_detach (thread);
    }
    while (rounds < 20)
        sleep_ms (1);
    exit (EXIT_SUCCESS);
}

static const struct {
    const char *name;
    void (*run) (void);
} ways[] = {
    { "during-call", exit_during_call },
    { "in-callback", exit_in_callback },
    { "while-others-close", exit_while_others_close },
};

static void
test_exit (void **state)
{
    (void) state;
    for (int round = 0; round < 10; round++)
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
            assert_exits (ways[i].name);
}

int
main (int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_other_thread_calls),
        cmocka_unit_test (test_event_closes),
        cmocka_unit_test (test_error_handler_closes),
        cmocka_unit_test (test_close_event_closes),
        cmocka_unit_test (test_exit),
    };

    for (size_t i = 0; argc > 1 && i < sizeof ways / sizeof *ways; i++)
        if (strcmp (argv[1], ways[i].name) == 0)
            ways[i].run ();
    if (argc > 1)
        return EXIT_FAILURE;
    return cmocka_run_group_tests_name ("close", tests, make_folder,
                                        remove_folder);
}
