/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handle: errors and their handlers, private data, options, closing. */

#include "config.h"

#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_no_error_yet (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_null (guestfs_last_error (g));
    assert_int_equal (guestfs_last_errno (g), 0);
    assert_int_equal (guestfs_set_memsize (g, 1), -1);
    assert_error (g, EINVAL, "set_memsize: 1 MiB");
    /* A call that does not fail changes nothing. */
    assert_int_equal (guestfs_set_memsize (g, 256), 0);
    assert_error (g, EINVAL, "set_memsize: 1 MiB");
    guestfs_close (g);
}

struct seen {
    int calls;
    int errnum;
    char message[256];
};

static void
note_error (guestfs_h *g, void *opaque, const char *message)
{
    struct seen *seen = opaque;

    seen->calls++;
    seen->errnum = guestfs_last_errno (g);
    snprintf (seen->message, sizeof seen->message, "%s", message);
}

static void
test_handlers (void **state)
{
    guestfs_h *g = guestfs_create ();
    guestfs_error_handler_cb first = guestfs_get_error_handler (g, NULL);
    struct seen one = { 0 }, two = { 0 };
    void *opaque;

    (void) state;
    assert_non_null (first);
    guestfs_set_error_handler (g, note_error, &one);
    assert_ptr_equal (guestfs_get_error_handler (g, &opaque), note_error);
    assert_ptr_equal (opaque, &one);
    assert_int_equal (guestfs_set_smp (g, 0), -1);
    assert_int_equal (one.calls, 1);
    assert_int_equal (one.errnum, EINVAL);
    assert_string_equal (one.message, guestfs_last_error (g));

    guestfs_push_error_handler (g, note_error, &two);
    guestfs_push_error_handler (g, NULL, NULL);
    assert_int_equal (guestfs_set_smp (g, 0), -1);
    guestfs_pop_error_handler (g);
    assert_int_equal (guestfs_set_smp (g, 0), -1);
    assert_int_equal (two.calls, 1);
    guestfs_pop_error_handler (g);
    assert_int_equal (guestfs_set_smp (g, 0), -1);
    assert_int_equal (one.calls, 2);
    assert_int_equal (two.calls, 1);

    guestfs_pop_error_handler (g);
    guestfs_pop_error_handler (g);
    assert_ptr_equal (guestfs_get_error_handler (g, NULL), first);
    guestfs_close (g);
}

static void
fail_again (guestfs_h *g, void *opaque, const char *message)
{
    struct seen *seen = opaque;

    if (seen->calls++ == 0)
        assert_int_equal (guestfs_set_smp (g, 0), -1);
    else
        return;
    assert_non_null (strstr (message, "set_memsize"));
    snprintf (seen->message, sizeof seen->message, "%s", message);
}

static void
test_handler_that_fails (void **state)
{
    guestfs_h *g = quiet_handle ();
    struct seen seen = { 0 };

    (void) state;
    guestfs_set_error_handler (g, fail_again, &seen);
    assert_int_equal (guestfs_set_memsize (g, 1), -1);
    assert_int_equal (seen.calls, 2);
    assert_error (g, EINVAL, "set_smp");
    guestfs_close (g);
}

static void *
fail_in_thread (void *opaque)
{
    guestfs_h *g = opaque;

    assert_null (guestfs_last_error (g));
    assert_int_equal (guestfs_set_smp (g, 0), -1);
    assert_error (g, EINVAL, "set_smp");
    return NULL;
}

static void
test_error_of_thread (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_int_equal (guestfs_set_memsize (g, 1), -1);
    for (int i = 0; i < 100; i++) {
        pthread_t thread;

        assert_int_equal (pthread_create (&thread, NULL, fail_in_thread, g),
                          0);
        pthread_join (thread, NULL);
        assert_error (g, EINVAL, "set_memsize");
    }
    guestfs_close (g);
}

static void
never_called (void)
{
}

static void
test_memory_handler (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_ptr_equal (guestfs_get_out_of_memory_handler (g), abort);
    guestfs_set_out_of_memory_handler (g, never_called);
    guestfs_set_out_of_memory_handler (g, NULL);
    assert_ptr_equal (guestfs_get_out_of_memory_handler (g), never_called);
    guestfs_close (g);
}

