/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a line of guestfish asks for. */
#ifndef SHELL_PARSER_H
#define SHELL_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "string-list.h"

enum line_kind {
    LINE_EMPTY,   /* nothing, or a comment */
    LINE_COMMAND, /* words [| host] */
    LINE_HOST,    /* !host */
    LINE_INLINE,  /* <!host */
};

struct line {
    enum line_kind kind;
    bool ignore_errors;   /* a '-' stood before it */
    struct strings words; /* of a command, its name first */
    size_t *columns;      /* where each word begins in the line */
    char *host;           /* what the host's shell is given, or NULL */
};

/* If this fails, *ret_column is where in the text. */
int parse_line (const char *text, struct line *ret, size_t *ret_column,
                struct error *err);

/* A command whose words somebody else separated already: those of an array
 * up to its end.  The '-' is looked for.
 */
void line_from_words (char *const *words, size_t count, struct line *ret);

void line_free (struct line *line);

#define cleanup_line __attribute__ ((cleanup (line_free)))

/* "~", "~user" and what follows a slash, for users of the host; NULL if it
 * is something else.
 */
char *expand_tilde (const char *word);

#endif /* SHELL_PARSER_H */
