/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Name servers on the host's loopback: the addresses in frames. */
#ifndef APPLIANCE_NETWORK_NAMES_H
#define APPLIANCE_NETWORK_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "loopback-names.h"

/* A frame for a name server (frame_is_question): if that is the alias of one
 * of these, put the server's address in its place.
 */
void frame_to_server (const struct loopback_names *servers, uint8_t *frame);

/* A frame for the appliance: the aliases of all loopback addresses in the
 * place of these, also in an error about what was asked.
 */
void frame_from_server (uint8_t *frame, size_t size);

#endif /* APPLIANCE_NETWORK_NAMES_H */
