/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work on what a guest has written, in a process of its own.  What crashes
 * there, wants all of the memory, or never ends takes nobody with it.
 */
#ifndef DAEMON_GUARDED_H
#define DAEMON_GUARDED_H

#include "error.h"

/* The work: returns a text that the caller frees (""), or NULL. */
typedef char *(*guarded_work) (void *opaque, struct error *err);

/* Let a fork of ours do it.  All descriptors but the standard ones are closed
 * there.  It may take that many seconds of processor time; what it works on
 * is for the error message.  Returns what the work returned.
 */
char *guarded_run (guarded_work work, void *opaque, unsigned seconds,
                   const char *what, struct error *err);

/* The same with a file, which is GUARDED_FILE there. */
char *guarded_run_on (int file, guarded_work work, void *opaque,
                      unsigned seconds, const char *what, struct error *err);

#define GUARDED_FILE "/proc/self/fd/0"

#endif /* DAEMON_GUARDED_H */
