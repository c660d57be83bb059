/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carrying out commands. */
#ifndef SHELL_RUN_H
#define SHELL_RUN_H

#include <stddef.h>

#include "error.h"
#include "input.h"

struct shell;
struct line;

/* Commands from an input, up to its end, exit, or (unless a person types)
 * the first error.  What goes wrong is printed.
 */
int run_input (struct shell *sh, struct input *in);

/* Commands that were given as words, with ":" between them. */
int run_arguments (struct shell *sh, char *const *words);

/* One command in words, up to NULL.  *ret_word is the index of the word
 * after the name that an error is about, or (size_t) -1.
 */
int run_command (struct shell *sh, char *const *words, size_t *ret_word,
                 struct error *err);

/* The same for commands of commands: glob, time, not. */
int run_words (struct shell *sh, char *const *words, struct error *err);

/* "guestfish: ...", or what the library said as it is. */
void print_error (const struct error *err);

#endif /* SHELL_RUN_H */
