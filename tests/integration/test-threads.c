/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads, wherever they can meet: on one handle, on several, in callbacks,
 * and when a call is cancelled.
 */

#include "config.h"

#include "threads.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS 25

struct worker {
    pthread_t thread;
    guestfs_h *g;
    int number;
    int failures;
};

/* Assertions jump, which only the main thread may: the others count. */
static void
run_workers (void *(*work) (void *), guestfs_h *g)
{
    struct worker workers[THREADS] = { 0 };

    for (int i = 0; i < THREADS; i++) {
        workers[i].g = g;
        workers[i].number = i;
        assert_int_equal (pthread_create (&workers[i].thread, NULL, work,
                                          &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join (workers[i].thread, NULL);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal (workers[i].failures, 0);
}

/* Each thread sees its own results and its own errors. */
static void *
call (void *opaque)
{
    struct worker *w = opaque;
    char name[32], missing[32];

    snprintf (name, sizeof name, "/file%d", w->number);
    snprintf (missing, sizeof missing, "/missing%d", w->number);
    for (int i = 0; i < ROUNDS; i++) {
        char *content;

        w->failures += guestfs_write (w->g, name, name, strlen (name)) != 0;
        content = guestfs_cat (w->g, name);
        w->failures += !content || strcmp (content, name) != 0;
        free (content);
        content = guestfs_cat (w->g, missing);
        w->failures += content
                       || !strstr (guestfs_last_error (w->g), missing)
                       || guestfs_last_errno (w->g) != ENOENT;
    }
    return NULL;
}

static void
test_calls (void **state)
{
    guestfs_h *g = launched_process ();

    (void) state;
    assert_non_null (g);
    run_workers (call, g);
    finish (g);
}

static void
ignore_error (guestfs_h *g, void *opaque, const char *message)
{
    (void) g, (void) opaque, (void) message;
}

/* What needs no appliance. */
static void *
change_settings (void *opaque)
{
    struct worker *w = opaque;
    guestfs_h *g = w->g;
    char key[32];

    snprintf (key, sizeof key, "key%d", w->number);
    for (int i = 0; i < ROUNDS; i++) {
        const char *found;

        guestfs_set_private (g, key, i % 2 ? w : NULL);
        w->failures += guestfs_get_private (g, key) != (i % 2 ? w : NULL);
        for (void *p = guestfs_first_private (g, &found); p;
             p = guestfs_next_private (g, &found))
            w->failures += !strstr (found, "key");
        guestfs_push_error_handler (g, ignore_error, w);
        w->failures += guestfs_set_smp (g, 0) != -1
                       || guestfs_last_errno (g) != EINVAL;
        guestfs_pop_error_handler (g);
        guestfs_set_out_of_memory_handler (g, abort);
        w->failures += guestfs_get_out_of_memory_handler (g) != abort;
        guestfs_set_trace (g, i % 2);
        guestfs_get_state (g);
    }
    return NULL;
}

static void
count (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
    atomic_fetch_add ((atomic_int *) opaque, 1);
}

static void
test_settings (void **state)
{
    guestfs_h *g = quiet_handle ();
    atomic_int traced = 0;

    (void) state;
    guestfs_set_event_callback (g, count, GUESTFS_EVENT_TRACE, 0, &traced);
    run_workers (change_settings, g);
    guestfs_close (g);
    assert_true (traced > 0);
}

/* What a callback needs: gone as soon as it was deleted. */
struct listener {
    atomic_int calls;
    bool deleted;
    int calls_after;
};

static void
listen (CALLBACK_ARGS)
{
    struct listener *l = opaque;

    UNUSED_CALLBACK_ARGS;
    l->calls++;
    l->calls_after += l->deleted;
}

static void *
set_and_delete (void *opaque)
{
    struct worker *w = opaque;

    for (int i = 0; i < ROUNDS; i++) {
        struct listener *l = calloc (1, sizeof *l);
        int handle = guestfs_set_event_callback (w->g, listen,
                                                 GUESTFS_EVENT_ENTER, 0, l);

        w->failures += handle < 0 || guestfs_get_smp (w->g) < 1;
        guestfs_delete_event_callback (w->g, handle);
        l->deleted = true;
        w->failures += l->calls < 1 || guestfs_get_smp (w->g) < 1
                       || l->calls_after > 0;
        free (l);
    }
    return NULL;
}

static void
test_events (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    run_workers (set_and_delete, g);
    guestfs_close (g);
}

/* Archives are packed in threads, with a library that the first loads. */
static void *
own_handle (void *opaque)
{
    struct worker *w = opaque;
    guestfs_h *g = launched_process ();
    char name[64], path[96];

    snprintf (name, sizeof name, "%s/from%d", folder, w->number);
    snprintf (path, sizeof path, "%s/file", name);
    w->failures += !g || mkdir (name, 0700) < 0
                   || mknod (path, S_IFREG | 0600, 0) < 0;
    if (!g || w->failures)
        return NULL;
    snprintf (path, sizeof path, "/to%d", w->number);
    w->failures += guestfs_mkdir (g, path) < 0
                   || guestfs_copy_in (g, name, path) < 0;
    snprintf (path, sizeof path, "/to%d/from%d", w->number, w->number);
    snprintf (name, sizeof name, "%s/back%d", folder, w->number);
    w->failures += mkdir (name, 0700) < 0
                   || guestfs_copy_out (g, path, name) < 0;
    if (w->failures)
        fprintf (stderr, "%s\n", guestfs_last_error (g));
    guestfs_close (g);
    return NULL;
}

static void
test_own_handles (void **state)
{
    size_t before = count_descriptors ();

    (void) state;
    run_workers (own_handle, NULL);
    assert_int_equal (count_descriptors (), before);
    assert_no_children ();
}

static void
test_cancel (void **state)
{
    guestfs_h *g = launched_process ();
    struct long_call l;

    (void) state;
    long_call_prepare (&l, g);
    long_call_start (&l);
    while (!l.done) {
        assert_int_equal (guestfs_user_cancel (g), 0);
        sleep_ms (1);
    }
    long_call_join (&l);
    assert_int_equal (l.r, -1);
    /* The other thread's error is not ours. */
    assert_null (guestfs_last_error (g));
    assert_int_equal (guestfs_ping_daemon (g), 0);
    finish (g);
    close (l.pipe[0]);
    close (l.pipe[1]);
}

static guestfs_h *to_cancel;
static volatile sig_atomic_t cancel_failed;

/* What was interrupted must find its errno. */
static void
on_alarm (int signal)
{
    int saved = errno;

    (void) signal;
    errno = EXDEV;
    if (guestfs_user_cancel (to_cancel) < 0 || errno != EXDEV)
        cancel_failed = 1;
    errno = saved;
}

static void
alarm_every (int ms)
{
    const struct timeval interval = { .tv_usec = ms * 1000 };
    const struct itimerval timer = { interval, interval };

    setitimer (ITIMER_REAL, &timer, NULL);
}

static void
test_cancel_from_signal (void **state)
{
    const struct sigaction action = { .sa_handler = on_alarm };
    struct long_call l;

    (void) state;
    to_cancel = launched_process ();
    long_call_prepare (&l, to_cancel);
    sigaction (SIGALRM, &action, NULL);
    alarm_every (5);
    long_call_make (&l);
    alarm_every (0);
    assert_int_equal (l.r, -1);
    assert_error (to_cancel, EINTR, "cancelled");
    assert_int_equal (cancel_failed, 0);
    assert_int_equal (guestfs_ping_daemon (to_cancel), 0);
    finish (to_cancel);
    close (l.pipe[0]);
    close (l.pipe[1]);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_calls),
        cmocka_unit_test (test_settings),
        cmocka_unit_test (test_events),
        cmocka_unit_test (test_own_handles),
        cmocka_unit_test (test_cancel),
        cmocka_unit_test (test_cancel_from_signal),
    };

    return cmocka_run_group_tests_name ("threads", tests, make_folder,
                                        remove_folder);
}
