/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sudden death: of the appliance, and of the program. */

#include "config.h"

#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void
assert_usable_again (guestfs_h *g)
{
    assert_int_equal (guestfs_is_config (g), 1);
    assert_int_equal (guestfs_get_pid (g), -1);
    assert_no_children ();
    if (guestfs_launch (g) < 0)
        fail_msg ("%s", guestfs_last_error (g));
    assert_int_equal (guestfs_ping_daemon (g), 0);
}

static void
test_idle (void **state)
{
    size_t before = count_descriptors ();
    guestfs_h *g = launched_handle (10);
    pid_t pid = guestfs_get_pid (g);
    pid_t supervisor = parent_of (pid);

    (void) state;
    assert_int_equal (kill (pid, SIGKILL), 0);
    assert_int_equal (guestfs_ping_daemon (g), -1);
    assert_error (g, EIO, "ping_daemon: the appliance has died (signal 9)");
    assert_ends (pid);
    assert_ends (supervisor);
    assert_usable_again (g);
    finish (g);
    assert_int_equal (count_descriptors (), before);
}

static void
test_supervisor (void **state)
{
    guestfs_h *g = launched_handle (10);
    pid_t pid = guestfs_get_pid (g);

    (void) state;
    assert_int_equal (kill (parent_of (pid), SIGKILL), 0);
    assert_ends (pid);
    assert_int_equal (guestfs_ping_daemon (g), -1);
    assert_error (g, EIO, "the appliance has died (guestfs-confine was "
                          "killed)");
    assert_usable_again (g);
    finish (g);
}

static void *
kill_soon (void *opaque)
{
    sleep_ms (100);
    kill (*(pid_t *) opaque, SIGKILL);
    return NULL;
}

static void
test_during_call (void **state)
{
    size_t before = count_descriptors ();
    guestfs_h *g = launched_handle (100000);

    (void) state;
    /* A file that is sent, one that is received, one that never comes. */
    for (int i = 0; i < 3; i++) {
        pid_t pid = guestfs_get_pid (g);
        pthread_t killer;
        int fds[2];
        char name[64];
        int r;

        assert_int_equal (pipe (fds), 0);
        snprintf (name, sizeof name, "/proc/self/fd/%d", fds[0]);
        pthread_create (&killer, NULL, kill_soon, &pid);
        r = i == 0   ? guestfs_upload (g, "/dev/zero", "/dev/sda")
            : i == 1 ? guestfs_download (g, "/dev/sda", "/dev/null")
                     : guestfs_upload (g, name, "/dev/sda");
        pthread_join (killer, NULL);
        assert_int_equal (r, -1);
        assert_error (g, EIO, "the appliance has died (signal 9)");
        close (fds[0]);
        close (fds[1]);
        assert_usable_again (g);
    }
    finish (g);
    assert_int_equal (count_descriptors (), before);
}

/* Its last words are in the error. */
static void
test_panic (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    guestfs_set_append (g, "init=/nothing/there");
    assert_int_equal (guestfs_launch (g), -1);
    assert_error (g, EIO, "anic");
    guestfs_set_append (g, NULL);
    assert_usable_again (g);
    finish (g);
}

/* Launch in a process of our own, which lives until it is killed. */
static pid_t
start_victim (const char *tmpdir, int recovery_proc, pid_t *ret_appliance)
{
    int fds[2];
    pid_t victim;

    assert_int_equal (pipe (fds), 0);
    victim = fork ();
    assert_int_not_equal (victim, -1);
    if (victim == 0) {
        guestfs_h *g = guestfs_create ();
        pid_t pid;

        if (guestfs_set_recovery_proc (g, recovery_proc) < 0
            || guestfs_set_tmpdir (g, tmpdir) < 0
            || guestfs_add_drive_scratch (g, 10 * MIB, -1) < 0
            || guestfs_launch (g) < 0)
            _exit (1);
        pid = guestfs_get_pid (g);
        if (write (fds[1], &pid, sizeof pid) != sizeof pid)
            _exit (1);
        for (;;)
            pause ();
    }
    close (fds[1]);
    assert_int_equal (read (fds[0], ret_appliance, sizeof *ret_appliance),
                      sizeof *ret_appliance);
    close (fds[0]);
    return victim;
}

static void
test_program (void **state)
{
    (void) state;
    for (int recovery_proc = 0; recovery_proc < 2; recovery_proc++) {
        char tmpdir[] = "/tmp/test-death-XXXXXX";
        pid_t appliance, supervisor, victim;

        assert_non_null (mkdtemp (tmpdir));
        victim = start_victim (tmpdir, recovery_proc, &appliance);
        supervisor = parent_of (appliance);
        assert_int_equal (kill (victim, SIGKILL), 0);
        assert_int_equal (waitpid (victim, NULL, 0), victim);
        assert_ends (appliance);
        assert_ends (supervisor);
        /* No file is left, or this would fail. */
        assert_int_equal (rmdir (tmpdir), 0);
    }
}

/* A program that goes into the background once it has launched. */
static void
test_daemonize (void **state)
{
    int fds[2];
    char answer = 0;
    pid_t pid;

    (void) state;
    assert_int_equal (pipe (fds), 0);
    pid = fork ();
    if (pid == 0) {
        guestfs_h *g = guestfs_create ();

        if (guestfs_set_recovery_proc (g, 0) < 0 || guestfs_launch (g) < 0
            || fork () != 0)
            _exit (0);
        sleep_ms (300);
        answer = guestfs_ping_daemon (g) == 0 ? 'y' : 'n';
        (void) !write (fds[1], &answer, 1);
        guestfs_close (g);
        _exit (0);
    }
    close (fds[1]);
    assert_int_equal (waitpid (pid, NULL, 0), pid);
    assert_int_equal (read (fds[0], &answer, 1), 1);
    assert_int_equal (answer, 'y');
    close (fds[0]);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_idle),
        cmocka_unit_test (test_supervisor),
        cmocka_unit_test (test_during_call),
        cmocka_unit_test (test_panic),
        cmocka_unit_test (test_program),
        cmocka_unit_test (test_daemonize),
    };

    return cmocka_run_group_tests_name ("death", tests, NULL, NULL);
}
