/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking for keys and passphrases. */
#ifndef SHELL_KEYS_H
#define SHELL_KEYS_H

#include "error.h"

struct shell;

/* The key for the parameter of that name.  The caller wipes and frees it. */
char *read_key (struct shell *sh, const char *parameter, struct error *err);

/* Overwrite and free. */
void forget_key (char *take_key);

#endif /* SHELL_KEYS_H */
