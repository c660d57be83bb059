/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets of disks, which libvirt keeps and a domain's description names. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "libvirt-auth.h"
#include "libvirt-disks.h"

static const struct {
    const char *name;
    int type;
} usages[] = {
    { "volume", VIR_SECRET_USAGE_TYPE_VOLUME },
    { "ceph", VIR_SECRET_USAGE_TYPE_CEPH },
    { "iscsi", VIR_SECRET_USAGE_TYPE_ISCSI },
};

void
secret_free (char **secret)
{
    if (*secret)
        explicit_bzero (*secret, strlen (*secret));
    free (*secret);
}

static virSecretPtr
find (virConnectPtr connection, const struct libvirt_disk *d,
      struct error *err)
{
    const struct libvirt *libvirt = load_libvirt (err);
    virSecretPtr secret = NULL;
    int type = VIR_SECRET_USAGE_TYPE_NONE;

    for (size_t i = 0; i < sizeof usages / sizeof *usages; i++)
        if (strcmp (usages[i].name, d->secret_type) == 0)
            type = usages[i].type;
    secret = *d->secret_uuid
                 ? libvirt->virSecretLookupByUUIDString (connection,
                                                         d->secret_uuid)
                 : libvirt->virSecretLookupByUsage (connection, type,
                                                    d->secret_usage);
    if (!secret)
        fail_libvirt (err, "the secret %s%s",
                      *d->secret_uuid ? "" : "for ",
                      *d->secret_uuid ? d->secret_uuid : d->secret_usage);
    return secret;
}

/* Ceph's keys are bytes; all else is text. */
static char *
to_text (const unsigned char *value, size_t size,
         const struct libvirt_disk *d, struct error *err)
{
    char *text;

    if (strcmp (d->protocol, "rbd") == 0) {
        text = xcalloc (BASE64_LENGTH (size) + 1, 1);
        base64_encode (text, value, size);
        return text;
    }
    if (memchr (value, '\0', size))
        return fail_null (err, EINVAL, "its secret is no text");
    return xstrndup ((const char *) value, size);
}

/* A connection that only reads does not get values. */
char *
libvirt_secret (guestfs_h *g, virConnectPtr connection,
                const struct libvirt_disk *d)
{
    const struct libvirt *libvirt = load_libvirt (&g->error);
    cleanup_free char *uri = libvirt->virConnectGetURI (connection);
    cleanup_connection virConnectPtr other = libvirt_connect (g, uri, 0);
    cleanup_secret virSecretPtr secret
        = other ? find (other, d, &g->error) : NULL;
    unsigned char *value;
    size_t size;
    char *text;

    if (!secret)
        return NULL;
    value = libvirt->virSecretGetValue (secret, &size, 0);
    if (!value) {
        fail_libvirt (&g->error, "the value of its secret");
        return NULL;
    }
    text = to_text (value, size, d, &g->error);
    explicit_bzero (value, size);
    free (value);
    return text;
}
