/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A local copy of something in the guest, for a program of the host. */
#ifndef SHELL_TEMPORARY_H
#define SHELL_TEMPORARY_H

#include <stdbool.h>

#include "error.h"

struct shell;

struct temporary {
    char *folder; /* private; is removed with the file */
    char *file;
};

/* Room for a file with the last part of that name, which programs may go by
 * to know what it is.
 */
int temporary_make (struct shell *sh, const char *name, struct temporary *ret,
                    struct error *err);

/* Let the user edit it.  *ret_changed: there is something to send back. */
int temporary_edit (const struct temporary *t, const char *editor,
                    bool *ret_changed, struct error *err);

void temporary_remove (struct temporary *t);

#define cleanup_temporary __attribute__ ((cleanup (temporary_remove)))

#endif /* SHELL_TEMPORARY_H */
