/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling the program what happens. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "events.h"

typedef void (*generic_callback) (void);

/* One callback; its place in the handle's array is its event handle. */
struct event_callback {
    uint64_t mask;
    guestfs_event_callback cb; /* NULL: was deleted */
    void *opaque;
    generic_callback old_cb; /* of a guestfs_set_*_callback, or NULL */
};

static bool
is_text (uint64_t event)
{
    return event & (GUESTFS_EVENT_APPLIANCE | GUESTFS_EVENT_LIBRARY
                    | GUESTFS_EVENT_TRACE | GUESTFS_EVENT_WARNING);
}

/* Nobody asked for a text.  What the appliance and the library say is for
 * those who debug.
 */
static void
print (guestfs_h *g, uint64_t event, const char *buf, size_t buf_len)
{
    int len = buf_len < INT_MAX ? (int) buf_len : INT_MAX;

    if (event == GUESTFS_EVENT_TRACE)
        fprintf (stderr, "libguestfs: trace: %.*s\n", len, buf);
    else if (event == GUESTFS_EVENT_WARNING)
        fprintf (stderr, "libguestfs: warning: %.*s\n", len, buf);
    else if (!g->verbose)
        return;
    else if (event == GUESTFS_EVENT_LIBRARY)
        fprintf (stderr, "libguestfs: %.*s\n", len, buf);
    else
        fwrite (buf, 1, buf_len, stderr);
}

void
event_send (guestfs_h *g, uint64_t event, const char *buf, size_t buf_len,
            const uint64_t *array, size_t array_len)
{
    bool seen = false;

    /* A callback may add or delete others: the array can move. */
    for (size_t i = 0; i < g->nr_events; i++) {
        struct event_callback e = g->events[i];

        if (!e.cb || !(e.mask & event))
            continue;
        seen = true;
        e.cb (g, e.opaque, event, (int) i, 0, buf, buf_len, array, array_len);
    }
    if (!seen && is_text (event))
        print (g, event, buf, buf_len);
}

bool
event_is_wanted (const guestfs_h *g, uint64_t event)
{
    for (size_t i = 0; i < g->nr_events; i++)
        if (g->events[i].cb && (g->events[i].mask & event))
            return true;
    return false;
}

void
events_free (guestfs_h *g)
{
    free (g->events);
    g->events = NULL;
    g->nr_events = 0;
}

static int
add_callback (guestfs_h *g, const struct event_callback *callback)
{
    size_t i = 0;

    while (i < g->nr_events && g->events[i].cb)
        i++;
    if (i == g->nr_events)
        g->events = xreallocarray (g->events, ++g->nr_events,
                                   sizeof *g->events);
    g->events[i] = *callback;
    return (int) i;
}

static int
check_callback (guestfs_h *g, const struct event_callback *callback,
                int flags)
{
    uint64_t unknown = callback->mask & ~(uint64_t) GUESTFS_EVENT_ALL;

    if (!callback->cb)
        return fail (&g->error, EINVAL, "the callback can't be NULL");
    if (unknown)
        return fail (&g->error, EINVAL, "there are no events 0x%" PRIx64,
                     unknown);
    if (flags != 0)
        return fail (&g->error, EINVAL, "flags 0x%x: they must be 0",
                     (unsigned) flags);
    return 0;
}

int
guestfs_set_event_callback (guestfs_h *g, guestfs_event_callback cb,
                            uint64_t event_bitmask, int flags, void *opaque)
{
    struct event_callback callback = {
        .mask = event_bitmask,
        .cb = cb,
        .opaque = opaque,
    };
    struct error outer;
    int r;

    handle_lock (g);
    outer = g->error;
    g->error = (struct error) { 0 };
    r = check_callback (g, &callback, flags);
    if (r == 0)
        r = add_callback (g, &callback);
    else
        report_error (g, "set_event_callback");
    g->error = outer;
    handle_unlock (g);
    return r;
}

void
guestfs_delete_event_callback (guestfs_h *g, int event_handle)
{
    handle_lock (g);
    if (event_handle >= 0 && (size_t) event_handle < g->nr_events)
        g->events[event_handle].cb = NULL;
    handle_unlock (g);
}

static const struct {
    uint64_t event;
    const char *name;
} event_names[] = {
#define EVENT(event, name) { GUESTFS_EVENT_##event, name },
#include "event-names.h"
#undef EVENT
};

char *
guestfs_event_to_string (uint64_t event)
{
    char *names = NULL;
    size_t size;
    FILE *fp = open_memstream (&names, &size);
    const char *separator = "";

    if (!fp)
        return NULL;
    for (size_t i = 0; i < sizeof event_names / sizeof *event_names; i++)
        if (event & event_names[i].event) {
            fprintf (fp, "%s%s", separator, event_names[i].name);
            separator = ",";
        }
    return fclose (fp) == 0 ? names : NULL;
}

