/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chunks: how the content of a file crosses the wire. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "chunk.h"
#include "memory.h"
#include "message.h"

#define CHUNK_SIZE (CHUNK_HEADER_SIZE + WIRE_CHUNK_MAX)

/* XDR rounds opaque data up to whole words. */
static size_t
padded (size_t size)
{
    return (size + 3) & ~(size_t) 3;
}

void
chunk_batch_init (struct chunk_batch *batch)
{
    batch->buffer = xmalloc (CHUNK_BATCH * CHUNK_SIZE);
    for (size_t i = 0; i < CHUNK_BATCH; i++)
        batch->iov[i] = (struct iovec) {
            .iov_base = batch->buffer + i * CHUNK_SIZE + CHUNK_HEADER_SIZE,
            .iov_len = WIRE_CHUNK_MAX,
        };
}

void
chunk_batch_free (struct chunk_batch *batch)
{
    free (batch->buffer);
    batch->buffer = NULL;
}

static void
put_header (char *p, bool cancel, size_t size)
{
    word_put (p, (uint32_t) (CHUNK_HEADER_SIZE - 4 + padded (size)));
    word_put (p + 4, cancel);
    word_put (p + 8, (uint32_t) size);
}

size_t
chunk_batch_seal (struct chunk_batch *batch, size_t size)
{
    char *p = batch->buffer;

    while (size > 0) {
        size_t n = size < WIRE_CHUNK_MAX ? size : WIRE_CHUNK_MAX;

        put_header (p, false, n);
        memset (p + CHUNK_HEADER_SIZE + n, 0, padded (n) - n);
        p += CHUNK_HEADER_SIZE + padded (n);
        size -= n;
    }
    return (size_t) (p - batch->buffer);
}

void
chunk_put_end (char buffer[CHUNK_HEADER_SIZE], bool cancel)
{
    put_header (buffer, cancel, 0);
}

size_t
chunk_put_reason (char buffer[CHUNK_SIZE], wire_error *reason)
{
    size_t size = 0;
    XDR xdrs;

    xdrmem_create (&xdrs, buffer + CHUNK_HEADER_SIZE, WIRE_CHUNK_MAX,
                   XDR_ENCODE);
    if (xdr_wire_error (&xdrs, reason))
        size = xdr_getpos (&xdrs);
    xdr_destroy (&xdrs);
    put_header (buffer, true, size);
    return CHUNK_HEADER_SIZE + size;
}

bool
chunk_get_reason (const struct iovec *data, wire_error *ret)
{
    XDR xdrs;
    bool good;

    *ret = (wire_error) { 0 };
    if (data->iov_len == 0)
        return false;
    xdrmem_create (&xdrs, data->iov_base, (u_int) data->iov_len, XDR_DECODE);
    good = xdr_wire_error (&xdrs, ret);
    xdr_destroy (&xdrs);
    if (!good)
        xdr_free ((xdrproc_t) xdr_wire_error, ret);
    return good;
}

int
chunk_decode (const struct packet *packet, enum chunk_kind *kind,
              struct iovec *data, struct error *err)
{
    uint32_t cancel, size;

    if (packet->size < CHUNK_HEADER_SIZE - 4)
        return fail (err, EPROTO, "chunk of %zu bytes has no whole header",
                     packet->size);
    cancel = word_get (packet->body);
    size = word_get (packet->body + 4);
    if (size > WIRE_CHUNK_MAX
        || packet->size != CHUNK_HEADER_SIZE - 4 + padded (size))
        return fail (err, EPROTO,
                     "chunk of %zu bytes can't have %u bytes of data",
                     packet->size, size);
    *kind = cancel ? CHUNK_CANCEL : size == 0 ? CHUNK_END : CHUNK_DATA;
    *data = (struct iovec) {
        .iov_base = (char *) packet->body + CHUNK_HEADER_SIZE - 4,
        .iov_len = size,
    };
    return 0;
}
