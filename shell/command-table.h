/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of guestfish: the calls of the API, from its description,
 * and guestfish's own.
 */
#ifndef SHELL_COMMAND_TABLE_H
#define SHELL_COMMAND_TABLE_H

#include <limits.h>

#include "arguments.h"
#include "error.h"
#include "shell.h"

#define ANY_WORDS UCHAR_MAX

struct shell_command {
    const char *name;
    const char *const *aliases; /* NULL at the end; NULL: none */
    const char *usage;          /* the arguments, for help */
    const char *summary;
    const char *help; /* lines of text */

    /* One of the API: */
    const struct parameter *parameters; /* name NULL at the end */
    const struct parameter *options;
    bool planned;            /* has no function yet */
    bool counts_bytes;       /* so do its progress messages */
    bool cancellable;        /* by guestfs_user_cancel () */
    /* Prints the result.  -1: the handle knows the error. */
    int (*call) (struct shell *sh, const struct arguments *args);

    /* Or one of guestfish itself, which is given its name and all words
     * after that, of which there are so many:
     */
    unsigned char min_words;
    unsigned char max_words; /* ANY_WORDS: no limit */
    bool takes_command;      /* the first one is another command's name */
    int (*run) (struct shell *sh, char *const *words, struct error *err);
};

/* Each ends with a name of NULL. */
extern const struct shell_command own_commands[];
extern const struct shell_command api_commands[];

/* By its name or an alias, in which '_' is as good as '-', and capitals as
 * good as small letters; or NULL.
 */
const struct shell_command *command_find (const char *name);

/* The commands in turn, beginning after NULL; NULL after the last one. */
const struct shell_command *command_next (const struct shell_command *c);

/* Something is wrong with the arguments, and this is how to use it. */
int command_usage (const struct shell_command *c, const char *what,
                   struct error *err);

/* "no such command", with those that look like it. */
int command_unknown (const char *name, struct error *err);

#endif /* SHELL_COMMAND_TABLE_H */
