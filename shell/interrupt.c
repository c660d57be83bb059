/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ctrl-C.  A signal has no parameter: these are the only globals of the
 * shell that several of its parts share.
 */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "interrupt.h"

static guestfs_h *volatile running; /* the handle whose call runs, or NULL */
static volatile sig_atomic_t cancellable;
static volatile sig_atomic_t seen;

/* The line of a progress bar may stand there. */
static void
say_that_it_goes_on (void)
{
    static const char text[] = "\r\nguestfish: this can't be stopped halfway; "
                               "it goes on to its end\r\n";
    ssize_t ignored = write (STDERR_FILENO, text, sizeof text - 1);

    (void) ignored;
}

static void
on_interrupt (int signal_number)
{
    int before = errno;

    (void) signal_number;
    /* The one call that signal handlers may make. */
    if (running && cancellable)
        guestfs_user_cancel (running);
    else if (running && !seen)
        say_that_it_goes_on ();
    seen = 1;
    errno = before;
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
interrupt_begin (guestfs_h *g, bool can_be_cancelled)
{
    cancellable = can_be_cancelled;
    running = g;
}

void
interrupt_end (void)
{
    running = NULL;
}

bool
interrupt_pending (void)
{
    return seen;
}

bool
interrupt_seen (void)
{
    bool was = seen;

    seen = 0;
    return was;
}
