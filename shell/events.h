/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handlers of the event command. */
#ifndef SHELL_EVENTS_H
#define SHELL_EVENTS_H

struct shell;

/* Forget all, whose handle is closed. */
void events_free (struct shell *sh);

#endif /* SHELL_EVENTS_H */
