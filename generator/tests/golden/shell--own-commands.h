/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What carries out guestfish's own commands: their name is words[0], and
 * there are as many words as their usage says.
 */
#ifndef SHELL_OWN_COMMANDS_H
#define SHELL_OWN_COMMANDS_H

#include "error.h"
#include "shell.h"

int run_bring_in (struct shell *sh, char *const *words, struct error *err);
int run_leave (struct shell *sh, char *const *words, struct error *err);
int run_twice (struct shell *sh, char *const *words, struct error *err);

#endif /* SHELL_OWN_COMMANDS_H */
