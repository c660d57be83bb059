/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events: what comes when, and callbacks that do things. */

#include "config.h"

#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define CALLBACK_ARGS                                                   \
    guestfs_h *g, void *opaque, uint64_t event, int event_handle,       \
        int flags, const char *buf, size_t buf_len,                     \
        const uint64_t *array, size_t array_len

#define UNUSED_CALLBACK_ARGS                                            \
    (void) g, (void) opaque, (void) event, (void) event_handle,         \
        (void) flags, (void) buf, (void) buf_len, (void) array,         \
        (void) array_len

/* What came, as one text: a word for each event. */
struct log {
    char text[65536];
    size_t size;
    uint64_t position, total; /* of the last progress event */
};

static void __attribute__ ((format (printf, 2, 3)))
put (struct log *log, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start (args, fmt);
    n = vsnprintf (log->text + log->size, sizeof log->text - log->size, fmt,
                   args);
    va_end (args);
    if (n > 0 && (size_t) n < sizeof log->text - log->size)
        log->size += (size_t) n;
}

static void
note (CALLBACK_ARGS)
{
    struct log *log = opaque;
    char *name = guestfs_event_to_string (event);

    (void) g, (void) event_handle;
    assert_int_equal (flags, 0);
    if (event == GUESTFS_EVENT_PROGRESS) {
        assert_int_equal (array_len, 4);
        log->position = array[2];
        log->total = array[3];
        assert_true (log->position <= log->total);
    } else {
        assert_int_equal (array_len, 0);
    }
    put (log, "%s(%.*s) ", name, (int) buf_len, buf ? buf : "");
    free (name);
}

static struct log *
new_log (void)
{
    struct log *log = calloc (1, sizeof *log);

    assert_non_null (log);
    return log;
}

static void
assert_logged (const struct log *log, const char *part)
{
    if (!strstr (log->text, part))
        fail_msg ("no '%s' in: %s", part, log->text);
}

static void
test_life (void **state)
{
    guestfs_h *g = quiet_handle ();
    struct log *log = new_log ();

    (void) state;
    assert_true (guestfs_set_event_callback (g, note,
                                             GUESTFS_EVENT_ALL
                                                 & ~GUESTFS_EVENT_APPLIANCE,
                                             0, log) >= 0);
    assert_int_equal (guestfs_launch (g), 0);
    assert_true (log->position == log->total && log->total > 0);
    assert_int_equal (guestfs_ping_daemon (g), 0);
    guestfs_close (g);
    assert_logged (log, "enter(launch) progress() ");
    assert_logged (log, "progress() launch_done() enter(ping_daemon) "
                        "enter(close) enter(shutdown) subprocess_quit() "
                        "close() ");
    free (log);
}

static void
test_texts (void **state)
{
    guestfs_h *g = quiet_handle ();
    struct log *log = new_log ();

    (void) state;
    guestfs_set_event_callback (g, note,
                                GUESTFS_EVENT_TRACE | GUESTFS_EVENT_LIBRARY
                                    | GUESTFS_EVENT_APPLIANCE,
                                0, log);
    guestfs_set_verbose (g, 1);
    guestfs_set_trace (g, 1);
    guestfs_set_identifier (g, "ID");
    assert_int_equal (guestfs_set_append (g, "two words\n\"quoted\""), 0);
    assert_int_equal (guestfs_add_drive_opts (g, "/nowhere",
                                              GUESTFS_ADD_DRIVE_OPTS_FORMAT,
                                              "raw", -1), -1);
    assert_int_equal (guestfs_set_append (g, NULL), 0);
    assert_int_equal (guestfs_launch (g), 0);
    guestfs_set_trace (g, 0);
    finish (g);
    assert_null (strstr (log->text, "trace(set_trace"));
    assert_logged (log, "trace(set_identifier \"ID\") ");
    assert_logged (log, "trace(ID: set_append "
                        "\"two words\\n\\\"quoted\\\"\") ");
    assert_logged (log, "trace(ID: add_drive \"/nowhere\" \"format:raw\") "
                        "trace(ID: add_drive = -1 (error)) "
                        "trace(ID: set_append NULL) ");
    assert_logged (log, "library(ID: launch: ready after ");
    assert_logged (log, "appliance(");
    /* Switching tracing off is traced whole. */
    assert_logged (log, "trace(ID: set_trace false) trace(ID: set_trace = 0)");
    free (log);
}

