/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules: loaded when something needs one. */
#ifndef DAEMON_MODULES_H
#define DAEMON_MODULES_H

#include <stdbool.h>

#include "error.h"

/* Load a module and those that it depends on.  Nothing happens if it is
 * loaded, or part of the kernel.  ENOENT if there is no such module.
 */
int module_load (const char *name, struct error *err);

/* The same with parameters, "NAME=VALUE ...", which it gets if it was not
 * loaded yet.
 */
int module_load_with (const char *name, const char *parameters,
                      struct error *err);

/* Is there such a module, loaded or not, or is it part of the kernel? */
bool module_exists (const char *name);

/* Load all modules that have one of these other names ("crypto-aes", a list
 * with NULL at its end), several of which may do the same.  Those that do
 * not fit the machine fail, and that is no error.
 */
void module_load_aliases (char *const *aliases);

#endif /* DAEMON_MODULES_H */
