/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disks in libvirt's description of a domain
 * (https://libvirt.org/formatdomain.html).
 */
#ifndef LIB_LIBVIRT_XML_H
#define LIB_LIBVIRT_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Texts are "" for what the description does not say. */
struct libvirt_host {
    char *name, *port, *transport, *socket;
};

struct libvirt_disk {
    char *type;   /* "file", "block", "network", "volume" or another one */
    char *target; /* what the guest may call it: "vda" */
    char *format;
    char *blocksize;
    char *readonly;      /* "true" or "false" */
    char *file, *device; /* of the type "file"; of "block" */
    char *pool, *volume;
    char *protocol, *name, *query, *tls; /* of the type "network" */
    char *slice;                         /* "true": a part of the image */
    char *username, *secret_type, *secret_uuid, *secret_usage;
    struct libvirt_host *hosts;
    size_t nr_hosts;
};

struct libvirt_disks {
    struct libvirt_disk *item;
    size_t count;
};

/* In the order of the description. */
int libvirt_parse (const char *xml, struct libvirt_disks *ret,
                   struct error *err);

void libvirt_disks_free (struct libvirt_disks *disks);

#define cleanup_libvirt_disks \
    __attribute__ ((cleanup (libvirt_disks_free)))

#endif /* LIB_LIBVIRT_XML_H */