static void
test_secrets (void **state)
{
    guestfs_h *g = quiet_handle ();
    struct log *log = new_log ();

    (void) state;
    guestfs_set_event_callback (g, note, GUESTFS_EVENT_TRACE, 0, log);
    guestfs_set_trace (g, 1);
    guestfs_add_drive_opts (g, "/dev/null", GUESTFS_ADD_DRIVE_OPTS_SECRET,
                            "abracadabra", -1);
    assert_logged (log, "\"secret:***\"");
    assert_null (strstr (log->text, "abracadabra"));
    guestfs_close (g);
    free (log);
}

static void
test_event_to_string (void **state)
{
    static const struct {
        uint64_t events;
        const char *text;
    } cases[] = {
        { 0, "" },
        { GUESTFS_EVENT_CLOSE, "close" },
        { GUESTFS_EVENT_CLOSE | GUESTFS_EVENT_PROGRESS, "close,progress" },
        { GUESTFS_EVENT_ALL, "close,subprocess_quit,launch_done,progress,"
                             "appliance,library,trace,enter,libvirt_auth,"
                             "warning" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = guestfs_event_to_string (cases[i].events);

        assert_string_equal (text, cases[i].text);
        free (text);
    }
}

static void
test_refused (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_int_equal (guestfs_set_event_callback (g, note, 1, 7, NULL), -1);
    assert_error (g, EINVAL, "set_event_callback: flags 0x7");
    assert_int_equal (guestfs_set_event_callback (g, note, 1 << 20, 0, NULL),
                      -1);
    assert_error (g, EINVAL, "there are no events 0x100000");
    assert_int_equal (guestfs_set_event_callback (g, NULL, 1, 0, NULL), -1);
    assert_error (g, EINVAL, "the callback can't be NULL");
    guestfs_delete_event_callback (g, -1);
    guestfs_delete_event_callback (g, 1000);
    guestfs_close (g);
}

static void
count (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
    ++*(int *) opaque;
}

static void
ignore (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
}

static void
test_several (void **state)
{
    guestfs_h *g = quiet_handle ();
    int counts[3] = { 0 };
    int handles[3];

    (void) state;
    /* One that wants no event keeps its place even so. */
    handles[0] = guestfs_set_event_callback (g, count, 0, 0, &counts[0]);
    handles[1] = guestfs_set_event_callback (g, count, GUESTFS_EVENT_ENTER,
                                             0, &counts[1]);
    handles[2] = guestfs_set_event_callback (g, count, GUESTFS_EVENT_ENTER,
                                             0, &counts[2]);
    assert_int_not_equal (handles[0], handles[1]);
    guestfs_get_smp (g);
    guestfs_delete_event_callback (g, handles[1]);
    guestfs_get_smp (g);
    assert_int_equal (counts[0], 0);
    assert_int_equal (counts[1], 1);
    assert_int_equal (counts[2], 2);
    guestfs_close (g);
}

/* Callbacks that change callbacks. */
static void
replace_itself (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
    guestfs_delete_event_callback (g, event_handle);
    for (int i = 0; i < 20; i++)
        assert_true (guestfs_set_event_callback (g, count,
                                                 GUESTFS_EVENT_ENTER, 0,
                                                 opaque) >= 0);
}

static void
test_change_inside (void **state)
{
    guestfs_h *g = quiet_handle ();
    int counted = 0;

    (void) state;
    guestfs_set_event_callback (g, replace_itself, GUESTFS_EVENT_ENTER, 0,
                                &counted);
    guestfs_get_smp (g);
    counted = 0;
    guestfs_get_smp (g);
    assert_int_equal (counted, 20);
    guestfs_close (g);
}

/* While a call runs, a callback may make those that the library answers
 * by itself, and no others.
 */
static void
call_inside (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
    if (guestfs_is_busy (g) != 1)
        return;
    ++*(int *) opaque;
    assert_int_equal (guestfs_get_state (g), 3);
    assert_int_equal (guestfs_ping_daemon (g), -1);
    assert_error (g, EBUSY, "another call is running on this handle");
    assert_int_equal (guestfs_shutdown (g), -1);
    assert_error (g, EBUSY, "a call is running");
}

static void
test_call_inside (void **state)
{
    guestfs_h *g = quiet_handle ();
    int called = 0;

    (void) state;
    guestfs_set_verbose (g, 1);
    guestfs_set_event_callback (g, call_inside, GUESTFS_EVENT_APPLIANCE, 0,
                                &called);
    guestfs_set_event_callback (g, count, GUESTFS_EVENT_LIBRARY, 0,
                                &(int) { 0 });
    assert_int_equal (guestfs_launch (g), 0);
    for (int i = 0; i < 50 && called == 0; i++)
        assert_int_equal (guestfs_ping_daemon (g), 0);
    assert_true (called > 0);
    finish (g);
}

static void
launching (CALLBACK_ARGS)
{
    UNUSED_CALLBACK_ARGS;
    if (array[2] == array[3])
        return;
    ++*(int *) opaque;
    assert_int_equal (guestfs_is_launching (g), 1);
    assert_int_equal (guestfs_ping_daemon (g), -1);
    assert_error (g, EINVAL, "still being launched");
}

static void
test_launching (void **state)
{
    guestfs_h *g = quiet_handle ();
    int called = 0;

    (void) state;
    guestfs_set_event_callback (g, launching, GUESTFS_EVENT_PROGRESS, 0,
                                &called);
    assert_int_equal (guestfs_launch (g), 0);
    assert_true (called > 1);
    finish (g);
}

/* The callbacks of old. */

static void
old_plain (guestfs_h *g, void *opaque)
{
    (void) g;
    ++*(int *) opaque;
}

static void
old_log (guestfs_h *g, void *opaque, char *buf, int len)
{
    (void) g;
    assert_true (buf && len >= 0);
    ++*(int *) opaque;
}

static void
old_progress (guestfs_h *g, void *opaque, int proc, int serial,
              uint64_t position, uint64_t total)
{
    (void) g, (void) proc, (void) serial;
    assert_true (position <= total);
    ++*(int *) opaque;
}

static void
test_old_callbacks (void **state)
{
    guestfs_h *g = quiet_handle ();
    int logs = 0, quits = 0, dones = 0, closes = 0, progresses = 0, none = 0;

    (void) state;
    guestfs_set_verbose (g, 1);
    guestfs_set_close_callback (g, old_plain, &none);
    guestfs_set_close_callback (g, old_plain, &closes);
    guestfs_set_launch_done_callback (g, old_plain, &dones);
    guestfs_set_subprocess_quit_callback (g, old_plain, &none);
    guestfs_set_subprocess_quit_callback (g, NULL, NULL);
    guestfs_set_subprocess_quit_callback (g, old_plain, &quits);
    guestfs_set_log_message_callback (g, old_log, &logs);
    guestfs_set_progress_callback (g, old_progress, &progresses);
    assert_int_equal (guestfs_launch (g), 0);
    finish (g);
    assert_int_equal (none, 0);
    assert_int_equal (closes, 1);
    assert_int_equal (dones, 1);
    assert_int_equal (quits, 1);
    assert_true (logs > 0 && progresses > 1);
}

struct calls {
    int made, refused;
};

static void
call_daemon (CALLBACK_ARGS)
{
    struct calls *calls = opaque;

    UNUSED_CALLBACK_ARGS;
    calls->made++;
    calls->refused += guestfs_ping_daemon (g) < 0
                      && guestfs_last_errno (g) == EBUSY;
}

/* While the appliance ends, its last words come: it can't be called. */
static void
test_call_in_shutdown (void **state)
{
    guestfs_h *g = quiet_handle ();
    struct calls calls = { 0 };

    (void) state;
    guestfs_set_verbose (g, 1);
    assert_int_equal (guestfs_launch (g), 0);
    guestfs_set_event_callback (g, ignore, GUESTFS_EVENT_LIBRARY, 0, NULL);
    guestfs_set_event_callback (g, call_daemon, GUESTFS_EVENT_APPLIANCE, 0,
                                &calls);
    assert_int_equal (guestfs_set_autosync (g, 0), 0);
    finish (g);
    assert_true (calls.made > 0);
    assert_int_equal (calls.refused, calls.made);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_life),
        cmocka_unit_test (test_texts),
        cmocka_unit_test (test_secrets),
        cmocka_unit_test (test_event_to_string),
        cmocka_unit_test (test_refused),
        cmocka_unit_test (test_several),
        cmocka_unit_test (test_change_inside),
        cmocka_unit_test (test_call_inside),
        cmocka_unit_test (test_launching),
        cmocka_unit_test (test_old_callbacks),
        cmocka_unit_test (test_call_in_shutdown),
    };

    return cmocka_run_group_tests_name ("events", tests, NULL, NULL);
}
