/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of one line of guestfish. */
#ifndef SHELL_SCANNER_H
#define SHELL_SCANNER_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_PIPE, /* its text is the rest of the line, for the host's shell */
};

struct token {
    enum token_kind kind;
    size_t column; /* where it begins, counted in bytes from 0 */
    bool quoted;   /* was written in quotes: '~' and '|' mean nothing */
    char *text;    /* owned; NULL at the end of the line */
};

struct scanner {
    const char *line;
    size_t at;       /* the next byte to look at */
    size_t error_at; /* the column of what is wrong */
};

void scanner_init (struct scanner *s, const char *line);

/* The next token, which token_free () frees. */
int scanner_next (struct scanner *s, struct token *ret, struct error *err);

void token_free (struct token *token);

#define cleanup_token __attribute__ ((cleanup (token_free)))

/* The strings of a list, as users write them: separated by white space, with
 * single quotes around what contains some, and \' for such a quote.
 * NULL for an error.
 */
char **split_list (const char *text, struct error *err);

/* White space between words; no locale has a say in it. */
bool is_blank (char c);

#endif /* SHELL_SCANNER_H */
