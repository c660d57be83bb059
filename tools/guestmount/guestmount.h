/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What guestmount was asked for. */
#ifndef GUESTMOUNT_GUESTMOUNT_H
#define GUESTMOUNT_GUESTMOUNT_H

#include <stdbool.h>

#include "background.h"
#include "error.h"
#include "guest.h"
#include "string-list.h"

struct request {
    struct guest_options guest;  /* first, for guest-options/ */
    struct strings fuse_options; /* of each -o */
    int cache_timeout;           /* in seconds; -1: the usual one */
    int ready_fd;                /* --fd, or -1 */
    char *pid_file;              /* an absolute name, or NULL */
    bool no_fork;
    bool completion; /* only say what could be the next word */
    char *mountpoint; /* an absolute name */
};

/* Open the guest, mount it, and serve it until it is unmounted.  Once it is
 * there, go to the background, unless that is NULL; from then on failures
 * are in the system's log.
 */
int session_run (const struct request *r, struct background *background,
                 struct error *err);

#endif /* GUESTMOUNT_GUESTMOUNT_H */
