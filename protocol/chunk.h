/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chunks: how the content of a file crosses the wire.  Many are made or
 * taken apart at once, so that a file needs few system calls.
 */
#ifndef PROTOCOL_CHUNK_H
#define PROTOCOL_CHUNK_H

#include <stdbool.h>
#include <sys/uio.h>

#include "error.h"
#include "protocol.h"
#include "receiver.h"

/* Before the data of a chunk: length word, cancel word, data size. */
#define CHUNK_HEADER_SIZE 12

/* How many chunks are sent or written at once: 1 MiB. */
#define CHUNK_BATCH 128

/* Chunks that are being made: read up to room bytes into the count places
 * of iov, in order, and seal what came.
 */
struct chunk_batch {
    char *buffer;
    struct iovec iov[CHUNK_BATCH];
};

#define CHUNK_BATCH_DATA ((size_t) CHUNK_BATCH * WIRE_CHUNK_MAX)

void chunk_batch_init (struct chunk_batch *batch);
void chunk_batch_free (struct chunk_batch *batch);

#define cleanup_chunk_batch __attribute__ ((cleanup (chunk_batch_free)))

/* size bytes were put into the places: make them chunks.  Returns how many
 * bytes of the buffer to send.
 */
size_t chunk_batch_seal (struct chunk_batch *batch, size_t size);

/* The last chunk: the file has ended, or is given up. */
void chunk_put_end (char buffer[CHUNK_HEADER_SIZE], bool cancel);

/* The chunk of a daemon that gives a file up, whose data are the reason; its
 * message has at most CHUNK_REASON_MAX bytes.  Returns how many bytes to
 * send.
 */
#define CHUNK_REASON_MAX 4096
size_t chunk_put_reason (char buffer[CHUNK_HEADER_SIZE + WIRE_CHUNK_MAX],
                         wire_error *reason);

/* And at the other end: false if there is none.  The caller releases it with
 * xdr_free ().
 */
bool chunk_get_reason (const struct iovec *data, wire_error *ret);

/* A chunk that was received. */
enum chunk_kind { CHUNK_DATA, CHUNK_END, CHUNK_CANCEL };

/* Take a packet apart: its data, if it has any.  EPROTO if it lies. */
int chunk_decode (const struct packet *packet, enum chunk_kind *kind,
                  struct iovec *data, struct error *err);

#endif /* PROTOCOL_CHUNK_H */
