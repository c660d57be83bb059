/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting to libvirt, which may ask the program for credentials. */
#ifndef LIB_LIBVIRT_AUTH_H
#define LIB_LIBVIRT_AUTH_H

#include "handle.h"
#include "libvirt-library.h"

/* uri may be NULL: libvirt's default.  flags is 0 or VIR_CONNECT_RO.  NULL
 * with the handle's error set.
 */
virConnectPtr libvirt_connect (guestfs_h *g, const char *uri,
                               unsigned flags);

#endif /* LIB_LIBVIRT_AUTH_H */
