/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How guestunmount finds the guestmount that serves a mount point, waits for
 * its end, and learns whether all is on the disk then.
 */
#ifndef GUESTMOUNT_SERVER_H
#define GUESTMOUNT_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "mount-table.h"

/* In guestmount: can be found from now on.  A socket, non-blocking, whose
 * connections wait for server_tell; -1 if it does not work, which is of no
 * importance to the mount itself.
 */
int server_announce (const char *mountpoint);

/* The next connection of somebody who may know; -1: there is none. */
int server_accept (int announced);

/* At the end: everything is written, or why it is not. */
void server_tell (int take_connection, const char *failure);

/* Mostly there is one. */
struct servers {
    struct server *server;
    size_t count;
};

/* Those that serve this file system; none if that can't be known. */
void servers_find (const struct mounted *m, struct servers *ret);

/* Wait until all have ended; timeout in ms for each, -1: as long as it takes.
 * False if it is not long enough.
 */
bool servers_wait (struct servers *s, int timeout);

/* After that: did they write everything?  The error says why not. */
int servers_result (const struct servers *s, struct error *err);

void servers_free (struct servers *s);

#define cleanup_servers __attribute__ ((cleanup (servers_free)))

#endif /* GUESTMOUNT_SERVER_H */
