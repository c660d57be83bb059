/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Offsets and values of IEEE 802.3, RFC 791, 792, 894, 4443, 4861, 8200. */
#ifndef APPLIANCE_NETWORK_PACKET_H
#define APPLIANCE_NETWORK_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define ETHERNET_HEADER 14
#define ETHERNET_TYPE 12
#define TYPE_IPV4 0x0800
#define TYPE_ARP 0x0806
#define TYPE_IPV6 0x86dd

#define IPV4_HEADER 20 /* at least */
#define IPV4_FRAGMENT 6
#define IPV4_FRAGMENT_MASK 0x3fff /* its offset, and whether more follow */
#define IPV4_PROTOCOL 9
#define IPV4_SOURCE 12
#define IPV4_DESTINATION 16

#define IPV6_HEADER 40
#define IPV6_NEXT_HEADER 6
#define IPV6_SOURCE 8
#define IPV6_DESTINATION 24

#define PORT_SOURCE 0
#define PORT_DESTINATION 2

/* Of ICMP and ICMPv6: the packet that an error is about follows. */
#define ICMP_HEADER 8
#define ICMP_UNREACHABLE 3
#define ICMP_TIME_EXCEEDED 11
#define ICMPV6_ERRORS_END 128 /* types below */
#define ICMPV6_NEIGHBOUR_ASKED 135
#define ICMPV6_NEIGHBOUR_TOLD 136

static inline unsigned
word_at (const uint8_t *p)
{
    return (unsigned) p[0] << 8 | p[1];
}

/* The size of an IPv4 packet's header, with options; 0 if it has none. */
static inline size_t
ipv4_header_size (const uint8_t *packet, size_t size)
{
    size_t header = size < IPV4_HEADER ? 0 : (packet[0] & 15) * (size_t) 4;

    return header >= IPV4_HEADER && header <= size ? header : 0;
}

#endif /* APPLIANCE_NETWORK_PACKET_H */
