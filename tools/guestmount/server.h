/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How guestunmount finds the guestmount that serves a mount point, so that it
 * can wait for its end: then all is on the disk.
 */
#ifndef GUESTMOUNT_SERVER_H
#define GUESTMOUNT_SERVER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "mount-table.h"

/* In guestmount: can be found from now on.  A socket, whose connections are
 * to be closed at once; -1 if it does not work, which is of no importance to
 * the mount itself.
 */
int server_announce (const char *mountpoint);

/* Descriptors of processes, of which mostly there is one. */
struct servers {
    struct pollfd *fd;
    size_t count;
};

/* Those that serve this file system; none if that can't be known. */
void servers_find (const struct mounted *m, struct servers *ret);

/* Wait until all have ended; timeout in ms for each, -1: as long as it takes.
 * False if it is not long enough.
 */
bool servers_wait (struct servers *s, int timeout);

void servers_free (struct servers *s);

#define cleanup_servers __attribute__ ((cleanup (servers_free)))

#endif /* GUESTMOUNT_SERVER_H */
