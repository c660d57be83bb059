/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading libvirt and libxml2; libvirt's errors and objects. */

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "cleanup.h"
#include "libvirt-library.h"
#include "memory.h"

DEFINE_LIBRARY (libvirt, LIBVIRT_SONAME, LIBVIRT_FUNCTIONS)
DEFINE_LIBRARY (libxml, "libxml2.so.2", LIBXML_FUNCTIONS)

static const struct {
    int code;
    int errnum;
} errnos[] = {
    { VIR_ERR_AUTH_CANCELLED, ECANCELED },
    { VIR_ERR_AUTH_FAILED, EACCES },
    { VIR_ERR_AUTH_UNAVAILABLE, EACCES },
    { VIR_ERR_OPERATION_DENIED, EACCES },
    { VIR_ERR_NO_DOMAIN, ENOENT },
    { VIR_ERR_NO_STORAGE_POOL, ENOENT },
    { VIR_ERR_NO_STORAGE_VOL, ENOENT },
    { VIR_ERR_NO_SECRET, ENOENT },
    { VIR_ERR_NO_SUPPORT, ENOTSUP },
    { VIR_ERR_INVALID_ARG, EINVAL },
};

static int
errno_of (int code)
{
    for (size_t i = 0; i < sizeof errnos / sizeof *errnos; i++)
        if (errnos[i].code == code)
            return errnos[i].errnum;
    return EIO;
}

int
fail_libvirt (struct error *err, const char *fmt, ...)
{
    const struct libvirt *libvirt = load_libvirt (err);
    cleanup_free char *context = NULL;
    virErrorPtr last;
    va_list args;

    if (!libvirt)
        return -1;
    va_start (args, fmt);
    if (vasprintf (&context, fmt, args) < 0)
        out_of_memory ();
    va_end (args);
    last = libvirt->virGetLastError ();
    fail (err, errno_of (last ? last->code : 0), "%s: %s", context,
          last && last->message ? last->message : "libvirt does not say why");
    libvirt->virResetLastError ();
    return -1;
}

/* What there is an object of is loaded. */
#define DEFINE_CLEANUP(name, type, function)                            \
    void cleanup_##name##_ (type *object)                               \
    {                                                                   \
        struct error none = { 0 };                                      \
                                                                        \
        if (*object)                                                    \
            load_libvirt (&none)->function (*object);                   \
    }

DEFINE_CLEANUP (connection, virConnectPtr, virConnectClose)
DEFINE_CLEANUP (domain, virDomainPtr, virDomainFree)
DEFINE_CLEANUP (pool, virStoragePoolPtr, virStoragePoolFree)
DEFINE_CLEANUP (volume, virStorageVolPtr, virStorageVolFree)
DEFINE_CLEANUP (secret, virSecretPtr, virSecretFree)
