/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens when a call fails: the handler and the last error. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "last-error.h"

struct error_handler {
    guestfs_error_handler_cb cb;
    void *opaque;
    struct error_handler *below; /* NULL: this is the lowest */
};

static void
print_error (guestfs_h *g, void *opaque, const char *message)
{
    (void) g;
    (void) opaque;
    fprintf (stderr, "libguestfs: error: %s\n", message);
}

void
errors_init (guestfs_h *g)
{
    g->error_handlers = xcalloc (1, sizeof *g->error_handlers);
    g->error_handlers->cb = print_error;
}

static void
drop_top (guestfs_h *g)
{
    struct error_handler *top = g->error_handlers;

    g->error_handlers = top->below;
    free (top);
}

void
errors_free (guestfs_h *g)
{
    while (g->error_handlers)
        drop_top (g);
    error_clear (&g->error);
    last_errors_free (g);
}

void
report_error (guestfs_h *g, const char *call_name)
{
    const struct error_handler *top = g->error_handlers;
    /* The handler may make calls which fail, too. */
    cleanup_free char *message = NULL;

    fail_context (&g->error, "%s", call_name);
    message = xstrdup (g->error.message);
    last_error_set (g, &g->error);
    if (top->cb)
        top->cb (g, top->opaque, message);
}

const char *
guestfs_last_error (guestfs_h *g)
{
    const struct error *error = last_error_get (g);

    return error ? error->message : NULL;
}

int
guestfs_last_errno (guestfs_h *g)
{
    const struct error *error = last_error_get (g);

    return error ? error->errnum : 0;
}

void
guestfs_set_error_handler (guestfs_h *g, guestfs_error_handler_cb cb,
                           void *opaque)
{
    handle_lock (g);
    g->error_handlers->cb = cb;
    g->error_handlers->opaque = opaque;
    handle_unlock (g);
}

guestfs_error_handler_cb
guestfs_get_error_handler (guestfs_h *g, void **opaque_rtn)
{
    guestfs_error_handler_cb cb;

    handle_lock (g);
    if (opaque_rtn)
        *opaque_rtn = g->error_handlers->opaque;
    cb = g->error_handlers->cb;
    handle_unlock (g);
    return cb;
}

void
guestfs_push_error_handler (guestfs_h *g, guestfs_error_handler_cb cb,
                            void *opaque)
{
    struct error_handler *top = xmalloc (sizeof *top);

    handle_lock (g);
    *top = (struct error_handler) {
        .cb = cb,
        .opaque = opaque,
        .below = g->error_handlers,
    };
    g->error_handlers = top;
    handle_unlock (g);
}

/* Popping more than was pushed restores the first handler. */
void
guestfs_pop_error_handler (guestfs_h *g)
{
    handle_lock (g);
    drop_top (g);
    if (!g->error_handlers)
        errors_init (g);
    handle_unlock (g);
}

/* There must be one: NULL is ignored. */
void
guestfs_set_out_of_memory_handler (guestfs_h *g, guestfs_abort_cb cb)
{
    if (!cb)
        return;
    handle_lock (g);
    g->out_of_memory = cb;
    handle_unlock (g);
}

guestfs_abort_cb
guestfs_get_out_of_memory_handler (guestfs_h *g)
{
    guestfs_abort_cb cb;

    handle_lock (g);
    cb = g->out_of_memory;
    handle_unlock (g);
    return cb;
}

/* Allocation has no handle at hand: the call that runs in this thread
 * leaves its own here.
 */
static _Thread_local guestfs_h *memory_handle;

guestfs_h *
set_memory_handle (guestfs_h *g)
{
    guestfs_h *before = memory_handle;

    memory_handle = g;
    return before;
}

_Noreturn void
out_of_memory (void)
{
    if (memory_handle)
        memory_handle->out_of_memory ();
    abort ();
}
