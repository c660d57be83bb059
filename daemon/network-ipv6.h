/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 for the appliance's network. */
#ifndef DAEMON_NETWORK_IPV6_H
#define DAEMON_NETWORK_IPV6_H

#include "error.h"

/* Before the device is up: a kernel that has IPv6 in it shall not begin by
 * itself to look for neighbours and routers, since most appliances have no
 * use for it.
 */
int ipv6_put_off (const char *device, struct error *err);

/* Give the device its address.  ENOENT if the kernel has no IPv6. */
int ipv6_start (const char *device, struct error *err);

#endif /* DAEMON_NETWORK_IPV6_H */
