/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serving calls: one after the other, a message and its reply. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "flushes.h"
#include "local.h"
#include "message.h"
#include "server.h"

int
decode_args (struct call *call, XDR *xdrs, xdrproc_t xdr, void *args,
             size_t size)
{
    memset (args, 0, size);
    if (xdr (xdrs, args))
        return 0;
    return fail (&call->err, EPROTO, "the arguments can't be decoded");
}

int
check_options (struct call *call, int count)
{
    uint64_t known = (UINT64_C (1) << count) - 1;

    if (!(call->optargs & ~known))
        return 0;
    return fail (&call->err, EINVAL, "unknown option (bitmask 0x%llx): the "
                 "library is newer than the appliance",
                 (unsigned long long) call->optargs);
}

static int
send_reply (struct call *call, enum wire_status status, xdrproc_t xdr,
            void *body)
{
    struct daemon *d = call->daemon;
    wire_header header = {
        .prog = WIRE_PROGRAM,
        .vers = WIRE_VERSION,
        .proc = call->proc,
        .direction = WIRE_REPLY,
        .serial = call->serial,
        .status = status,
    };
    ssize_t size = message_encode (d->send_buffer, &header, xdr, body,
                                   &call->err);

    if (size < 0)
        return -1;
    call->replied = true;
    if (!call->flushed_nothing)
        publish_flushes (d);
    return transport_write_full (d->transport, d->send_buffer, (size_t) size,
                                 &call->err);
}

/* Throw away what is left of the file that the library sends. */
static int
drop_file (struct call *call)
{
    struct daemon *d = call->daemon;
    enum chunk_kind kind = CHUNK_DATA;

    call->file = FILE_NONE;
    while (kind == CHUNK_DATA) {
        struct packet packet;
        struct iovec data;

        if (receiver_wait_next (&d->receiver, d->transport, &packet,
                                &call->err) < 0
            || chunk_decode (&packet, &kind, &data, &call->err) < 0)
            return -1;
    }
    return 0;
}

/* A call that has succeeded need not have read all of its file. */
int
reply (struct call *call, xdrproc_t xdr, void *ret)
{
    if (call->file == FILE_RECEIVING && drop_file (call) < 0)
        return -1;
    progress_end (call);
    return send_reply (call, WIRE_OK, xdr, ret);
}

/* The call's error for the wire, with a message that the caller frees. */
static wire_error
take_error (struct call *call, size_t message_max, char **ret_message)
{
    char *message = text_to_api (call->daemon, call->err.message);
    wire_error error = {
        .errno_name = (char *) (call->err.errnum
                                ? errno_to_name (call->err.errnum) : ""),
        .message = message,
    };

    if (strlen (message) > message_max)
        message[message_max] = '\0';
    error_clear (&call->err);
    *ret_message = message;
    return error;
}

static int
reply_error (struct call *call)
{
    cleanup_free char *message = NULL;
    wire_error error = take_error (call, WIRE_ERROR_MAX, &message);

    return send_reply (call, WIRE_ERROR, (xdrproc_t) xdr_wire_error, &error);
}

/* Tell the library to send no more of a file, and throw away what comes
 * until it has heard.
 */
static int
refuse_file (struct call *call)
{
    char flag[4];

    call->file = FILE_NONE;
    word_put (flag, WIRE_CANCEL_FLAG);
    if (transport_write_full (call->daemon->transport, flag, sizeof flag,
                              &call->err) < 0)
        return -1;
    return drop_file (call);
}

/* The failure of a call must not be lost while the file is refused. */
static int
refuse_file_after_failure (struct call *call)
{
    cleanup_error struct error failure = { 0 };

    error_move (&failure, &call->err);
    if (refuse_file (call) < 0)
        return -1;
    error_move (&call->err, &failure);
    return 0;
}

static int
send_end (struct call *call)
{
    char end[CHUNK_HEADER_SIZE];

    call->file = FILE_NONE;
    chunk_put_end (end, false);
    return transport_write_full (call->daemon->transport, end, sizeof end,
                                 &call->err);
}

