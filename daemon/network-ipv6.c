/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 for the appliance's network: one fixed address, nothing is asked of
 * a router.  What answers at the other end is appliance/network.c.
 */

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ipv6.h>

#include "cleanup.h"
#include "init.h"
#include "loopback-names.h"
#include "memory.h"
#include "modules.h"
#include "network-ipv6.h"

#define SETTINGS "/proc/sys/net/ipv6/conf"

/* Such addresses are of another scope than those of the Internet, RFC 3484:
 * programs prefer IPv4 where a name has both.
 */
#define ADDRESS NETWORK_PREFIX6 "f"
#define GATEWAY NETWORK_PREFIX6 "2"

/* Those that answer as neighbours end in ::2 and ::3; the rest, aliases of
 * name servers, is behind the gateway.
 */
#define NEIGHBOURS_BITS 120

static int
set (const char *device, const char *name, const char *value,
     struct error *err)
{
    cleanup_free char *path = xasprintf (SETTINGS "/%s/%s", device, name);

    return write_setting (path, value, err);
}

int
ipv6_put_off (const char *device, struct error *err)
{
    if (access (SETTINGS, F_OK) < 0)
        return 0;
    return set (device, "disable_ipv6", "1", err);
}

/* Routers are not listened to, and nobody else can have the address. */
static int
set_up (const char *device, struct error *err)
{
    if (set ("lo", "disable_ipv6", "0", err) < 0
        || set (device, "accept_ra", "0", err) < 0
        || set (device, "accept_dad", "0", err) < 0)
        return -1;
    return set (device, "disable_ipv6", "0", err);
}

static int
set_address (int fd, int device, struct error *err)
{
    struct in6_ifreq request = {
        .ifr6_prefixlen = NEIGHBOURS_BITS,
        .ifr6_ifindex = device,
    };

    inet_pton (AF_INET6, ADDRESS, &request.ifr6_addr);
    if (ioctl (fd, SIOCSIFADDR, &request) < 0 && errno != EEXIST)
        return fail (err, errno, "address %s: %m", ADDRESS);
    return 0;
}

static int
set_gateway (int fd, int device, struct error *err)
{
    struct in6_rtmsg route = {
        .rtmsg_flags = RTF_UP | RTF_GATEWAY,
        .rtmsg_metric = 1,
        .rtmsg_ifindex = device,
    };

    inet_pton (AF_INET6, GATEWAY, &route.rtmsg_gateway);
    if (ioctl (fd, SIOCADDRT, &route) < 0 && errno != EEXIST)
        return fail (err, errno, "gateway %s: %m", GATEWAY);
    return 0;
}

int
ipv6_start (const char *device, struct error *err)
{
    cleanup_fd int fd = -1;
    int number = (int) if_nametoindex (device);

    /* A module, in User Mode Linux. */
    if (access (SETTINGS, F_OK) < 0
        && module_load_with ("ipv6", "disable_ipv6=1", err) < 0)
        return -1;
    fd = socket (AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail (err, errno, "IPv6: %m");
    if (set_up (device, err) < 0 || set_address (fd, number, err) < 0)
        return -1;
    return set_gateway (fd, number, err);
}
