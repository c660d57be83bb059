/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads: several on one handle, several handles, and cancelling. */

#include "config.h"

#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS 20

struct worker {
    pthread_t thread;
    guestfs_h *g;
    int number;
    int failures;
};

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
    for (int i = 0; i < THREADS; i++) {
        pthread_join (workers[i].thread, NULL);
        assert_int_equal (workers[i].failures, 0);
    }
}

/* Every thread must see its own results and its own errors. */
static void *
share_handle (void *opaque)
{
    struct worker *w = opaque;
    char name[32], missing[32];

    snprintf (name, sizeof name, "/file%d", w->number);
    snprintf (missing, sizeof missing, "/missing%d", w->number);
    for (int i = 0; i < ROUNDS; i++) {
        char *content;

        w->failures += guestfs_touch (w->g, name) != 0;
        content = guestfs_cat (w->g, name);
        w->failures += !content || *content;
        free (content);
        content = guestfs_cat (w->g, missing);
        w->failures += content
                       || !strstr (guestfs_last_error (w->g), missing)
                       || guestfs_last_errno (w->g) != ENOENT;
    }
    return NULL;
}

static void
test_share_handle (void **state)
{
    guestfs_h *g = mounted_handle (50);

    (void) state;
    run_workers (share_handle, g);
    finish (g);
}

static void *
own_handle (void *opaque)
{
    struct worker *w = opaque;
    guestfs_h *g = guestfs_create ();

    w->failures = !g || guestfs_add_drive_scratch (g, 20 * MIB, -1) < 0
                  || guestfs_launch (g) < 0
                  || guestfs_mkfs (g, "ext4", "/dev/sda") < 0
                  || guestfs_mount (g, "/dev/sda", "/") < 0
                  || guestfs_touch (g, "/file") < 0
                  || guestfs_shutdown (g) < 0;
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

static void *
cancel_soon (void *opaque)
{
    sleep_ms (100);
    guestfs_user_cancel (opaque);
    return NULL;
}

static void
test_cancel (void **state)
{
    guestfs_h *g = launched_handle (100000);

    (void) state;
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        int fds[2];
        char name[64];
        int r;

        assert_int_equal (pipe (fds), 0);
        snprintf (name, sizeof name, "/proc/self/fd/%d", fds[0]);
        pthread_create (&thread, NULL, cancel_soon, g);
        r = i == 0   ? guestfs_upload (g, "/dev/zero", "/dev/sda")
            : i == 1 ? guestfs_download (g, "/dev/sda", "/dev/null")
                     : guestfs_upload (g, name, "/dev/sda");
        pthread_join (thread, NULL);
        assert_int_equal (r, -1);
        assert_error (g, EINTR, "cancelled");
        close (fds[0]);
        close (fds[1]);
        assert_int_equal (guestfs_ping_daemon (g), 0);
    }
    finish (g);
}

static guestfs_h *to_cancel;

static void
on_alarm (int signal)
{
    (void) signal;
    guestfs_user_cancel (to_cancel);
}

static void
test_cancel_from_signal (void **state)
{
    const struct sigaction action = { .sa_handler = on_alarm };
    const struct itimerval timer = { .it_value = { .tv_usec = 100000 } };

    (void) state;
    to_cancel = launched_handle (100000);
    sigaction (SIGALRM, &action, NULL);
    setitimer (ITIMER_REAL, &timer, NULL);
    assert_int_equal (guestfs_upload (to_cancel, "/dev/zero", "/dev/sda"),
                      -1);
    assert_error (to_cancel, EINTR, "cancelled");
    finish (to_cancel);
}

/* One that comes when nothing runs cancels nothing later. */
static void
test_cancel_too_early (void **state)
{
    guestfs_h *g = launched_handle (10);

    (void) state;
    guestfs_user_cancel (g);
    assert_int_equal (guestfs_download (g, "/dev/sda", "/dev/null"), 0);
    finish (g);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_share_handle),
        cmocka_unit_test (test_own_handles),
        cmocka_unit_test (test_cancel),
        cmocka_unit_test (test_cancel_from_signal),
        cmocka_unit_test (test_cancel_too_early),
    };

    return cmocka_run_group_tests_name ("parallel", tests, NULL, NULL);
}
