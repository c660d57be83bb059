/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ctrl-C.  A signal has no parameter: these are the only globals of the
 * shell that several of its parts share.
 */

#include "config.h"

#include <signal.h>
#include <stddef.h>

#include "interrupt.h"

static guestfs_h *volatile running; /* the handle whose call runs, or NULL */
static volatile sig_atomic_t seen;

static void
on_interrupt (int signal_number)
{
    (void) signal_number;
    seen = 1;
    /* The one call that signal handlers may make. */
    if (running)
        guestfs_user_cancel (running);
}

/* Reads of a terminal are not restarted, so that a prompt notices. */
void
interrupt_catch (void)
{
    struct sigaction action = { .sa_handler = on_interrupt };

    sigemptyset (&action.sa_mask);
    sigaction (SIGINT, &action, NULL);
}

void
interrupt_begin (guestfs_h *g)
{
    running = g;
}

void
interrupt_end (void)
{
    running = NULL;
}

bool
interrupt_seen (void)
{
    bool was = seen;

    seen = 0;
    return was;
}
