/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress bars for calls that take long. */
#ifndef SHELL_PROGRESS_H
#define SHELL_PROGRESS_H

#include <stdbool.h>

#include "guestfs.h"

/* Show them for the calls of this handle. */
void progress_bars_on (guestfs_h *g);

/* Around a call.  bytes: its progress messages count bytes. */
void progress_begin (bool bytes);
void progress_end (void);

/* The same for what is no command: a bar that goes away by itself, lest other
 * texts come after it in its line.
 */
void progress_begin_passing (void);

#endif /* SHELL_PROGRESS_H */
