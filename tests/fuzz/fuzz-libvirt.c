/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: libvirt's description of a domain. */

#include "config.h"

#include "cleanup.h"
#include "fuzz.h"
#include "libvirt-xml.h"
#include "memory.h"

static void
check_disk (const struct libvirt_disk *d)
{
    check (d->type && d->target && d->format && d->blocksize && d->readonly
           && d->file && d->device && d->pool && d->volume && d->protocol
           && d->name && d->query && d->tls && d->slice && d->username
           && d->secret_type && d->secret_uuid && d->secret_usage);
    for (size_t i = 0; i < d->nr_hosts; i++) {
        const struct libvirt_host *h = &d->hosts[i];

        check (h->name && h->port && h->transport && h->socket);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_error struct error err = { 0 };
    cleanup_libvirt_disks struct libvirt_disks disks = { .count = 0 };
    cleanup_free char *text = xstrndup ((const char *) data, size);
    int r = libvirt_parse (text, &disks, &err);

    check ((r < 0) == (err.message != NULL));
    for (size_t i = 0; i < disks.count; i++)
        check_disk (&disks.item[i]);
    return 0;
}
