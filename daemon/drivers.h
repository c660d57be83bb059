/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's drivers of file systems: modules, and what those want. */
#ifndef DAEMON_DRIVERS_H
#define DAEMON_DRIVERS_H

#include <stdbool.h>

#include "error.h"

/* Load the driver of a type of file system with the character sets that it
 * wants, which are modules, too.
 */
int driver_load (const char *type, struct error *err);

/* Do what mounting lacked that has failed with that errno: load the driver, or
 * that of the quotas which the file system keeps; tell btrfs of its other
 * devices.  True: it is worth to be tried again.
 */
bool driver_help (const char *type, int errnum);

/* Options that it is to be told before all others, such as that names are
 * in UTF-8; NULL: none.
 */
const char *driver_options (const char *type);

/* An option that the driver needs to know which version of the file system it
 * has before it; NULL: none.  The version is libblkid's.
 */
bool driver_needs_version (const char *type);
const char *driver_version_option (const char *type, const char *version);

#endif /* DAEMON_DRIVERS_H */