/* The callbacks of old, each in terms of the new one. */

static void
call_log_message (guestfs_h *g, void *opaque, uint64_t event, int handle,
                  int flags, const char *buf, size_t buf_len,
                  const uint64_t *array, size_t array_len)
{
    guestfs_log_message_cb cb
        = (guestfs_log_message_cb) g->events[handle].old_cb;
    char *copy = xmemdup (buf, buf_len);

    (void) event, (void) flags, (void) array, (void) array_len;
    cb (g, opaque, copy, (int) buf_len);
    free (copy);
}

static void
call_progress (guestfs_h *g, void *opaque, uint64_t event, int handle,
               int flags, const char *buf, size_t buf_len,
               const uint64_t *array, size_t array_len)
{
    guestfs_progress_cb cb = (guestfs_progress_cb) g->events[handle].old_cb;

    (void) event, (void) flags, (void) buf, (void) buf_len, (void) array_len;
    cb (g, opaque, (int) array[0], (int) array[1], array[2], array[3]);
}

/* subprocess_quit, launch_done and close have the same arguments. */
static void
call_plain (guestfs_h *g, void *opaque, uint64_t event, int handle,
            int flags, const char *buf, size_t buf_len,
            const uint64_t *array, size_t array_len)
{
    guestfs_close_cb cb = (guestfs_close_cb) g->events[handle].old_cb;

    (void) event, (void) flags, (void) buf, (void) buf_len, (void) array,
        (void) array_len;
    cb (g, opaque);
}

/* Each kind can be set once: the next one replaces it, NULL removes it. */
static void
set_old_callback (guestfs_h *g, guestfs_event_callback adapter,
                  uint64_t mask, generic_callback cb, void *opaque)
{
    handle_lock (g);
    for (size_t i = 0; i < g->nr_events; i++)
        if (g->events[i].old_cb && g->events[i].mask == mask)
            g->events[i].cb = NULL;
    if (cb) {
        struct event_callback callback = {
            .mask = mask,
            .cb = adapter,
            .opaque = opaque,
            .old_cb = cb,
        };

        add_callback (g, &callback);
    }
    handle_unlock (g);
}

void
guestfs_set_log_message_callback (guestfs_h *g, guestfs_log_message_cb cb,
                                  void *opaque)
{
    set_old_callback (g, call_log_message,
                      GUESTFS_EVENT_APPLIANCE | GUESTFS_EVENT_LIBRARY,
                      (generic_callback) cb, opaque);
}

void
guestfs_set_subprocess_quit_callback (guestfs_h *g,
                                      guestfs_subprocess_quit_cb cb,
                                      void *opaque)
{
    set_old_callback (g, call_plain, GUESTFS_EVENT_SUBPROCESS_QUIT,
                      (generic_callback) cb, opaque);
}

void
guestfs_set_launch_done_callback (guestfs_h *g, guestfs_launch_done_cb cb,
                                  void *opaque)
{
    set_old_callback (g, call_plain, GUESTFS_EVENT_LAUNCH_DONE,
                      (generic_callback) cb, opaque);
}

void
guestfs_set_close_callback (guestfs_h *g, guestfs_close_cb cb, void *opaque)
{
    set_old_callback (g, call_plain, GUESTFS_EVENT_CLOSE,
                      (generic_callback) cb, opaque);
}

void
guestfs_set_progress_callback (guestfs_h *g, guestfs_progress_cb cb,
                               void *opaque)
{
    set_old_callback (g, call_progress, GUESTFS_EVENT_PROGRESS,
                      (generic_callback) cb, opaque);
}

static void
send_text (guestfs_h *g, uint64_t event, const char *fmt, va_list args)
{
    cleanup_free char *message = NULL;
    cleanup_free char *text = NULL;

    if (vasprintf (&message, fmt, args) < 0) {
        message = NULL;
        out_of_memory ();
    }
    text = xasprintf ("%s%s%s", g->identifier, *g->identifier ? ": " : "",
                      message);
    event_send (g, event, text, strlen (text), NULL, 0);
}

void
debug (guestfs_h *g, const char *fmt, ...)
{
    va_list args;

    if (!g->verbose)
        return;
    va_start (args, fmt);
    send_text (g, GUESTFS_EVENT_LIBRARY, fmt, args);
    va_end (args);
}

void
warning (guestfs_h *g, const char *fmt, ...)
{
    va_list args;

    va_start (args, fmt);
    send_text (g, GUESTFS_EVENT_WARNING, fmt, args);
    va_end (args);
}
