/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The local file of a call that sends or receives one. */
#ifndef LIB_TRANSFER_H
#define LIB_TRANSFER_H

#include "handle.h"

struct transfer {
    int fd;           /* -1: there is no file, or not yet */
    const char *name; /* borrowed */
    bool waits;       /* a pipe or the like: poll (2) before reading it */
    uint64_t size;    /* of a file to send, if known: for progress bars */
};

#define TRANSFER_NONE ((struct transfer) { .fd = -1 })

/* One of the names at most is not NULL.  A file to read is opened now; one
 * to write only when it comes, so that a call that is refused leaves what
 * is there as it is.
 */
int transfer_open (struct transfer *t, const char *file_in,
                   const char *file_out, struct error *err);

/* Send the file, or receive it.  -1: the appliance can't be used any more,
 * g->error says why.  0: the channel is fine; if something went wrong on
 * our side of it, or the user cancelled, *local says so.
 */
int transfer_send (guestfs_h *g, struct transfer *t, struct error *local);
int transfer_receive (guestfs_h *g, struct transfer *t, struct error *local);

void transfer_close (struct transfer *t);

#define cleanup_transfer __attribute__ ((cleanup (transfer_close)))

#endif /* LIB_TRANSFER_H */
