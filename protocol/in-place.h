/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a message that is nothing but bytes, in XDR "opaque <>", which
 * stay where they are: put into the buffer of the message before it is
 * encoded, and looked at in the buffer of the receiver.
 */
#ifndef PROTOCOL_IN_PLACE_H
#define PROTOCOL_IN_PLACE_H

#include "message.h"

/* Where the bytes are in a buffer of MESSAGE_BUFFER_SIZE bytes: behind the
 * length word, the header, and their own length; and how many there can be.
 */
#define IN_PLACE_OFFSET 48
#define IN_PLACE_MAX (MESSAGE_BUFFER_SIZE - IN_PLACE_OFFSET)

/* The size must be a multiple of 4. */
struct in_place {
    const char *data; /* when decoded: good as long as the packet */
    u_int size;
};

bool_t xdr_in_place (XDR *xdrs, struct in_place *bytes);

#endif /* PROTOCOL_IN_PLACE_H */
