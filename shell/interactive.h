/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A person at a terminal. */
#ifndef SHELL_INTERACTIVE_H
#define SHELL_INTERACTIVE_H

struct shell;

/* Greet, and carry out what is typed. */
int interactive_run (struct shell *sh);

#endif /* SHELL_INTERACTIVE_H */