/* The file broke off after the reply had been sent.  A library that does
 * not know of reasons leaves its user with the console.
 */
static int
break_file_off (struct call *call, const char *name)
{
    char end[CHUNK_HEADER_SIZE + WIRE_CHUNK_MAX];
    cleanup_free char *message = NULL;
    wire_error error;

    fprintf (stderr, "guestfsd: %s: %s\n", name, call->err.message);
    error = take_error (call, CHUNK_REASON_MAX, &message);
    call->file = FILE_NONE;
    return transport_write_full (call->daemon->transport, end,
                                 chunk_put_reason (end, &error), &call->err);
}

/* After the stub.  -1: the channel is broken. */
static int
finish (struct call *call, const char *name, int result)
{
    if (call->file == FILE_RECEIVING && result < 0
        && refuse_file_after_failure (call) < 0)
        return -1;
    if (call->file == FILE_SENDING) {
        if (result < 0)
            return break_file_off (call, name);
        progress_end (call);
        return send_end (call);
    }
    if (result < 0 && call->replied)
        return -1;
    return result < 0 ? reply_error (call) : 0;
}

static int
run (struct call *call, XDR *xdrs)
{
    const struct procedure *p = find_procedure (call->proc);
    bool verbose = call->daemon->verbose;
    int result;

    if (p)
        local_leave (call->daemon);
    else
        p = find_private_procedure (call->proc);
    if (!p) {
        fail (&call->err, ENOSYS, "unknown procedure %u: the library is "
              "newer than the appliance", call->proc);
        return finish (call, "call", -1);
    }
    if (p->file_in)
        call->file = FILE_RECEIVING;
    if (!p->run) {
        fail (&call->err, ENOTSUP, "not implemented yet");
        return finish (call, p->name, -1);
    }
    if (verbose && !p->often)
        fprintf (stderr, "guestfsd: %s\n", p->name);
    result = p->run (call, xdrs);
    if (verbose && result < 0)
        fprintf (stderr, "guestfsd: %s: %s\n", p->name, call->err.message);
    return finish (call, p->name, result);
}

/* Keys are not left behind in the buffer. */
static void
wipe_secrets (const struct packet *packet, uint32_t proc)
{
    const struct procedure *p = find_procedure (proc);

    if (p && p->secret)
        explicit_bzero ((char *) packet->body, packet->size);
}

static int
serve_message (struct daemon *daemon, const struct packet *packet,
               struct error *err)
{
    struct call call = { .daemon = daemon };
    wire_header header;
    XDR xdrs;
    int r;

    if (message_decode_header (&xdrs, packet->body, packet->size, &header,
                               err) < 0)
        return -1;
    if (header.direction != WIRE_CALL || header.status != WIRE_OK)
        return fail (err, EPROTO, "message that is no call");
    call.proc = header.proc;
    call.serial = header.serial;
    call.hint = header.progress_hint;
    call.optargs = header.optargs_bitmask;
    r = run (&call, &xdrs);
    wipe_secrets (packet, call.proc);
    if (r < 0)
        error_move (err, &call.err);
    error_clear (&call.err);
    return r;
}

int
serve (struct daemon *daemon, struct error *err)
{
    struct packet packet;

    for (;;) {
        if (receiver_wait_next (&daemon->receiver, daemon->transport,
                                &packet, err) < 0)
            return err->errnum == EPIPE ? 0 : -1;
        /* It no longer wanted a file that had been sent already. */
        if (packet.word == WIRE_CANCEL_FLAG)
            continue;
        if (packet_is_flag (&packet))
            return fail (err, EPROTO, "flag 0x%x where a call must be",
                         packet.word);
        if (serve_message (daemon, &packet, err) < 0)
            return -1;
    }
}

_Noreturn void
out_of_memory (void)
{
    fprintf (stderr, "guestfsd: out of memory\n");
    abort ();
}
