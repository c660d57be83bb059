/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The appliance's network, if it has one. */
#ifndef DAEMON_NETWORK_H
#define DAEMON_NETWORK_H

#include "server.h"

/* Which name server to ask, in the form of resolv.conf (5). */
#define RESOLV_CONF "/run/resolv.conf"

/* Give the network device its address, and make RESOLV_CONF, which is
 * /etc/resolv.conf as well.
 */
int network_start (struct error *err);

/* The library says how the host resolves names, and whether it has IPv6:
 * WIRE_PROC_NETWORK.
 */
extern const struct procedure network_procedure;

#endif /* DAEMON_NETWORK_H */
