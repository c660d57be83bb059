/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How guestunmount finds the guestmount that serves a mount point, so that it
 * can wait for its end: then all is on the disk.
 */
#ifndef GUESTMOUNT_SERVER_H
#define GUESTMOUNT_SERVER_H

#include "mount-table.h"

/* In guestmount: can be found from now on.  A socket, whose connections are
 * to be closed at once; -1 if it does not work, which is of no importance to
 * the mount itself.
 */
int server_announce (const char *mountpoint);

/* A descriptor of the process (pidfd_open(2)), which poll(2) finds readable
 * once it has ended; -1 if there is no such process, or none to be trusted.
 */
int server_find (const struct mounted *mounted, pid_t *ret_pid);

#endif /* GUESTMOUNT_SERVER_H */
