/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is used of libvirt and of libxml2, which are loaded when a call first
 * needs them.
 */
#ifndef LIB_LIBVIRT_LIBRARY_H
#define LIB_LIBVIRT_LIBRARY_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "library.h"

/* The first one is a variable. */
#define LIBVIRT_FUNCTIONS(LIBRARY)          \
    LIBRARY (virConnectAuthPtrDefault)      \
    LIBRARY (virConnectOpenAuth)            \
    LIBRARY (virConnectClose)               \
    LIBRARY (virConnectGetURI)              \
    LIBRARY (virConnSetErrorFunc)           \
    LIBRARY (virSetErrorFunc)               \
    LIBRARY (virGetLastError)               \
    LIBRARY (virResetLastError)             \
    LIBRARY (virDomainLookupByName)         \
    LIBRARY (virDomainLookupByUUIDString)   \
    LIBRARY (virDomainGetConnect)           \
    LIBRARY (virDomainGetName)              \
    LIBRARY (virDomainGetXMLDesc)           \
    LIBRARY (virDomainIsActive)             \
    LIBRARY (virDomainHasManagedSaveImage)  \
    LIBRARY (virDomainFree)                 \
    LIBRARY (virStoragePoolLookupByName)    \
    LIBRARY (virStoragePoolFree)            \
    LIBRARY (virStorageVolLookupByName)     \
    LIBRARY (virStorageVolGetPath)          \
    LIBRARY (virStorageVolFree)             \
    LIBRARY (virSecretLookupByUUIDString)   \
    LIBRARY (virSecretLookupByUsage)        \
    LIBRARY (virSecretGetValue)             \
    LIBRARY (virSecretFree)

#define LIBVIRT_SONAME "libvirt.so.0"

DECLARE_LIBRARY (libvirt, LIBVIRT_FUNCTIONS)

/* The last one is a variable. */
#define LIBXML_FUNCTIONS(LIBRARY)           \
    LIBRARY (xmlInitParser)                 \
    LIBRARY (xmlNewParserCtxt)              \
    LIBRARY (xmlFreeParserCtxt)             \
    LIBRARY (xmlCtxtReadMemory)             \
    LIBRARY (xmlCtxtGetLastError)           \
    LIBRARY (xmlFreeDoc)                    \
    LIBRARY (xmlXPathNewContext)            \
    LIBRARY (xmlXPathFreeContext)           \
    LIBRARY (xmlXPathEval)                  \
    LIBRARY (xmlXPathFreeObject)            \
    LIBRARY (xmlXPathCastToString)          \
    LIBRARY (xmlFree)

DECLARE_LIBRARY (libxml, LIBXML_FUNCTIONS)

/* The message, a colon, and what libvirt has to say.  Returns -1. */
int fail_libvirt (struct error *err, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

/* For what libvirt's functions return; NULL is fine. */
void cleanup_connection_ (virConnectPtr *connection);
void cleanup_domain_ (virDomainPtr *domain);
void cleanup_pool_ (virStoragePoolPtr *pool);
void cleanup_volume_ (virStorageVolPtr *volume);
void cleanup_secret_ (virSecretPtr *secret);

#define cleanup_connection __attribute__ ((cleanup (cleanup_connection_)))
#define cleanup_domain __attribute__ ((cleanup (cleanup_domain_)))
#define cleanup_pool __attribute__ ((cleanup (cleanup_pool_)))
#define cleanup_volume __attribute__ ((cleanup (cleanup_volume_)))
#define cleanup_secret __attribute__ ((cleanup (cleanup_secret_)))

#endif /* LIB_LIBVIRT_LIBRARY_H */
