/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which programs and libraries the host has. */
#ifndef DAEMON_FIND_PROGRAM_H
#define DAEMON_FIND_PROGRAM_H

#include <stdbool.h>

#include "error.h"

/* Is there such a program in PATH? */
bool has_program (const char *name);

/* The same, and ENOENT if not. */
int find_program (const char *name, struct error *err);

/* Is there a shared library of that name, where the loader finds it?  It is
 * not loaded.
 */
bool has_library (const char *soname);

#endif /* DAEMON_FIND_PROGRAM_H */
