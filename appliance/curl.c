/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-curl.so: wakes QEMU's client of HTTP and FTP.  When several of its
 * requests are done at the same time, it notices one, and the others only
 * when something else happens (curl_multi_check_completion () of QEMU's
 * block/curl.c leaves its loop).  Mostly something does; else who reads from
 * the disk waits for ever.  Loaded into QEMU (LD_PRELOAD), this sees to it
 * that QEMU looks again as long as libcurl has something to tell.
 */

#include "config.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "next.h"

#define EXPORT __attribute__ ((visibility ("default")))

/* curl/multi.h */
typedef void *multi_handle;
typedef int (*timer_function) (multi_handle multi, long ms, void *data);
#define CURLMOPT_TIMERDATA 10005
#define CURLMOPT_TIMERFUNCTION 20004
EXPORT int curl_multi_setopt (multi_handle multi, int option, ...);
EXPORT void *curl_multi_info_read (multi_handle multi, int *queued);

/* QEMU's timer, which has it look again.  There is one server, so one of
 * these, and one thread.
 */
static timer_function set_timer;
static void *timer_data;
static int64_t wanted = -1; /* when libcurl wants it, in ms; -1: never */
static bool looking;        /* it was set by us, since more is to be told */

static int64_t
now_ms (void)
{
    struct timespec now;

    clock_gettime (CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C (1000) + now.tv_nsec / 1000000;
}

/* libcurl says when to look again; before is no harm. */
static int
take_timer (multi_handle multi, long ms, void *data)
{
    wanted = ms < 0 ? -1 : now_ms () + ms;
    return set_timer (multi, looking ? 0 : ms, data);
}

static long
time_left (void)
{
    int64_t left = wanted - now_ms ();

    if (wanted < 0)
        return -1;
    return left > 0 ? (long) left : 0;
}

/* All options are as large as a pointer. */
int
curl_multi_setopt (multi_handle multi, int option, ...)
{
    int (*next) (multi_handle, int, ...);
    void *value;
    va_list args;

    va_start (args, option);
    value = va_arg (args, void *);
    va_end (args);
    *(void **) &next = next_function (__builtin_return_address (0),
                                      "curl_multi_setopt");
    if (option == CURLMOPT_TIMERDATA)
        timer_data = value;
    if (option != CURLMOPT_TIMERFUNCTION)
        return next (multi, option, value);
    *(void **) &set_timer = value;
    return next (multi, option, take_timer);
}

void *
curl_multi_info_read (multi_handle multi, int *queued)
{
    static void *(*next) (multi_handle, int *);
    bool was_looking = looking;
    void *message;

    if (!next)
        *(void **) &next = next_function (__builtin_return_address (0),
                                          "curl_multi_info_read");
    message = next (multi, queued);
    looking = message && *queued > 0;
    if (set_timer && (looking || was_looking))
        set_timer (multi, looking ? 0 : time_left (), timer_data);
    return message;
}
