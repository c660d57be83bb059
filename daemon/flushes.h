/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which disks were flushed: User Mode Linux writes what is flushed into
 * the image, but does not see to it that it reaches the host's disk.  So
 * the library is told, with every reply, how many flushes there were, and
 * does that itself.
 */
#ifndef DAEMON_FLUSHES_H
#define DAEMON_FLUSHES_H

#include "daemon.h"

/* Find the disks whose flushes must be counted. */
int flushes_init (struct daemon *daemon, struct error *err);

/* Flush the caches of all disks: what was written to them is stored. */
int flush_disks (struct daemon *daemon, struct error *err);

/* Before a reply: tell the library how many there were until now. */
void publish_flushes (struct daemon *daemon);

#endif /* DAEMON_FLUSHES_H */
