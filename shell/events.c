/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event, list-events, delete-event: scripts of the host that run when
 * something happens in the library.
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "event-set.h"
#include "events.h"
#include "host.h"
#include "memory.h"
#include "own-commands.h"
#include "string-list.h"

struct event_handler {
    struct event_handler *next;
    char *name;
    char *script;
    uint64_t mask;
    int handle; /* the library's */
};

static void
free_handler (struct event_handler *h)
{
    free (h->name);
    free (h->script);
    free (h);
}

void
events_free (struct shell *sh)
{
    while (sh->events) {
        struct event_handler *h = sh->events;

        sh->events = h->next;
        free_handler (h);
    }
}

/* $0 is guestfish; the message is one argument, and each number one. */
static char **
script_arguments (const char *buf, size_t buf_len, const uint64_t *array,
                  size_t array_len)
{
    struct strings list = STRINGS_EMPTY;

    strings_add (&list, "guestfish");
    for (size_t i = 0; i < array_len; i++)
        strings_add_format (&list, "%" PRIu64, array[i]);
    if (buf_len > 0)
        strings_add_take (&list, xstrndup (buf, buf_len));
    return strings_steal (&list);
}

/* A script that fails says so itself; the call that raised the event has
 * nothing to do with that.
 */
static void
on_event (guestfs_h *g, void *opaque, uint64_t event, int event_handle,
          int flags, const char *buf, size_t buf_len, const uint64_t *array,
          size_t array_len)
{
    const struct event_handler *h = opaque;
    cleanup_string_array char **arguments
        = script_arguments (buf, buf_len, array, array_len);
    cleanup_free char *name = guestfs_event_to_string (event);
    cleanup_error struct error err = { 0 };
    struct host_script s = HOST_SCRIPT (h->script);
    pid_t pid;

    (void) g;
    (void) event_handle;
    (void) flags;
    s.shell = getenv ("SHELL");
    s.arguments = arguments;
    setenv ("EVENT", name ? name : "", 1);
    if (host_start (&s, &pid, &err) < 0
        || host_wait (pid, h->script, &err) < 0)
        fprintf (stderr, "guestfish: event %s: %s\n", h->name, err.message);
    unsetenv ("EVENT");
}

static int
parse_event (const char *name, uint64_t *mask, struct error *err)
{
    for (const struct event_name *e = event_names; e->name; e++)
        if (strcmp (e->name, name) == 0) {
            *mask |= e->mask;
            return 0;
        }
    return fail (err, EINVAL, "there is no event '%s'", name);
}

/* "close,trace", or "*" for all. */
static int
parse_events (const char *text, uint64_t *ret_mask, struct error *err)
{
    cleanup_string_array char **names = string_split (text, ',');
    uint64_t mask = 0;

    if (strcmp (text, "*") == 0) {
        *ret_mask = GUESTFS_EVENT_ALL;
        return 0;
    }
    for (size_t i = 0; names[i]; i++)
        if (parse_event (names[i], &mask, err) < 0)
            return -1;
    if (mask == 0)
        return fail (err, EINVAL, "no event is named");
    *ret_mask = mask;
    return 0;
}

static void
append_handler (struct shell *sh, struct event_handler *take_h)
{
    struct event_handler **end = &sh->events;

    while (*end)
        end = &(*end)->next;
    *end = take_h;
}

int
run_event (struct shell *sh, char *const *words, struct error *err)
{
    struct event_handler *h;
    uint64_t mask = 0;

    if (parse_events (words[2], &mask, err) < 0)
        return -1;
    h = xcalloc (1, sizeof *h);
    h->name = xstrdup (words[1]);
    h->script = xstrdup (words[3]);
    h->mask = mask;
    h->handle = guestfs_set_event_callback (sh->g, on_event, mask, 0, h);
    if (h->handle == -1) {
        free_handler (h);
        return library_error (sh, err);
    }
    append_handler (sh, h);
    return 0;
}

int
run_delete_event (struct shell *sh, char *const *words, struct error *err)
{
    bool found = false;

    for (struct event_handler **p = &sh->events; *p;) {
        struct event_handler *h = *p;

        if (strcmp (h->name, words[1]) != 0) {
            p = &h->next;
            continue;
        }
        guestfs_delete_event_callback (sh->g, h->handle);
        *p = h->next;
        free_handler (h);
        found = true;
    }
    return found ? 0 : fail (err, ENOENT, "there is no event handler '%s'",
                             words[1]);
}

int
run_list_events (struct shell *sh, char *const *words, struct error *err)
{
    (void) words;
    (void) err;
    for (const struct event_handler *h = sh->events; h; h = h->next) {
        cleanup_free char *events = h->mask == GUESTFS_EVENT_ALL
                                        ? xstrdup ("*")
                                        : guestfs_event_to_string (h->mask);

        printf ("\"%s\" (%d): %s: %s\n", h->name, h->handle,
                events ? events : "", h->script);
    }
    return 0;
}
