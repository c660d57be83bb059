/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ctrl-C: cancels the call that runs, and keeps the session. */
#ifndef SHELL_INTERRUPT_H
#define SHELL_INTERRUPT_H

#include <stdbool.h>

#include "guestfs.h"

/* From now on SIGINT does not end the program. */
void interrupt_catch (void);

/* Around a command.  One that can't be cancelled goes on to its end, and the
 * user is told.
 */
void interrupt_begin (guestfs_h *g, bool cancellable);
void interrupt_end (void);

/* Was there one since interrupt_seen ()?  This does not count as asking. */
bool interrupt_pending (void);

/* While a line is typed, what Ctrl-C means is none of our business; at all
 * other times it ends the line that the terminal shows it in.
 */
void interrupt_at_prompt (bool at_prompt);

/* How many of these were there? */
unsigned interrupt_count (void);

/* Was there one since this was asked last? */
bool interrupt_seen (void);

#endif /* SHELL_INTERRUPT_H */
