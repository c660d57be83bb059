/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receiving: the stream of bytes cut into packets.  A packet is a length
 * word and that many bytes (a message, or a chunk of a file), or a flag
 * that stands in the length word's place.
 */
#ifndef PROTOCOL_RECEIVER_H
#define PROTOCOL_RECEIVER_H

#include <stdint.h>

#include "error.h"
#include "transport.h"
#include "wire.h"

struct receiver {
    char *buffer; /* of RECEIVER_BUFFER_SIZE bytes */
    size_t start; /* what was received and not yet handed out is */
    size_t end;   /* between these */
};

struct packet {
    uint32_t word;    /* the length word, or one of the flags */
    const char *body; /* in the receiver's buffer: good until the next call */
    size_t size;
};

/* Is the packet neither a message nor a chunk? */
static inline bool
packet_is_flag (const struct packet *packet)
{
    return packet->word > WIRE_MESSAGE_MAX;
}

void receiver_init (struct receiver *r);
void receiver_free (struct receiver *r);

/* Forget what was received: a new peer comes. */
void receiver_reset (struct receiver *r);

/* Take what the transport has, without waiting.  Returns whether anything
 * came; -1 on failure.
 */
int receiver_fill (struct receiver *r, struct transport *t,
                   struct error *err);

/* The next packet, if all of it is there: 1; 0 if not; -1 with EPROTO if
 * the length word is impossible.
 */
int receiver_next (struct receiver *r, struct packet *ret,
                   struct error *err);

/* The next packet, for a caller that has nothing else to wait for. */
int receiver_wait_next (struct receiver *r, struct transport *t,
                        struct packet *ret, struct error *err);

#endif /* PROTOCOL_RECEIVER_H */
