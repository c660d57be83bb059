/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfish --listen: a process in the background. */
#ifndef SHELL_LISTEN_H
#define SHELL_LISTEN_H

#include "command-line.h"

/* Start it, and print what a shell has to know.  Returns the exit status,
 * in the process that was there and in the new one.
 */
int listen_in_background (const struct command_line *c);

#endif /* SHELL_LISTEN_H */
