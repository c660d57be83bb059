/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calling the daemon: the message, the files, and the reply. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "appliance.h"
#include "call.h"
#include "drive.h"
#include "message.h"
#include "network.h"
#include "transfer.h"

/* What must be so before a call can be sent. */
static int
check_state (guestfs_h *g)
{
    switch (g->state) {
    case STATE_READY:
        appliance_take_over (g->appliance);
        return 0;
    case STATE_BUSY:
        return fail (&g->error, EBUSY,
                     "another call is running on this handle "
                     "(an event callback can't call the appliance)");
    case STATE_LAUNCHING:
        return fail (&g->error, EINVAL,
                     "the appliance is still being launched");
    case STATE_CONFIG:
        break;
    }
    return fail (&g->error, EINVAL,
                 "the appliance is not running: call launch first "
                 "(in guestfish, the command 'run')");
}

/* Into the appliance's buffer.  Returns how many bytes to send. */
static ssize_t
encode (guestfs_h *g, struct client_call *call, uint64_t hint)
{
    wire_header header = {
        .prog = WIRE_PROGRAM,
        .vers = WIRE_VERSION,
        .proc = call->proc,
        .direction = WIRE_CALL,
        .serial = call->serial = ++g->serial,
        .progress_hint = hint,
        .optargs_bitmask = call->optargs_bitmask,
        .status = WIRE_OK,
    };

    return message_encode (g->appliance->send_buffer, &header, call->args_xdr,
                           call->args, &g->error);
}

static int
fail_protocol (guestfs_h *g, const char *what)
{
    return fail (&g->error, EPROTO, "the daemon broke the protocol: %s", what);
}

static int
check_reply (guestfs_h *g, const struct client_call *call,
             const wire_header *header)
{
    if (header->direction != WIRE_REPLY)
        return fail_protocol (g, "not a reply");
    if (header->proc != call->proc)
        return fail_protocol (g, "reply to another procedure");
    if (header->serial != call->serial)
        return fail_protocol (g, "reply to another call");
    if (header->status != WIRE_OK && header->status != WIRE_ERROR)
        return fail_protocol (g, "reply of unknown status");
    return 0;
}

/* How a call can go wrong: the daemon refused it, and all is well, or the
 * two no longer understand each other.
 */
enum outcome { OUTCOME_OK, OUTCOME_REFUSED, OUTCOME_BROKEN };

static enum outcome
decode_error (guestfs_h *g, XDR *xdrs)
{
    wire_error error = { 0 };
    bool good = xdr_wire_error (xdrs, &error);

    if (good)
        fail (&g->error,
              error.errno_name[0] ? errno_from_name (error.errno_name) : 0,
              "%s", error.message);
    else
        fail_protocol (g, "the error of a reply can't be decoded");
    xdr_free ((xdrproc_t) xdr_wire_error, &error);
    return good ? OUTCOME_REFUSED : OUTCOME_BROKEN;
}

static enum outcome
receive_reply (guestfs_h *g, struct client_call *call)
{
    struct packet packet;
    wire_header header;
    XDR xdrs;

    do {
        if (appliance_receive (g, &packet) < 0)
            return OUTCOME_BROKEN;
        /* A file was refused after all of it had been sent. */
    } while (packet.word == WIRE_CANCEL_FLAG && call->file_in);

    if (packet_is_flag (&packet)) {
        fail_protocol (g, "a flag where a reply must be");
        return OUTCOME_BROKEN;
    }
    if (message_decode_header (&xdrs, packet.body, packet.size, &header,
                               &g->error) < 0
        || check_reply (g, call, &header) < 0)
        return OUTCOME_BROKEN;
    if (header.status == WIRE_ERROR)
        return decode_error (g, &xdrs);
    if (call->ret_xdr && !call->ret_xdr (&xdrs, call->ret)) {
        xdr_free (call->ret_xdr, call->ret);
        fail_protocol (g, "a reply can't be decoded");
        return OUTCOME_BROKEN;
    }
    return OUTCOME_OK;
}

/* Memory that is shared with the appliance still has what was sent. */
static void
wipe_sent (guestfs_h *g, size_t size)
{
    struct transport *t = g->appliance->transport;

    if (t && t->ops->wipe_written)
        t->ops->wipe_written (t, size);
}

/* The call on the wire.  A local error of a transfer is found only after
 * the daemon was told, and then is the one that counts.
 */
static enum outcome
converse (guestfs_h *g, struct client_call *call, struct transfer *transfer)
{
    cleanup_error struct error local = { 0 };
    ssize_t size = encode (g, call, transfer->size);
    enum outcome outcome;
    int sent;

    if (size < 0)
        return OUTCOME_REFUSED;
    sent = appliance_send (g, g->appliance->send_buffer, (size_t) size);
    if (call->secret)
        explicit_bzero (g->appliance->send_buffer, (size_t) size);
    if (sent < 0)
        return OUTCOME_BROKEN;
    if (call->file_in && transfer_send (g, transfer, &local) < 0)
        return OUTCOME_BROKEN;
    outcome = receive_reply (g, call);
    if (call->secret)
        wipe_sent (g, (size_t) size);
    if (outcome == OUTCOME_OK && call->file_out
        && transfer_receive (g, transfer, &local) < 0)
        return OUTCOME_BROKEN;
    if (outcome != OUTCOME_BROKEN && local.message) {
        error_move (&g->error, &local);
        return OUTCOME_REFUSED;
    }
    return outcome;
}

/* Programs of the guest use the network, if there is one. */
static bool
runs_program (const struct client_call *call)
{
    static const uint32_t programs[] = {
        WIRE_PROC_COMMAND, WIRE_PROC_COMMAND_LINES, WIRE_PROC_COMMAND_OUT,
        WIRE_PROC_SH,      WIRE_PROC_SH_LINES,      WIRE_PROC_SH_OUT,
    };

    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (call->proc == programs[i])
            return true;
    return false;
}

int
client_call (guestfs_h *g, struct client_call *call)
{
    cleanup_transfer struct transfer transfer = TRANSFER_NONE;
    enum outcome outcome;

    if (check_state (g) < 0
        || (runs_program (call) && network_refresh (g) < 0)
        || transfer_open (&transfer, call->file_in, call->file_out,
                          &g->error) < 0)
        return -1;
    g->state = STATE_BUSY;
    outcome = converse (g, call, &transfer);
    if (outcome == OUTCOME_BROKEN)
        return appliance_abandon (g);
    g->state = STATE_READY;
    if (drives_flush (g) < 0 || outcome == OUTCOME_REFUSED)
        return -1;
    return 0;
}

int
client_call_send (guestfs_h *g, struct client_call *call)
{
    ssize_t size;

    if (g->state != STATE_BUSY && check_state (g) < 0)
        return -1;
    size = encode (g, call, 0);
    if (size < 0)
        return -1;
    g->state = STATE_BUSY;
    if (appliance_send (g, g->appliance->send_buffer, (size_t) size) < 0)
        return appliance_abandon (g);
    return 0;
}

int
client_call_receive (guestfs_h *g, struct client_call *call, bool last)
{
    enum outcome outcome = receive_reply (g, call);

    if (outcome == OUTCOME_BROKEN)
        return appliance_abandon (g);
    if (last)
        g->state = STATE_READY;
    if (drives_flush (g) < 0 || outcome == OUTCOME_REFUSED)
        return -1;
    return 0;
}
