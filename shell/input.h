/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where lines of commands come from: a script, standard input, the output
 * of a host command, or a person at a terminal.
 */
#ifndef SHELL_INPUT_H
#define SHELL_INPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"

struct input {
    const char *name;  /* for messages */
    unsigned line;     /* the number of the line that was read last */
    bool interactive;  /* a person types: errors do not end it */
    const char *error; /* why there are no more lines; NULL: the end */

    /* A line without its newline, which the caller frees; NULL at the end.
     * continued: the line continues a command, which a prompt shows.
     */
    char *(*next) (struct input *in, bool continued);
};

char *input_line (struct input *in, bool continued);

/* Lines of a file that somebody else closes. */
struct file_input {
    struct input base;
    FILE *fp;
};

struct file_input file_input (FILE *fp, const char *name);

/* The lines up to one that is the end marker: a file descriptor from which
 * their text can be read.
 */
int input_heredoc (struct input *in, const char *end, struct error *err);

/* All that is left of a file, in the same way. */
int input_rest (struct file_input *in, struct error *err);

#endif /* SHELL_INPUT_H */