static void
test_private_data (void **state)
{
    guestfs_h *g = quiet_handle ();
    int data[3] = { 0 };
    int *p;
    const char *key;
    int found = 0;

    (void) state;
    assert_null (guestfs_first_private (g, &key));
    assert_null (guestfs_get_private (g, "a"));
    guestfs_set_private (g, "a", &data[0]);
    guestfs_set_private (g, "b", &data[1]);
    guestfs_set_private (g, "c", &data[0]);
    guestfs_set_private (g, "c", &data[2]);
    guestfs_set_private (g, "b", NULL);
    assert_ptr_equal (guestfs_get_private (g, "c"), &data[2]);
    assert_null (guestfs_get_private (g, "b"));
    for (p = guestfs_first_private (g, &key); p;
         p = guestfs_next_private (g, &key)) {
        assert_ptr_equal (p, strcmp (key, "a") == 0 ? &data[0] : &data[2]);
        (*p)++;
        found++;
    }
    assert_int_equal (found, 2);
    assert_int_equal (data[0], 1);
    assert_int_equal (data[2], 1);
    guestfs_close (g);
}

static void
test_environment (void **state)
{
    guestfs_h *g;
    FILE *saved = stderr;
    char *text = NULL;
    size_t size;

    (void) state;
    setenv ("LIBGUESTFS_MEMSIZE", "x", 1);
    stderr = open_memstream (&text, &size);
    g = guestfs_create ();
    fclose (stderr);
    stderr = saved;
    assert_null (g);
    assert_non_null (strstr (text, "libguestfs: error: parse_environment: "
                                   "LIBGUESTFS_MEMSIZE=x: "));
    free (text);

    g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT);
    assert_non_null (g);
    guestfs_set_error_handler (g, NULL, NULL);
    assert_int_equal (guestfs_parse_environment (g), -1);
    unsetenv ("LIBGUESTFS_MEMSIZE");
    assert_int_equal (guestfs_parse_environment (g), 0);
    guestfs_close (g);
}

/* Environments made for another libguestfs name its back ends. */
static void
test_environment_names_missing_backend (void **state)
{
    guestfs_h *g;
    char *backend;

    (void) state;
    setenv ("LIBGUESTFS_BACKEND", "libvirt:qemu:///session", 1);
    g = quiet_handle ();
    unsetenv ("LIBGUESTFS_BACKEND");
    backend = guestfs_get_backend (g);
    assert_string_equal (backend, "libvirt:qemu:///session");
    free (backend);
    assert_int_equal (guestfs_add_drive_scratch (g, MIB, -1), 0);
    assert_int_equal (guestfs_launch (g), -1);
    assert_error (g, ENOTSUP, "launch: there is no back end 'libvirt:qemu:"
                  "///session' here: 'direct' starts QEMU without libvirt, "
                  "'auto' finds out what works; choose one with set_backend, "
                  "or unset LIBGUESTFS_BACKEND");
    assert_int_equal (guestfs_is_config (g), 1);
    assert_int_equal (guestfs_set_backend (g, "uml"), 0);
    assert_int_equal (guestfs_launch (g), 0);
    finish (g);
}

static void
test_bad_arguments (void **state)
{
    guestfs_h *g = quiet_handle ();
    const struct guestfs_add_drive_opts_argv unknown = {
        .bitmask = UINT64_C (1) << 50,
    };
    const struct guestfs_add_drive_opts_argv null = {
        .bitmask = GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK,
    };

    (void) state;
    assert_int_equal (guestfs_add_drive (g, NULL), -1);
    assert_error (g, EINVAL, "add_drive: argument 'filename' can't be NULL");
    assert_int_equal (guestfs_add_drive_opts_argv (g, "/dev/null", &unknown),
                      -1);
    assert_error (g, EINVAL, "add_drive: unknown option in bitmask");
    assert_int_equal (guestfs_add_drive_opts_argv (g, "/dev/null", &null),
                      -1);
    assert_error (g, EINVAL, "argument 'format' can't be NULL");
    assert_int_equal (guestfs_add_drive_opts (g, "/dev/null", 50, 1, -1), -1);
    assert_error (g, EINVAL, "add_drive: unknown option 50");
    assert_int_equal (guestfs_set_backend_settings (g, NULL), -1);
    assert_error (g, EINVAL, "argument 'settings' can't be NULL");
    guestfs_close (g);
}

