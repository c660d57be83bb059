/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a program, from one table: parsing, --help, and the lists
 * that completion and the tests of the manual read.
 */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdio.h>

#include "error.h"

enum option_argument {
    OPTION_ALONE, /* takes no value */
    OPTION_VALUE, /* needs one */
    OPTION_MAYBE, /* --name or --name=VALUE */
    OPTION_SHOW,  /* takes none; prints a text, and the program ends well */
};

struct option_row {
    const char *name; /* without dashes; NULL: has only a letter */
    char letter;      /* '\0': has only a name */
    enum option_argument argument;
    const char *value; /* what --help calls the value; of OPTION_SHOW: the
                          text */
    const char *help;  /* one phrase; NULL: --help is silent about it */

    /* value is NULL if none was given.  data is options_parse's. */
    int (*apply) (void *data, const char *value, struct error *err);
};

/* In the text of an OPTION_SHOW, this is where all options are listed. */
#define OPTION_LIST "\f"

/* The rows that all programs have.  before and after are what --help says
 * around the list of options.
 */
#define OPTION_HELP(before, after)                                       \
    { "help", '\0', OPTION_SHOW, before "\n" OPTION_LIST after,          \
      "show this help", NULL }
#define OPTION_VERSION(program)                                          \
    { "version", 'V', OPTION_SHOW, program " " GUESTFS_VERSION "\n",     \
      "show the version", NULL }

/* The function of an option that only sets something in a struct, *o. */
#define OPTION_SETTER(function, type, assignment)               \
    int                                                         \
    function (void *data, const char *value, struct error *err) \
    {                                                           \
        type *o = data;                                         \
                                                                \
        (void) o;                                               \
        (void) value;                                           \
        (void) err;                                             \
        assignment;                                             \
        return 0;                                               \
    }

/* A row without name and letter ends a table. */
#define OPTION_ROWS_END { .name = NULL }

/* Call the function of each option in turn.  argv is reordered so that all
 * that is no option stands at its end, from *ret_rest on.
 */
int options_parse (const struct option_row *table, int argc, char *argv[],
                   void *data, int *ret_rest, struct error *err);

/* For completion: the option that a word such as "--add", "--add=x", "-a" or
 * "-xax" is, or the last of several letters; NULL if there is none.
 * *ret_value is the part of the word that is its value, or NULL.
 */
const struct option_row *options_find (const struct option_row *table,
                                       const char *word,
                                       const char **ret_value);

/* The part of --help that lists the options. */
void options_print_help (const struct option_row *table, FILE *fp);

/* "--add" or "-a" a line, each option in the order of the table. */
void options_print_names (const struct option_row *table, FILE *fp);
void options_print_letters (const struct option_row *table, FILE *fp);

#endif /* COMMON_OPTIONS_H */
