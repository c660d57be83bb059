/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help on commands. */
#ifndef SHELL_HELP_H
#define SHELL_HELP_H

#include "error.h"

/* All commands with their summaries. */
void help_list (void);

/* All about one command. */
int help_command (const char *name, struct error *err);

#endif /* SHELL_HELP_H */
