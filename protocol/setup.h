/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an appliance is told about the handle that it is for. */
#ifndef PROTOCOL_SETUP_H
#define PROTOCOL_SETUP_H

#include <stddef.h>
#include <sys/types.h>

#include "error.h"
#include "protocol.h"

/* Before the setup itself: the flag and the length word. */
#define SETUP_HEADER_SIZE 8

/* Room for the longest one. */
#define SETUP_BUFFER_SIZE (SETUP_HEADER_SIZE + WIRE_SETUP_MAX)

/* Put flag, length and setup into a buffer of SETUP_BUFFER_SIZE bytes.
 * Returns how many bytes to send.
 */
ssize_t setup_encode (char *buffer, wire_setup *setup, struct error *err);

/* How long is the setup after this header? */
ssize_t setup_size (const char header[SETUP_HEADER_SIZE], struct error *err);

/* The caller releases it with xdr_free (). */
int setup_decode (const char *body, size_t size, wire_setup *ret,
                  struct error *err);

#endif /* PROTOCOL_SETUP_H */
