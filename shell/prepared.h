/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prepared disk images: -N [FILE=]TYPE[:PARAMETER...] */
#ifndef SHELL_PREPARED_H
#define SHELL_PREPARED_H

#include "error.h"
#include "string-list.h"

struct shell;
struct prepared_type;

struct prepared {
    const struct prepared_type *type;
    char *file;
    char **parameters; /* all that the type has, in its order */
};

/* Understand what -N was given.  number counts them from 1. */
int prepared_parse (const char *text, unsigned number, struct prepared *ret,
                    struct error *err);

/* Before the launch: make the file and add it. */
int prepared_create (struct shell *sh, const struct prepared *p,
                     struct error *err);

/* After it: write partitions and file systems to the device. */
int prepared_format (struct shell *sh, const struct prepared *p,
                     const char *device, struct error *err);

void prepared_free (struct prepared *p);

/* The types in turn, from 0 on; NULL after the last one. */
const char *prepared_type_name (size_t n);

/* For -N help. */
void prepared_print_types (void);

#endif /* SHELL_PREPARED_H */
