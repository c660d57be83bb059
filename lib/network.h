/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network for the appliance, if the program asked for one (set_network):
 * guestfs-network, confined, between a socket and the host's network.
 */
#ifndef LIB_NETWORK_H
#define LIB_NETWORK_H

#include "handle.h"

/* On the command line of an appliance's kernel: the daemon is to use the
 * network device that it finds.  Where there is a setup, that says so.
 */
#define NETWORK_ARGUMENT "guestfs_network=1"

/* Start guestfs-network as g->appliance->network; what it prints goes to
 * console.  *ret_fd is the other end, for the appliance's kernel or its
 * hypervisor, and the caller's to close: a SOCK_SEQPACKET socket on which
 * every message is one Ethernet frame, of which 1514 bytes are the most.
 */
int network_start (guestfs_h *g, int console, int *ret_fd);

/* Before a program of the guest is run: tell the daemon and guestfs-network
 * how the host resolves names, and whether it has IPv6, unless they know.
 */
int network_refresh (guestfs_h *g);

#endif /* LIB_NETWORK_H */
