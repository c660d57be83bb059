/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adding the disks of a domain of libvirt's. */
#ifndef LIB_LIBVIRT_DISKS_H
#define LIB_LIBVIRT_DISKS_H

#include "handle.h"
#include "libvirt-library.h"
#include "libvirt-xml.h"

/* What add_domain and add_libvirt_dom have in common. */
struct domain_options {
    bool readonly, live, copyonread;
    const char *iface, *readonlydisk, *cachemode, *discard; /* or NULL */
};

/* The domain is one of that connection.  How many disks were added: all of
 * them, or, with -1, none.
 */
int libvirt_add_disks (guestfs_h *g, virConnectPtr connection,
                       const struct libvirt_disks *disks,
                       const struct domain_options *options);

/* libvirt-secret.c: what libvirt keeps for a disk, in the form that add_drive
 * takes.  NULL with the handle's error set.
 */
char *libvirt_secret (guestfs_h *g, virConnectPtr connection,
                      const struct libvirt_disk *d);

void secret_free (char **secret);

#define cleanup_secret_text __attribute__ ((cleanup (secret_free)))

#endif /* LIB_LIBVIRT_DISKS_H */
