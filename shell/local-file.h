/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local files of calls that read or write one: "-" and "-<<END". */
#ifndef SHELL_LOCAL_FILE_H
#define SHELL_LOCAL_FILE_H

#include "error.h"

struct shell;
struct value;

/* The name that the library is to open goes to value->text. */
int local_file_in (struct shell *sh, const char *word, struct value *value,
                   struct error *err);
int local_file_out (const char *word, struct value *value, struct error *err);

/* Wait until all that was written is where it belongs.  -1: it is not. */
int outlet_finish (struct outlet **outlet, struct error *err);

#endif /* SHELL_LOCAL_FILE_H */
