/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: whatever a peer sends.  The input is a stream of bytes; it
 * is cut into packets, and each packet is decoded as everything that it
 * might be on either end: the header, the arguments and the result of its
 * procedure, an error, a chunk, a progress message.
 */

#include "config.h"

#include "chunk.h"
#include "fuzz.h"
#include "memory.h"
#include "message.h"
#include "procedure-xdr.h"
#include "receiver.h"
#include "setup.h"

/* A transport that gives out the input and then has nothing more. */
struct input {
    struct transport base;
    const uint8_t *data;
    size_t size;
};

static ssize_t
input_read (struct transport *t, void *buffer, size_t size, struct error *err)
{
    struct input *in = (struct input *) t;
    size_t n = size < in->size ? size : in->size;

    (void) err;
    memcpy (buffer, in->data, n);
    in->data += n;
    in->size -= n;
    return (ssize_t) n;
}

static const struct transport_ops input_ops = {
    .name = "input",
    .read = input_read,
};

/* Decode and free, as both ends do. */
static void
decode (XDR xdrs, xdrproc_t xdr, size_t size)
{
    void *value = xcalloc (1, size);

    if (xdr (&xdrs, value)) {
        char *again = xmalloc (MESSAGE_BUFFER_SIZE);
        cleanup_error struct error err = { 0 };
        wire_header header = { .prog = WIRE_PROGRAM };

        message_encode (again, &header, xdr, value, &err);
        free (again);
    }
    xdr_free (xdr, value);
    free (value);
}

static void
decode_message (const struct packet *packet)
{
    cleanup_error struct error err = { 0 };
    wire_header header;
    XDR xdrs;

    if (message_decode_header (&xdrs, packet->body, packet->size, &header,
                               &err) < 0)
        return;
    decode (xdrs, (xdrproc_t) xdr_wire_error, sizeof (wire_error));
    for (size_t i = 0; procedure_xdr[i].xdr; i++)
        if (procedure_xdr[i].proc == header.proc)
            decode (xdrs, procedure_xdr[i].xdr, procedure_xdr[i].size);
}

/* As the daemon takes the setup of its handle. */
static void
decode_setup (const uint8_t *data, size_t size)
{
    cleanup_error struct error err = { 0 };
    ssize_t length = size < SETUP_HEADER_SIZE
                         ? -1
                         : setup_size ((const char *) data, &err);
    wire_setup setup;

    if (length < 0 || (size_t) length > size - SETUP_HEADER_SIZE
        || setup_decode ((const char *) data + SETUP_HEADER_SIZE,
                         (size_t) length, &setup, &err) < 0)
        return;
    check (setup.entropy.entropy_len <= WIRE_ENTROPY_MAX);
    xdr_free ((xdrproc_t) xdr_wire_setup, &setup);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct input in = { { &input_ops }, data, size };
    struct receiver r;
    struct packet packet;
    int n;

    decode_setup (data, size);
    receiver_init (&r);
    do {
        cleanup_error struct error err = { 0 };
        enum chunk_kind kind;
        struct iovec iov;
        wire_progress p;

        n = receiver_next (&r, &packet, &err);
        if (n == 0)
            n = receiver_fill (&r, &in.base, &err);
        else if (n > 0 && packet.word == WIRE_PROGRESS_FLAG)
            progress_decode (packet.body, &p, &err);
        else if (n > 0 && !packet_is_flag (&packet)) {
            chunk_decode (&packet, &kind, &iov, &err);
            decode_message (&packet);
        }
    } while (n > 0);
    receiver_free (&r);
    return 0;
}
