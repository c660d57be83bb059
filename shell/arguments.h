/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arguments of a call: from words to values. */
#ifndef SHELL_ARGUMENTS_H
#define SHELL_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct shell;
struct shell_command;

/* As the description of the API has them. */
enum argument_kind {
    ARGUMENT_STRING,
    ARGUMENT_OPTSTRING, /* "" is NULL */
    ARGUMENT_BUFFER,
    ARGUMENT_PATHNAME,
    ARGUMENT_DEVICE,
    ARGUMENT_MOUNTABLE,
    ARGUMENT_DEVICE_OR_PATH,
    ARGUMENT_MOUNTABLE_OR_PATH,
    ARGUMENT_FILENAME,
    ARGUMENT_GUID,
    ARGUMENT_KEY, /* is asked for, and no word of the command */
    ARGUMENT_FILE_IN,
    ARGUMENT_FILE_OUT,
    ARGUMENT_BOOL,
    ARGUMENT_INT,
    ARGUMENT_INT64,
};

struct parameter {
    const char *name;
    enum argument_kind kind;
    bool is_list;
};

struct value {
    char *text;           /* of every kind that is one string */
    size_t size;          /* of that */
    int64_t number;       /* int, int64, bool */
    char **list;          /* of a list */
    struct outlet *outlet; /* of a file_out that is "-"; local-file.h */
    int fd;               /* of a file_in that is none; or -1 */
};

struct arguments {
    struct value *value;  /* in the order of the parameters */
    struct value *option; /* of all options */
    uint64_t given;       /* bit n: option n was */
};

/* The words are those after the command's name.  *ret_word is the index of
 * the word that an error is about, or (size_t) -1.
 */
int arguments_parse (struct shell *sh, const struct shell_command *c,
                     char *const *words, struct arguments *ret,
                     size_t *ret_word, struct error *err);

/* Whatever could not be written to stdout is an error. */
int arguments_finish (const struct shell_command *c, struct arguments *args,
                      struct error *err);

void arguments_free (const struct shell_command *c, struct arguments *args);

#endif /* SHELL_ARGUMENTS_H */
