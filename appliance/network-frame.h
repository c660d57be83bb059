/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frames that the appliance sends. */
#ifndef APPLIANCE_NETWORK_FRAME_H
#define APPLIANCE_NETWORK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than the largest that a network of 1500 bytes has. */
#define FRAME_SIZE_MAX 2048

/* May libslirp see this frame?  What is no ARP, IPv4 or IPv6, or is meant for
 * the host's loopback, may not pass.
 */
bool frame_may_pass (const uint8_t *frame, size_t size);

/* Is it for the port of name servers, by UDP or TCP? */
bool frame_is_question (const uint8_t *frame, size_t size);

#endif /* APPLIANCE_NETWORK_FRAME_H */
