/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every public call does around its work. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "errors.h"
#include "events.h"

static void
trace_open (struct action *action)
{
    action->trace = open_memstream (&action->trace_text, &action->trace_size);
    if (!action->trace)
        out_of_memory ();
    if (*action->g->identifier)
        fprintf (action->trace, "%s: ", action->g->identifier);
    fputs (action->name, action->trace);
}

void
action_begin (struct action *action, guestfs_h *g, const char *name)
{
    *action = (struct action) { .g = g, .name = name };
    handle_lock (g);
    /* Whoever cancelled meant the call before.  A call may be made of
     * several to the daemon, so this is not done for each of those.
     */
    if (g->depth == 1)
        g->user_cancel = 0;
    action->memory_handle = set_memory_handle (g);
    action->outer_error = g->error;
    g->error = (struct error) { 0 };
    if (g->nr_events > 0)
        event_send (g, GUESTFS_EVENT_ENTER, name, strlen (name), NULL, 0);
    action->traced = g->trace;
    if (action->traced)
        trace_open (action);
}

static void
trace_close (struct action *action)
{
    if (!action->trace)
        return;
    if (fclose (action->trace) != 0)
        out_of_memory ();
    action->trace = NULL;
    event_send (action->g, GUESTFS_EVENT_TRACE, action->trace_text,
                action->trace_size, NULL, 0);
    free (action->trace_text);
}

void
action_end (struct action *action)
{
    guestfs_h *g = action->g;

    trace_close (action);
    if (g->error.message)
        report_error (g, action->name);
    g->error = action->outer_error;
    set_memory_handle (action->memory_handle);
    handle_unlock (g);
}

int
action_needs (struct action *action, const char *arg_name, const void *value)
{
    if (value)
        return 0;
    return fail (&action->g->error, EINVAL, "argument '%s' can't be NULL",
                 arg_name);
}

int
action_needs_config (struct action *action)
{
    if (action->g->state == STATE_CONFIG)
        return 0;
    return fail (&action->g->error, EINVAL,
                 "this can only be done before the appliance is launched "
                 "(call guestfs_shutdown first)");
}

int
action_knows_options (struct action *action, uint64_t bitmask, uint64_t known)
{
    if (!(bitmask & ~known))
        return 0;
    return fail (&action->g->error, EINVAL,
                 "unknown option in bitmask 0x%" PRIx64
                 " (is the program built for a newer libguestfs?)",
                 bitmask);
}

int
action_unknown_option (struct action *action, int number)
{
    return fail (&action->g->error, EINVAL,
                 "unknown option %d (is the list's end, -1, missing?)",
                 number);
}

/* As users of guestfish would type it, more or less: one line. */
static void
put_escaped (FILE *fp, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char) s[i];

        if (c == '"' || c == '\\')
            fprintf (fp, "\\%c", c);
        else if (c == '\n')
            fputs ("\\n", fp);
        else if (c < ' ' || c == 127)
            fprintf (fp, "\\x%02x", c);
        else
            fputc (c, fp);
    }
}

static void
put_quoted (FILE *fp, const char *s, size_t n)
{
    fputc ('"', fp);
    put_escaped (fp, s, n);
    fputc ('"', fp);
}

/* Begins one argument; false if nothing is traced. */
static bool
begin_arg (struct action *action, const char *name)
{
    if (!action->trace)
        return false;
    fputc (' ', action->trace);
    if (name)
        fprintf (action->trace, "\"%s:", name);
    return true;
}

static void
put_text (struct action *action, const char *name, const char *s)
{
    if (!name)
        fputc ('"', action->trace);
    put_escaped (action->trace, s, strlen (s));
    fputc ('"', action->trace);
}

void
trace_string (struct action *action, const char *name, const char *s)
{
    if (!begin_arg (action, name))
        return;
    if (s)
        put_text (action, name, s);
    else
        fputs (name ? "NULL\"" : "NULL", action->trace);
}

void
trace_secret (struct action *action, const char *name)
{
    if (begin_arg (action, name))
        put_text (action, name, "***");
}

/* A long buffer would drown everything else. */
#define TRACE_BUFFER_MAX 256

void
trace_buffer (struct action *action, const char *buf, size_t size)
{
    if (!begin_arg (action, NULL))
        return;
    if (!buf) {
        fputs ("NULL", action->trace);
        return;
    }
    put_quoted (action->trace, buf,
                size < TRACE_BUFFER_MAX ? size : TRACE_BUFFER_MAX);
    if (size > TRACE_BUFFER_MAX)
        fprintf (action->trace, "<truncated, original size %zu bytes>", size);
}

void
trace_strings (struct action *action, const char *name, char *const *strings)
{
    if (!begin_arg (action, name))
        return;
    if (!name)
        fputc ('"', action->trace);
    for (size_t i = 0; strings && strings[i]; i++) {
        fputs (i ? " " : "", action->trace);
        put_escaped (action->trace, strings[i], strlen (strings[i]));
    }
    fputc ('"', action->trace);
}

void
trace_int (struct action *action, const char *name, int64_t i)
{
    if (begin_arg (action, name))
        fprintf (action->trace, "%" PRIi64 "%s", i, name ? "\"" : "");
}

void
trace_bool (struct action *action, const char *name, int b)
{
    if (begin_arg (action, name))
        fprintf (action->trace, "%s%s", b ? "true" : "false",
                 name ? "\"" : "");
}

void
trace_pointer (struct action *action, const void *p)
{
    if (begin_arg (action, NULL))
        fprintf (action->trace, "%p", p);
}

void
trace_call (struct action *action)
{
    trace_close (action);
}

/* Begins the result's line; false if nothing is traced, or the call has
 * failed (which is said then).
 */
static bool
begin_result (struct action *action, const char *failure)
{
    if (!action->traced)
        return false;
    trace_open (action);
    fputs (" = ", action->trace);
    if (!action->g->error.message)
        return true;
    fprintf (action->trace, "%s (error)", failure);
    return false;
}

void
trace_result_int (struct action *action, int64_t r)
{
    if (begin_result (action, "-1"))
        fprintf (action->trace, "%" PRIi64, r);
}

void
trace_result_string (struct action *action, const char *r)
{
    if (!begin_result (action, "NULL"))
        return;
    if (r)
        put_quoted (action->trace, r, strlen (r));
    else
        fputs ("NULL", action->trace);
}

void
trace_result_strings (struct action *action, char *const *r)
{
    if (!begin_result (action, "NULL"))
        return;
    fputc ('[', action->trace);
    for (size_t i = 0; r[i]; i++) {
        fputs (i ? ", " : "", action->trace);
        put_quoted (action->trace, r[i], strlen (r[i]));
    }
    fputc (']', action->trace);
}

void
trace_result_buffer (struct action *action, const char *r, size_t size)
{
    if (!begin_result (action, "NULL"))
        return;
    put_quoted (action->trace, r,
                size < TRACE_BUFFER_MAX ? size : TRACE_BUFFER_MAX);
    if (size > TRACE_BUFFER_MAX)
        fprintf (action->trace, "<truncated, original size %zu bytes>", size);
}

void
trace_result_struct (struct action *action, const char *type, const void *r)
{
    if (begin_result (action, "NULL"))
        fprintf (action->trace, "<struct guestfs_%s %p>", type, r);
}
