/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Name servers on the host's loopback, which the appliance can't address:
 * for it, each has another address in the appliance's own network.  Both have
 * the same checksum (that of RFC 1071, as in RFC 6296), so exchanging one for
 * the other leaves all checksums of a packet right.
 */
#ifndef COMMON_LOOPBACK_NAMES_H
#define COMMON_LOOPBACK_NAMES_H

#include <netinet/in.h>
#include <stdbool.h>

/* As many name servers are used: MAXNS of resolv.conf (5). */
#define NAME_SERVERS_MAX 3

#define NAME_SERVER_PORT 53

/* The appliance's networks: 169.254.2.0/24, the rest of 169.254.0.0/16 being
 * behind the gateway, and fec0::/64, which is libslirp's own.
 */
#define NETWORK_PREFIX 0xa9fe0200
#define NETWORK_PREFIX6 "fec0::"
#define NETWORK_PREFIX6_BYTES 0xfe, 0xc0, 0, 0, 0, 0, 0, 0
#define NETWORK_PREFIX6_BITS 64

/* Which of the host's loopback addresses the appliance may ask for names:
 * the library says so to guestfs-network in a file of this content.
 */
struct loopback_names {
    struct in_addr ipv4[NAME_SERVERS_MAX]; /* 127.x.x.x, or 0 for none */
    uint32_t ipv6;                         /* not 0: ::1, too */
};

/* The address that stands for a loopback one, 127.x.x.x.  Returns false if
 * it can't have one; no system uses such an address.
 */
bool loopback_alias (struct in_addr loopback, struct in_addr *ret);

/* The same for ::1. */
extern const struct in6_addr loopback_alias6;

bool is_loopback (struct in_addr address);

#endif /* COMMON_LOOPBACK_NAMES_H */
