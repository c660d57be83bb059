/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which frames of the appliance may pass.  libslirp connects to whatever
 * address stands in a packet, and an address of the host's loopback in it
 * would be the host's; the appliance's kernel sends no such packet, but it
 * may have been taken over.
 */

#include "config.h"

#include "network-frame.h"

/* Offsets and values: IEEE 802.3, RFC 894, RFC 791. */
#define ETHERNET_HEADER 14
#define ETHERNET_TYPE 12
#define TYPE_IPV4 0x0800
#define TYPE_ARP 0x0806
#define IPV4_HEADER 20
#define IPV4_DESTINATION 16

/* 0.0.0.0 is the host itself, and 0.x.x.x nobody: RFC 1122. */
#define NETWORK_THIS_HOST 0
#define NETWORK_LOOPBACK 127

static bool
packet_may_pass (const uint8_t *packet, size_t size)
{
    uint8_t network;

    if (size < IPV4_HEADER || packet[0] >> 4 != 4)
        return false;
    network = packet[IPV4_DESTINATION];
    return network != NETWORK_LOOPBACK && network != NETWORK_THIS_HOST;
}

bool
frame_may_pass (const uint8_t *frame, size_t size)
{
    if (size < ETHERNET_HEADER)
        return false;
    switch (frame[ETHERNET_TYPE] << 8 | frame[ETHERNET_TYPE + 1]) {
    case TYPE_ARP:
        return true;
    case TYPE_IPV4:
        return packet_may_pass (frame + ETHERNET_HEADER,
                                size - ETHERNET_HEADER);
    default:
        return false;
    }
}
