/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RAID arrays of the drives: assembled, as logical volumes are activated,
 * when a call first names or lists what may be one.
 */
#ifndef DAEMON_MD_ASSEMBLE_H
#define DAEMON_MD_ASSEMBLE_H

#include "daemon.h"

/* Assemble all arrays whose members are there, unless that was done before.
 * They are not written to before something is written into them.  On
 * failure, which is reported every time, others may be there.
 */
int md_assemble_once (struct daemon *daemon, struct error *err);

/* The kernel's module for a level ("raid456"), loaded; level 6 is refused
 * with ENOTSUP.  what names the array for the message.
 */
int md_load_level (int level, const char *what, struct error *err);

#endif /* DAEMON_MD_ASSEMBLE_H */
