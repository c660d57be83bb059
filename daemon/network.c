/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The appliance's network: one device with a fixed address.  What answers
 * at the other end is appliance/network.c.
 */

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "io.h"
#include "modules.h"
#include "network.h"
#include "network-ipv6.h"

#define ADDRESS "169.254.2.15"
#define NETMASK "255.255.255.0"
#define GATEWAY "169.254.2.2"

/* libslirp sends what is for this one to the first that the host has.  It is
 * used until the library has said what there is.
 */
#define NAME_SERVER "169.254.2.3"

/* A request about one device, netdevice (7). */
static struct ifreq
request_for (const char *device)
{
    struct ifreq request = { 0 };

    memcpy (request.ifr_name, device, strnlen (device, IFNAMSIZ - 1));
    return request;
}

static struct sockaddr
ipv4 (const char *address)
{
    struct sockaddr_in in = { .sin_family = AF_INET };
    struct sockaddr generic;

    inet_aton (address, &in.sin_addr);
    memcpy (&generic, &in, sizeof generic);
    return generic;
}

/* The first device that is an Ethernet card.  Returns whether there is
 * one.
 */
static bool
find_device (int fd, char ret_name[IFNAMSIZ])
{
    struct if_nameindex *devices = if_nameindex ();
    bool found = false;

    for (size_t i = 0; devices && devices[i].if_index != 0 && !found; i++) {
        struct ifreq request = request_for (devices[i].if_name);

        found = ioctl (fd, SIOCGIFHWADDR, &request) == 0
                && request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
        if (found)
            memcpy (ret_name, request.ifr_name, IFNAMSIZ);
    }
    if_freenameindex (devices);
    return found;
}

/* User Mode Linux has its driver built in, QEMU's card needs one. */
static int
need_device (int fd, char ret_name[IFNAMSIZ], struct error *err)
{
    if (find_device (fd, ret_name))
        return 0;
    if (module_load ("virtio_net", err) < 0)
        return -1;
    if (find_device (fd, ret_name))
        return 0;
    return fail (err, ENODEV, "the appliance has no network device");
}

static int
bring_up (int fd, const char *device, struct error *err)
{
    struct ifreq request = request_for (device);

    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (ioctl (fd, SIOCSIFFLAGS, &request) < 0)
        return fail (err, errno, "%s: bringing it up: %m", device);
    return 0;
}

static int
set_address (int fd, const char *device, struct error *err)
{
    struct ifreq request = request_for (device);

    request.ifr_addr = ipv4 (ADDRESS);
    if (ioctl (fd, SIOCSIFADDR, &request) < 0)
        return fail (err, errno, "%s: address %s: %m", device, ADDRESS);
    request.ifr_netmask = ipv4 (NETMASK);
    if (ioctl (fd, SIOCSIFNETMASK, &request) < 0)
        return fail (err, errno, "%s: netmask %s: %m", device, NETMASK);
    return 0;
}

static int
set_gateway (int fd, struct error *err)
{
    struct rtentry route = {
        .rt_dst = ipv4 ("0.0.0.0"),
        .rt_genmask = ipv4 ("0.0.0.0"),
        .rt_gateway = ipv4 (GATEWAY),
        .rt_flags = RTF_UP | RTF_GATEWAY,
    };

    if (ioctl (fd, SIOCADDRT, &route) < 0)
        return fail (err, errno, "gateway %s: %m", GATEWAY);
    return 0;
}

static int
write_resolv_conf (const char *text, struct error *err)
{
    cleanup_fd int fd = open (RESOLV_CONF,
                              O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || write_full (fd, text, strlen (text)) < 0)
        return fail (err, errno, "%s: %m", RESOLV_CONF);
    return 0;
}

/* For programs of the appliance.  Its root may be one that can't be written
 * to, but then it has a file there.
 */
static int
put_in_etc (struct error *err)
{
    static const char etc[] = "/etc/resolv.conf";

    if (mount (RESOLV_CONF, etc, NULL, MS_BIND, NULL) == 0)
        return 0;
    if (errno == ENOENT && symlink (RESOLV_CONF, etc) == 0)
        return 0;
    return fail (err, errno, "%s: %m", etc);
}

int
network_start (struct error *err)
{
    cleanup_fd int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char device[IFNAMSIZ];

    if (fd < 0)
        return fail (err, errno, "socket: %m");
    if (need_device (fd, device, err) < 0 || bring_up (fd, "lo", err) < 0
        || set_address (fd, device, err) < 0
        || ipv6_put_off (device, err) < 0
        || bring_up (fd, device, err) < 0 || set_gateway (fd, err) < 0
        || write_resolv_conf ("nameserver " NAME_SERVER "\n", err) < 0)
        return -1;
    return put_in_etc (err);
}

/* Without IPv6 most things work as well. */
static void
try_ipv6 (void)
{
    cleanup_error struct error err = { 0 };
    cleanup_fd int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char device[IFNAMSIZ];

    if (fd >= 0 && find_device (fd, device) && ipv6_start (device, &err) < 0)
        fprintf (stderr, "guestfsd: no IPv6: %s\n", err.message);
}

static int
run_network (struct call *call, XDR *xdrs)
{
    wire_network_args args;
    int r = 0;

    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_network_args, &args,
                     sizeof args) < 0)
        return -1;
    if (!call->daemon->network)
        r = fail (&call->err, EINVAL, "the appliance has no network");
    else
        r = write_resolv_conf (args.resolv_conf, &call->err);
    if (r == 0 && args.ipv6)
        try_ipv6 ();
    xdr_free ((xdrproc_t) xdr_wire_network_args, &args);
    return r < 0 ? -1 : reply (call, NULL, NULL);
}

const struct procedure network_procedure = {
    .name = "network", .run = run_network
};
