/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which frames of the appliance may pass.  libslirp connects to whatever
 * address stands in a packet, and an address of the host's loopback in it
 * would be the host's; the appliance's kernel sends no such packet, but it
 * may have been taken over.
 */

#include "config.h"

#include <string.h>

#include "loopback-names.h"
#include "network-frame.h"
#include "network-packet.h"

/* 0.0.0.0 is the host itself, and 0.x.x.x nobody: RFC 1122. */
#define NETWORK_THIS_HOST 0

static bool
is_question (unsigned protocol, const uint8_t *payload, size_t size)
{
    return (protocol == IPPROTO_UDP || protocol == IPPROTO_TCP)
           && size >= PORT_DESTINATION + 2
           && word_at (payload + PORT_DESTINATION) == NAME_SERVER_PORT;
}

/* Fragments have no port, but the first, and nobody asks in such. */
static bool
ipv4_is_question (const uint8_t *packet, size_t size)
{
    size_t header = ipv4_header_size (packet, size);

    return header > 0
           && (word_at (packet + IPV4_FRAGMENT) & IPV4_FRAGMENT_MASK) == 0
           && is_question (packet[IPV4_PROTOCOL], packet + header,
                           size - header);
}

static bool
ipv6_is_question (const uint8_t *packet, size_t size)
{
    return size >= IPV6_HEADER
           && is_question (packet[IPV6_NEXT_HEADER], packet + IPV6_HEADER,
                           size - IPV6_HEADER);
}

bool
frame_is_question (const uint8_t *frame, size_t size)
{
    const uint8_t *packet = frame + ETHERNET_HEADER;

    if (size < ETHERNET_HEADER)
        return false;
    size -= ETHERNET_HEADER;
    switch (word_at (frame + ETHERNET_TYPE)) {
    case TYPE_IPV4:
        return ipv4_is_question (packet, size);
    case TYPE_IPV6:
        return ipv6_is_question (packet, size);
    default:
        return false;
    }
}

static bool
is_link_local (const uint8_t *address)
{
    return word_at (address) == NETWORK_PREFIX >> 16;
}

/* Ours, where libslirp alone answers. */
static bool
is_neighbour (const uint8_t *address)
{
    return is_link_local (address)
           && address[2] == ((NETWORK_PREFIX >> 8) & 0xff);
}

static bool
ipv4_may_be_reached (const uint8_t *address)
{
    return address[0] != IN_LOOPBACKNET && address[0] != NETWORK_THIS_HOST
           && !is_link_local (address);
}

/* Clouds have name servers that are link-local, and other things behind the
 * same addresses.
 */
static bool
ipv4_may_pass (const uint8_t *packet, size_t size)
{
    const uint8_t *address = packet + IPV4_DESTINATION;

    if (size < IPV4_HEADER || packet[0] >> 4 != 4)
        return false;
    return ipv4_may_be_reached (address) || is_neighbour (address)
           || (is_link_local (address) && ipv4_is_question (packet, size));
}

/* To whom packets of TCP and UDP may go, by the first row that is true of an
 * address; to nobody else.  What is not in here is not given to anybody, or
 * is the host itself in disguise: loopback, unspecified, IPv4-mapped and
 * -compatible addresses (all in ::/8), those of a link or site, multicast.
 */
static const struct {
    uint8_t prefix[12];
    unsigned bits;
    enum { PASS, REFUSE, ASK_FOR_NAMES, CONTAINS_IPV4 } rule;
    size_t ipv4_at; /* in bytes: where that stands */
} rules[] = {
    { { NETWORK_PREFIX6_BYTES }, NETWORK_PREFIX6_BITS, ASK_FOR_NAMES, 0 },
    { { 0x00, 0x64, 0xff, 0x9b }, 96, CONTAINS_IPV4, 12 }, /* NAT64 */
    { { 0x20, 0x01 }, 32, REFUSE, 0 },                     /* Teredo */
    { { 0x20, 0x02 }, 16, CONTAINS_IPV4, 2 },              /* 6to4 */
    { { 0x20 }, 3, PASS, 0 },                              /* global */
    { { 0xfc }, 7, PASS, 0 },                              /* unique local */
};

#define N_RULES (sizeof rules / sizeof *rules)

static bool
is_in (const uint8_t *address, const uint8_t *prefix, unsigned bits)
{
    size_t whole = bits / 8;
    unsigned rest = bits % 8;

    if (memcmp (address, prefix, whole) != 0)
        return false;
    return rest == 0
           || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static bool
ipv6_may_be_reached (const uint8_t *address, unsigned port)
{
    for (size_t i = 0; i < N_RULES; i++) {
        if (!is_in (address, rules[i].prefix, rules[i].bits))
            continue;
        switch (rules[i].rule) {
        case PASS:
            return true;
        case REFUSE:
            return false;
        case ASK_FOR_NAMES:
            return port == NAME_SERVER_PORT;
        case CONTAINS_IPV4:
            return ipv4_may_be_reached (address + rules[i].ipv4_at);
        }
    }
    return false;
}

/* Neighbours look for each other: that stays between them and libslirp.  It
 * does not pass on any other ICMPv6.
 */
static bool
is_neighbour_discovery (const uint8_t *payload, size_t size)
{
    return size > 0 && (payload[0] == ICMPV6_NEIGHBOUR_ASKED
                        || payload[0] == ICMPV6_NEIGHBOUR_TOLD);
}

/* No header may stand between that of the packet and that of its protocol:
 * libslirp knows none, of fragments neither.
 */
static bool
ipv6_may_pass (const uint8_t *packet, size_t size)
{
    const uint8_t *payload = packet + IPV6_HEADER;

    if (size < IPV6_HEADER || packet[0] >> 4 != 6)
        return false;
    size -= IPV6_HEADER;
    switch (packet[IPV6_NEXT_HEADER]) {
    case IPPROTO_TCP:
    case IPPROTO_UDP:
        return size >= PORT_DESTINATION + 2
               && ipv6_may_be_reached (packet + IPV6_DESTINATION,
                                       word_at (payload + PORT_DESTINATION));
    case IPPROTO_ICMPV6:
        return is_neighbour_discovery (payload, size);
    default:
        return false;
    }
}

bool
frame_may_pass (const uint8_t *frame, size_t size)
{
    const uint8_t *packet = frame + ETHERNET_HEADER;

    if (size < ETHERNET_HEADER)
        return false;
    size -= ETHERNET_HEADER;
    switch (word_at (frame + ETHERNET_TYPE)) {
    case TYPE_ARP:
        return true;
    case TYPE_IPV4:
        return ipv4_may_pass (packet, size);
    case TYPE_IPV6:
        return ipv6_may_pass (packet, size);
    default:
        return false;
    }
}
