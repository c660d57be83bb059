/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses that stand for name servers on the host's loopback. */

#include "config.h"

#include <arpa/inet.h>

#include "loopback-names.h"

#define LINK_LOCAL 0xa9fe /* 169.254.0.0/16 */

/* By its last word the sum is that of ::1. */
const struct in6_addr loopback_alias6 = {
    .s6_addr = { NETWORK_PREFIX6_BYTES, 0, 0, 0, 0, 0, 0, 0x01, 0x40 },
};

bool
is_loopback (struct in_addr address)
{
    return ntohl (address.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* 16-bit words add up to the same in ones' complement. */
bool
loopback_alias (struct in_addr loopback, struct in_addr *ret)
{
    uint32_t from = ntohl (loopback.s_addr), alias;
    uint32_t sum = (from >> 16) + (from & 0xffff) + (0xffff - LINK_LOCAL);

    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    alias = (uint32_t) LINK_LOCAL << 16 | sum;
    /* Neighbours of the appliance, and what is no host of 169.254.0.0/16. */
    if (!is_loopback (loopback) || (alias & 0xffffff00) == NETWORK_PREFIX
        || sum == 0 || sum == 0xffff)
        return false;
    ret->s_addr = htonl (alias);
    return true;
}
