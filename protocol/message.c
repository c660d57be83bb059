/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages: a length word, a header, and what the header says in XDR. */

#include "config.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "message.h"

void
word_put (char *p, uint32_t word)
{
    word = htobe32 (word);
    memcpy (p, &word, sizeof word);
}

uint32_t
word_get (const char *p)
{
    uint32_t word;

    memcpy (&word, p, sizeof word);
    return be32toh (word);
}

ssize_t
message_encode (char *buffer, wire_header *header, xdrproc_t xdr, void *body,
                struct error *err)
{
    XDR xdrs;
    u_int size;

    xdrmem_create (&xdrs, buffer + 4, WIRE_MESSAGE_MAX, XDR_ENCODE);
    if (!xdr_wire_header (&xdrs, header) || (xdr && !xdr (&xdrs, body)))
        return fail (err, EMSGSIZE,
                     "message is longer than the protocol allows (%d bytes)",
                     WIRE_MESSAGE_MAX);
    size = xdr_getpos (&xdrs);
    word_put (buffer, size);
    return (ssize_t) size + 4;
}

int
message_decode_header (XDR *xdrs, const char *message, size_t size,
                       wire_header *ret, struct error *err)
{
    wire_header header;

    xdrmem_create (xdrs, (char *) message, (u_int) size, XDR_DECODE);
    if (!xdr_wire_header (xdrs, &header))
        return fail (err, EPROTO, "message of %zu bytes has no whole header",
                     size);
    if (header.prog != WIRE_PROGRAM)
        return fail (err, EPROTO, "message of unknown program 0x%x",
                     header.prog);
    if (header.vers != WIRE_VERSION)
        return fail (err, EPROTO,
                     "message of protocol version %u, version %d is known",
                     header.vers, WIRE_VERSION);
    *ret = header;
    return 0;
}

void
progress_encode (char buffer[PROGRESS_MESSAGE_SIZE], wire_progress *progress)
{
    XDR xdrs;

    word_put (buffer, WIRE_PROGRESS_FLAG);
    xdrmem_create (&xdrs, buffer + 4, WIRE_PROGRESS_SIZE, XDR_ENCODE);
    xdr_wire_progress (&xdrs, progress);
}

int
progress_decode (const char *body, wire_progress *ret, struct error *err)
{
    XDR xdrs;

    xdrmem_create (&xdrs, (char *) body, WIRE_PROGRESS_SIZE, XDR_DECODE);
    if (!xdr_wire_progress (&xdrs, ret))
        return fail (err, EPROTO, "progress message can't be decoded");
    return 0;
}
