/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ctrl-C: cancels the call that runs, and keeps the session. */
#ifndef SHELL_INTERRUPT_H
#define SHELL_INTERRUPT_H

#include <stdbool.h>

#include "guestfs.h"

/* From now on SIGINT does not end the program. */
void interrupt_catch (void);

/* Around a call. */
void interrupt_begin (guestfs_h *g);
void interrupt_end (void);

/* Was there one since this was asked last? */
bool interrupt_seen (void);

#endif /* SHELL_INTERRUPT_H */
