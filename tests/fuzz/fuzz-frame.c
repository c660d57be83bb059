/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: an Ethernet frame of an appliance that was taken over, or one
 * that libslirp has made.  What passes does not go to the host's loopback,
 * but to its name servers there.
 */

#include "config.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fuzz.h"
#include "memory.h"
#include "network-frame.h"
#include "network-names.h"
#include "network-packet.h"

static struct in_addr
ipv4_destination (const uint8_t *packet)
{
    struct in_addr address;

    memcpy (&address, packet + IPV4_DESTINATION, sizeof address);
    return address;
}

static struct in6_addr
ipv6_destination (const uint8_t *packet)
{
    struct in6_addr address;

    memcpy (&address, packet + IPV6_DESTINATION, sizeof address);
    return address;
}

/* To where libslirp has name servers, and what stands for the loopback's. */
static bool
is_own_network (const struct in6_addr *in6)
{
    return memcmp (in6, &loopback_alias6, NETWORK_PREFIX6_BITS / 8) == 0;
}

static bool
is_host (const uint8_t *frame)
{
    const uint8_t *packet = frame + ETHERNET_HEADER;
    unsigned type = word_at (frame + ETHERNET_TYPE);
    struct in6_addr in6;

    if (type == TYPE_ARP)
        return false;
    if (type == TYPE_IPV4) {
        uint32_t in = ntohl (ipv4_destination (packet).s_addr);

        return in >> 24 == 127 || in >> 24 == 0;
    }
    in6 = ipv6_destination (packet);
    if (packet[IPV6_NEXT_HEADER] == IPPROTO_ICMPV6)
        return false;
    if (is_own_network (&in6))
        return word_at (packet + IPV6_HEADER + PORT_DESTINATION)
               != NAME_SERVER_PORT;
    return IN6_IS_ADDR_LOOPBACK (&in6) || IN6_IS_ADDR_UNSPECIFIED (&in6)
           || IN6_IS_ADDR_V4MAPPED (&in6) || IN6_IS_ADDR_V4COMPAT (&in6)
           || IN6_IS_ADDR_LINKLOCAL (&in6) || IN6_IS_ADDR_SITELOCAL (&in6)
           || IN6_IS_ADDR_MULTICAST (&in6);
}

/* The one that is allowed, at the port of name servers; "before" is what it
 * was asked by.
 */
static bool
is_allowed (const uint8_t *before, const uint8_t *frame,
            const struct loopback_names *servers)
{
    const uint8_t *packet = frame + ETHERNET_HEADER;
    struct in6_addr in6;
    struct in_addr in;

    if (word_at (frame + ETHERNET_TYPE) == TYPE_IPV4) {
        in = ipv4_destination (packet);
        return in.s_addr == servers->ipv4[0].s_addr
               && loopback_alias (in, &in)
               && in.s_addr
                      == ipv4_destination (before + ETHERNET_HEADER).s_addr
               && word_at (packet + (packet[0] & 15) * 4 + PORT_DESTINATION)
                      == NAME_SERVER_PORT;
    }
    in6 = ipv6_destination (packet);
    return IN6_IS_ADDR_LOOPBACK (&in6) && servers->ipv6
           && memcmp (before + ETHERNET_HEADER + IPV6_DESTINATION,
                      &loopback_alias6, sizeof loopback_alias6) == 0
           && word_at (packet + IPV6_HEADER + PORT_DESTINATION)
                  == NAME_SERVER_PORT;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    const struct loopback_names servers = {
        .ipv4[0].s_addr = htonl (0x7f000035),
        .ipv6 = size & 1,
    };
    cleanup_free uint8_t *frame = xmemdup (data, size);

    if (frame_may_pass (frame, size)) {
        check (!is_host (frame));
        if (frame_is_question (frame, size))
            frame_to_server (&servers, frame);
        if (is_host (frame))
            check (is_allowed (data, frame, &servers));
        else
            check (memcmp (frame, data, size) == 0);
    }
    memcpy (frame, data, size);
    frame_from_server (frame, size);
    if (size < ETHERNET_HEADER + IPV4_HEADER)
        check (memcmp (frame, data, size) == 0);
    return 0;
}