/* A program of its own; what it reports comes through a pipe. */
static void
assert_program (void (*program) (int report), const char *expected)
{
    char text[64] = "";
    size_t size = 0;
    ssize_t n;
    int fds[2];
    int status;
    pid_t pid;

    assert_int_equal (pipe (fds), 0);
    pid = fork ();
    assert_int_not_equal (pid, -1);
    if (pid == 0) {
        program (fds[1]);
        _exit (1);
    }
    close (fds[1]);
    while ((n = read (fds[0], text + size, sizeof text - 1 - size)) > 0)
        size += (size_t) n;
    close (fds[0]);
    assert_int_equal (waitpid (pid, &status, 0), pid);
    assert_int_equal (status, 0);
    assert_string_equal (text, expected);
}

static void
report_event (guestfs_h *g, void *opaque, uint64_t event, int event_handle,
              int flags, const char *buf, size_t buf_len,
              const uint64_t *array, size_t array_len)
{
    char *name = guestfs_event_to_string (event);

    (void) g, (void) event_handle, (void) flags, (void) buf, (void) buf_len,
        (void) array, (void) array_len;
    dprintf (*(int *) opaque, "%s ", name);
    free (name);
}

static int report_to;

static guestfs_h *
reporting_handle (unsigned flags, int report)
{
    guestfs_h *g = guestfs_create_flags (flags);

    report_to = report;
    guestfs_set_event_callback (g, report_event,
                                GUESTFS_EVENT_SUBPROCESS_QUIT
                                    | GUESTFS_EVENT_CLOSE,
                                0, &report_to);
    if (guestfs_launch (g) < 0)
        _exit (2);
    return g;
}

static void
exit_without_closing (int report)
{
    reporting_handle (0, report);
    reporting_handle (GUESTFS_CREATE_NO_CLOSE_ON_EXIT, report);
    exit (0);
}

static void
exit_now (guestfs_h *g, void *opaque, uint64_t event, int event_handle,
          int flags, const char *buf, size_t buf_len, const uint64_t *array,
          size_t array_len)
{
    (void) g, (void) opaque, (void) event, (void) event_handle, (void) flags,
        (void) buf, (void) buf_len, (void) array, (void) array_len;
    exit (0);
}

static void
exit_in_callback (int report)
{
    guestfs_h *g = guestfs_create ();

    guestfs_set_error_handler (g, NULL, NULL);
    guestfs_set_event_callback (g, exit_now, GUESTFS_EVENT_PROGRESS, 0,
                                NULL);
    dprintf (report, "launch ");
    guestfs_launch (g);
}

static void *
cancelled_at_exit (void *opaque)
{
    guestfs_upload (opaque, "/dev/zero", "/dev/sda");
    return NULL;
}

static void
exit_during_call (int report)
{
    guestfs_h *g = launched_handle (100000);
    pthread_t thread;

    pthread_create (&thread, NULL, cancelled_at_exit, g);
    sleep_ms (200);
    dprintf (report, "exit ");
    exit (0);
}

static void
test_exit (void **state)
{
    (void) state;
    assert_program (exit_without_closing, "subprocess_quit close ");
    assert_program (exit_in_callback, "launch ");
    assert_program (exit_during_call, "exit ");
}

static void
test_no_descriptors_left (void **state)
{
    size_t before = count_descriptors ();

    (void) state;
    for (int i = 0; i < 3; i++)
        finish (launched_handle (10));
    assert_int_equal (count_descriptors (), before);
    assert_no_children ();
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_no_error_yet),
        cmocka_unit_test (test_handlers),
        cmocka_unit_test (test_handler_that_fails),
        cmocka_unit_test (test_error_of_thread),
        cmocka_unit_test (test_memory_handler),
        cmocka_unit_test (test_private_data),
        cmocka_unit_test (test_environment),
        cmocka_unit_test (test_environment_names_missing_backend),
        cmocka_unit_test (test_bad_arguments),
        cmocka_unit_test (test_exit),
        cmocka_unit_test (test_no_descriptors_left),
    };

    return cmocka_run_group_tests_name ("handle", tests, NULL, NULL);
}
