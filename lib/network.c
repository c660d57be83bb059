/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network for the appliance, if the program asked for one. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance.h"
#include "call.h"
#include "io.h"
#include "network.h"
#include "resolv-conf.h"
#include "supervised.h"

#define RESOLV_CONF "/etc/resolv.conf"

/* Bytes; who has more has made a mistake. */
#define RESOLV_CONF_MAX 65536

/* No datagrams: whoever has taken over the appliance could send those to
 * other sockets, too.
 */
static int
frame_sockets (int *ours, int *theirs, struct error *err)
{
    int fds[2];

    if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return fail (err, errno, "socketpair: %m");
    *ours = fds[0];
    *theirs = fds[1];
    if (above_stdio (ours, err) < 0 || above_stdio (theirs, err) < 0)
        return -1;
    return 0;
}

/* Said here, where it can be said what to do about it. */
static int
check_program (const char *path, struct error *err)
{
    if (access (path, X_OK) == 0)
        return 0;
    return fail (err, ENOTSUP, "no network for the appliance: %s, which "
                 "connects it, can't be run (%s); install it, or leave "
                 "set_network off", path, errno_to_name (errno));
}

/* A file of struct loopback_names, which only we can write to. */
static int
names_file (int *ours, int *theirs, struct error *err)
{
    static const struct loopback_names none;
    cleanup_free char *path = NULL;

    *ours = memfd_create ("guestfs-names", MFD_CLOEXEC);
    if (*ours < 0 || write_full (*ours, &none, sizeof none) < 0)
        return fail (err, errno, "memfd_create: %m");
    path = xasprintf ("/proc/self/fd/%d", *ours);
    *theirs = open (path, O_RDONLY | O_CLOEXEC);
    if (*theirs < 0)
        return fail (err, errno, "%s: %m", path);
    return above_stdio (theirs, err);
}

int
network_start (guestfs_h *g, int console, int *ret_fd)
{
    cleanup_free char *program = helper_path ("guestfs-network");
    cleanup_start struct start start = { 0 };
    cleanup_fd int kernel = -1, network = -1, ours = -1, theirs = -1;

    if (check_program (program, &g->error) < 0
        || frame_sockets (&kernel, &network, &g->error) < 0
        || names_file (&ours, &theirs, &g->error) < 0)
        return -1;
    start_init (&start, "network");
    start_keep (&start, network);
    start_keep (&start, theirs);
    start_argument (&start, "%s", program);
    start_argument (&start, "%d", network);
    start_argument (&start, "%d", theirs);
    if (start_supervised (g, &start, console, &g->appliance->network) < 0)
        return -1;
    g->appliance->names = steal_fd (&ours);
    *ret_fd = steal_fd (&kernel);
    return 0;
}

/* Not every host that can do IPv6 is in a network that does. */
static bool
has_ipv6 (void)
{
    struct ifaddrs *all = NULL;
    bool found = false;

    if (getifaddrs (&all) < 0)
        return false;
    for (struct ifaddrs *i = all; i && !found; i = i->ifa_next) {
        struct sockaddr_in6 in6;

        if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET6)
            continue;
        memcpy (&in6, i->ifa_addr, sizeof in6);
        found = !IN6_IS_ADDR_LOOPBACK (&in6.sin6_addr)
                && !IN6_IS_ADDR_LINKLOCAL (&in6.sin6_addr);
    }
    freeifaddrs (all);
    return found;
}

/* One that is missing says as much as an empty one. */
static char *
host_resolv_conf (void)
{
    cleanup_error struct error ignored = { 0 };
    char *text = read_file_at (AT_FDCWD, RESOLV_CONF, RESOLV_CONF_MAX, NULL,
                               &ignored);

    return text ? text : xstrdup ("");
}

/* A daemon that does not know the call has one name server, which libslirp
 * finds, and no IPv6.
 */
static int
tell_daemon (guestfs_h *g, char *resolv_conf, bool ipv6)
{
    wire_network_args args = { .resolv_conf = resolv_conf, .ipv6 = ipv6 };
    struct client_call call = {
        .proc = WIRE_PROC_NETWORK,
        .args_xdr = (xdrproc_t) xdr_wire_network_args,
        .args = &args,
    };

    if (client_call (g, &call) == 0)
        return 0;
    if (g->state != STATE_READY || g->error.errnum != ENOSYS)
        return -1;
    debug (g, "network: %s", g->error.message);
    error_clear (&g->error);
    return 0;
}

int
network_refresh (guestfs_h *g)
{
    struct appliance *a = g->appliance;
    cleanup_free char *host = NULL, *text = NULL;
    struct loopback_names names;
    bool ipv6;

    if (a->names < 0)
        return 0;
    host = host_resolv_conf ();
    text = resolv_conf_for_guest (host, &names, &ipv6);
    ipv6 |= has_ipv6 ();
    if (a->resolv_conf && strcmp (a->resolv_conf, text) == 0
        && a->ipv6 == ipv6)
        return 0;
    if (pwrite (a->names, &names, sizeof names, 0) != sizeof names)
        return fail (&g->error, errno, "the network's name servers: %m");
    if (tell_daemon (g, text, ipv6) < 0)
        return -1;
    free (a->resolv_conf);
    a->resolv_conf = steal (&text);
    a->ipv6 = ipv6;
    return 0;
}
