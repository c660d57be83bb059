/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages: a length word, a header, and what the header says in XDR. */
#ifndef PROTOCOL_MESSAGE_H
#define PROTOCOL_MESSAGE_H

#include <stddef.h>
#include <sys/types.h>

#include "error.h"
#include "protocol.h"

/* Room for the longest message with its length word. */
#define MESSAGE_BUFFER_SIZE (WIRE_MESSAGE_MAX + 4)

/* Put a whole message into a buffer of MESSAGE_BUFFER_SIZE bytes.  xdr may
 * be NULL: no body.  Returns how many bytes to send.  EMSGSIZE if it is
 * longer than the protocol allows.
 */
ssize_t message_encode (char *buffer, wire_header *header, xdrproc_t xdr,
                        void *body, struct error *err);

/* The body of a message that was received: xdrs is positioned behind the
 * header.  EPROTO if that is no header of this protocol.
 */
int message_decode_header (XDR *xdrs, const char *message, size_t size,
                           wire_header *ret, struct error *err);

/* A progress message, its flag included. */
#define PROGRESS_MESSAGE_SIZE (4 + WIRE_PROGRESS_SIZE)

void progress_encode (char buffer[PROGRESS_MESSAGE_SIZE],
                      wire_progress *progress);
int progress_decode (const char *body, wire_progress *ret,
                     struct error *err);

/* Words in network byte order. */
void word_put (char *p, uint32_t word);
uint32_t word_get (const char *p);

#endif /* PROTOCOL_MESSAGE_H */
