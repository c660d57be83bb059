/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ctrl-C.  A signal has no parameter: these are the only globals of the
 * shell that several of its parts share.
 */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "interrupt.h"

static guestfs_h *volatile running; /* the handle whose call runs, or NULL */
static volatile sig_atomic_t cancellable;
static volatile sig_atomic_t typing; /* a line is typed */
static volatile sig_atomic_t count;
static volatile sig_atomic_t seen;

static void
say (const char *text)
{
    ssize_t ignored = write (STDERR_FILENO, text, strlen (text));

    (void) ignored;
}

static void
on_interrupt (int signal_number)
{
    int before = errno;

    (void) signal_number;
    count++;
    if (!typing)
        say ("\n");
    /* The one call that signal handlers may make. */
    if (running && cancellable)
        guestfs_user_cancel (running);
    else if (running && !seen)
        say ("guestfish: this can't be stopped halfway; it goes on to its "
             "end\n");
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

void
interrupt_at_prompt (bool at_prompt)
{
    typing = at_prompt;
}

unsigned
interrupt_count (void)
{
    return (unsigned) count;
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
