/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the host resolves names, told to the appliance. */
#ifndef LIB_RESOLV_CONF_H
#define LIB_RESOLV_CONF_H

#include "loopback-names.h"

/* The first name server of the host's that has an IPv6 address, if that is
 * one of a link ("fe80::1%eth0"): libslirp finds it by itself.
 */
#define NAME_SERVER6 NETWORK_PREFIX6 "3"

/* What of the host's resolv.conf (5) a program of the guest can use: name
 * servers, with aliases for those of the loopback, which are put into
 * *ret_loopback; search list; options that do no harm.  *ret_ipv6: it needs
 * IPv6 for them.  The result is never NULL.
 */
char *resolv_conf_for_guest (const char *text,
                             struct loopback_names *ret_loopback,
                             bool *ret_ipv6) __attribute__ ((malloc));

#endif /* LIB_RESOLV_CONF_H */
