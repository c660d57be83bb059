/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is loaded into QEMU's client of HTTP: it looks again as long as there
 * is more to be told, and when libcurl wants it to.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "next.h"

#define TIMERDATA 10005
#define TIMERFUNCTION 20004
#define SOCKETDATA 10002

int curl_multi_setopt (void *multi, int option, ...);
void *curl_multi_info_read (void *multi, int *queued);

static char a_multi, a_message, some_data;
static int messages; /* that libcurl has */
static int (*timer_of_libcurl) (void *multi, long ms, void *data);
static void *data_of_libcurl, *socket_data;
static long timer_ms; /* what QEMU's timer was set to */

static int
libcurl_setopt (void *multi, int option, ...)
{
    va_list args;

    assert_ptr_equal (multi, &a_multi);
    va_start (args, option);
    if (option == TIMERFUNCTION)
        *(void **) &timer_of_libcurl = va_arg (args, void *);
    else if (option == TIMERDATA)
        data_of_libcurl = va_arg (args, void *);
    else
        socket_data = va_arg (args, void *);
    va_end (args);
    return 0;
}

static void *
libcurl_info_read (void *multi, int *queued)
{
    assert_ptr_equal (multi, &a_multi);
    if (messages == 0) {
        *queued = 0;
        return NULL;
    }
    *queued = --messages;
    return &a_message;
}

void *
next_function (const void *caller, const char *name)
{
    void *found;

    assert_non_null (caller);
    if (strcmp (name, "curl_multi_setopt") == 0)
        *(int (**) (void *, int, ...)) &found = libcurl_setopt;
    else
        *(void *(**) (void *, int *)) &found = libcurl_info_read;
    return found;
}

static int
timer_of_qemu (void *multi, long ms, void *data)
{
    assert_ptr_equal (multi, &a_multi);
    assert_ptr_equal (data, &some_data);
    timer_ms = ms;
    return 0;
}

static int
set_up (void **state)
{
    (void) state;
    curl_multi_setopt (&a_multi, SOCKETDATA, &some_data);
    curl_multi_setopt (&a_multi, TIMERFUNCTION, timer_of_qemu);
    curl_multi_setopt (&a_multi, TIMERDATA, &some_data);
    assert_ptr_equal (socket_data, &some_data);
    timer_of_libcurl (&a_multi, -1, data_of_libcurl);
    assert_int_equal (timer_ms, -1);
    return 0;
}

static void
read_one (void)
{
    int queued;

    assert_ptr_equal (curl_multi_info_read (&a_multi, &queued), &a_message);
    assert_int_equal (queued, messages);
}

/* As QEMU does it: one message, and then back to sleep. */
static void
test_more_is_to_be_told (void **state)
{
    (void) state;
    messages = 3;
    read_one ();
    assert_int_equal (timer_ms, 0);
    read_one ();
    assert_int_equal (timer_ms, 0);
    read_one ();
    assert_int_equal (timer_ms, -1);
}

static void
test_timer_of_libcurl (void **state)
{
    (void) state;
    timer_of_libcurl (&a_multi, 60000, data_of_libcurl);
    assert_int_equal (timer_ms, 60000);
    messages = 1;
    timer_ms = 7;
    read_one ();
    assert_int_equal (timer_ms, 7); /* nobody has touched it */
    messages = 2;
    read_one ();
    assert_int_equal (timer_ms, 0);
    /* Meanwhile libcurl would switch it off. */
    timer_of_libcurl (&a_multi, -1, data_of_libcurl);
    assert_int_equal (timer_ms, 0);
    timer_of_libcurl (&a_multi, 60000, data_of_libcurl);
    assert_int_equal (timer_ms, 0);
    read_one ();
    assert_in_range (timer_ms, 1, 60000);
}

static void
test_nothing_to_tell (void **state)
{
    int queued;

    (void) state;
    timer_ms = 7;
    assert_null (curl_multi_info_read (&a_multi, &queued));
    assert_int_equal (timer_ms, 7);
}

int
main (void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup (test_more_is_to_be_told, set_up),
        cmocka_unit_test_setup (test_timer_of_libcurl, set_up),
        cmocka_unit_test_setup (test_nothing_to_tell, set_up),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
