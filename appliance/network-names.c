/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Name servers on the host's loopback: the addresses in frames.  Checksums
 * stay right, see loopback-names.h.
 */

#include "config.h"

#include <string.h>

#include "network-names.h"
#include "network-packet.h"

static void
ipv4_to_server (const struct loopback_names *servers, uint8_t *where)
{
    struct in_addr asked, alias;

    memcpy (&asked, where, sizeof asked);
    for (size_t i = 0; i < NAME_SERVERS_MAX; i++) {
        const struct in_addr *server = &servers->ipv4[i];

        if (loopback_alias (*server, &alias) && alias.s_addr == asked.s_addr) {
            memcpy (where, server, sizeof *server);
            return;
        }
    }
}

static void
ipv6_to_server (const struct loopback_names *servers, uint8_t *where)
{
    if (servers->ipv6
        && memcmp (where, &loopback_alias6, sizeof loopback_alias6) == 0)
        memcpy (where, &in6addr_loopback, sizeof in6addr_loopback);
}

static void
hide_ipv4 (uint8_t *where)
{
    struct in_addr address, alias;

    memcpy (&address, where, sizeof address);
    if (loopback_alias (address, &alias))
        memcpy (where, &alias, sizeof alias);
}

static void
hide_ipv6 (uint8_t *where)
{
    if (memcmp (where, &in6addr_loopback, sizeof in6addr_loopback) == 0)
        memcpy (where, &loopback_alias6, sizeof loopback_alias6);
}

/* libslirp makes no others. */
static bool
is_icmp_error (uint8_t type)
{
    return type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED;
}

static void
ipv4_from_server (uint8_t *packet, size_t size)
{
    size_t header = ipv4_header_size (packet, size);

    if (header == 0)
        return;
    hide_ipv4 (packet + IPV4_SOURCE);
    if (packet[IPV4_PROTOCOL] == IPPROTO_ICMP
        && size >= header + ICMP_HEADER + IPV4_HEADER
        && is_icmp_error (packet[header]))
        hide_ipv4 (packet + header + ICMP_HEADER + IPV4_DESTINATION);
}

static void
ipv6_from_server (uint8_t *packet, size_t size)
{
    if (size < IPV6_HEADER)
        return;
    hide_ipv6 (packet + IPV6_SOURCE);
    if (packet[IPV6_NEXT_HEADER] == IPPROTO_ICMPV6
        && size >= IPV6_HEADER + ICMP_HEADER + IPV6_HEADER
        && packet[IPV6_HEADER] < ICMPV6_ERRORS_END)
        hide_ipv6 (packet + IPV6_HEADER + ICMP_HEADER + IPV6_DESTINATION);
}

void
frame_to_server (const struct loopback_names *servers, uint8_t *frame)
{
    uint8_t *packet = frame + ETHERNET_HEADER;

    if (word_at (frame + ETHERNET_TYPE) == TYPE_IPV4)
        ipv4_to_server (servers, packet + IPV4_DESTINATION);
    else
        ipv6_to_server (servers, packet + IPV6_DESTINATION);
}

void
frame_from_server (uint8_t *frame, size_t size)
{
    uint8_t *packet = frame + ETHERNET_HEADER;

    if (size < ETHERNET_HEADER)
        return;
    size -= ETHERNET_HEADER;
    if (word_at (frame + ETHERNET_TYPE) == TYPE_IPV4)
        ipv4_from_server (packet, size);
    else if (word_at (frame + ETHERNET_TYPE) == TYPE_IPV6)
        ipv6_from_server (packet, size);
}
