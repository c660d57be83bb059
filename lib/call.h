/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calling the daemon. */
#ifndef LIB_CALL_H
#define LIB_CALL_H

#include "handle.h"
#include "protocol.h"

struct client_call {
    uint32_t proc;
    xdrproc_t args_xdr; /* NULL: the call has no arguments */
    void *args;
    uint64_t optargs_bitmask;
    bool secret;          /* there are keys among the arguments */
    const char *file_in;  /* a local file to send after the arguments */
    const char *file_out; /* a local file for what comes after the reply */
    xdrproc_t ret_xdr;    /* NULL: the call returns nothing */
    void *ret;            /* xdr_free it when it is no longer needed */
    uint32_t serial;      /* of the message that was sent */
};

/* Make one call: 0, or -1 with g->error set. */
int client_call (guestfs_h *g, struct client_call *call);

/* The same in two steps, without files: several calls may be under way, and
 * their replies come in the same order.  The handle is busy from the first
 * step of the first to the second of the last.  If the appliance is gone, the
 * state is CONFIG, and nothing is under way any more.
 */
int client_call_send (guestfs_h *g, struct client_call *call);
int client_call_receive (guestfs_h *g, struct client_call *call, bool last);

#endif /* LIB_CALL_H */
