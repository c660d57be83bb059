/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying files and directories inside the guest. */
#ifndef DAEMON_COPY_H
#define DAEMON_COPY_H

#include "daemon.h"

/* Where a file goes that is copied or moved: into a directory if the target
 * is one, under its old name; else the target is its new name.  The caller
 * frees it.
 */
char *target_path (struct call *call, const char *source, const char *target);

/* Copy a file or a directory with all that is in it, to just this name.
 * preserve: with owners, modes, times, attributes and links.
 */
int copy_tree (struct call *call, const char *source, const char *target,
               bool preserve);

#endif /* DAEMON_COPY_H */
