/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the generated XDR code needs, and the numbers of the protocol that
 * are no XDR: they stand where a length word would.
 */
#ifndef PROTOCOL_WIRE_H
#define PROTOCOL_WIRE_H

#include <rpc/types.h>
#include <rpc/xdr.h>

/* The longest message, header included, length word not. */
#define WIRE_MESSAGE_MAX (4 << 20)

/* The daemon is there: sent once, before anything else. */
#define WIRE_LAUNCH_FLAG 0xf5f55ff5U

/* An appliance that waits to be told about its handle asks for that with
 * this, before the launch flag; the library answers with the same word and
 * a wire_setup.
 */
#define WIRE_SETUP_FLAG 0xf5f55e70U

/* The longest wire_setup. */
#define WIRE_SETUP_MAX 65536

/* Whoever receives a file wants no more of it. */
#define WIRE_CANCEL_FLAG 0xffffeeeeU

/* A wire_progress follows. */
#define WIRE_PROGRESS_FLAG 0xffff5555U

/* sizeof wire_header and wire_progress as XDR. */
#define WIRE_HEADER_SIZE 40
#define WIRE_PROGRESS_SIZE 24

/* The most data in one chunk of a file. */
#define WIRE_CHUNK_MAX 8192

#endif /* PROTOCOL_WIRE_H */
