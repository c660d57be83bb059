/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In the place of libvirt.so.0: one domain, whose description is a file that
 * the environment names, and one secret.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "io.h"
#include "memory.h"

#define DESCRIPTION "FAKE_LIBVIRT_XML" /* a file */
#define VALUE "FAKE_LIBVIRT_SECRET"    /* a file */

#define UUID "6695eb01-f6a4-8304-79aa-97f2502e193f"
#define USAGE "the-usage"

#define SIZE_MAX_READ (64 * 1024 * 1024)

#pragma GCC visibility push(default)

/* Objects are pointers to these; a connection may be read-only. */
static unsigned read_write, read_only, object;
static virConnectAuth auth;
static virError last = { .code = VIR_ERR_NO_SECRET,
                         .message = (char *) "the fake says no" };

virConnectAuthPtr virConnectAuthPtrDefault = &auth;

_Noreturn void
out_of_memory (void)
{
    abort ();
}

static char *
content (const char *variable, size_t *size)
{
    struct error err = { 0 };
    const char *path = getenv (variable);

    return path ? read_file_at (-1, path, SIZE_MAX_READ, size, &err) : NULL;
}

virConnectPtr
virConnectOpenAuth (const char *name, virConnectAuthPtr how, unsigned flags)
{
    (void) name;
    (void) how;
    return (virConnectPtr) (flags & VIR_CONNECT_RO ? &read_only
                                                   : &read_write);
}

int
virConnectClose (virConnectPtr connection)
{
    (void) connection;
    return 0;
}

char *
virConnectGetURI (virConnectPtr connection)
{
    (void) connection;
    return strdup ("fake:///");
}

void
virConnSetErrorFunc (virConnectPtr connection, void *data,
                     virErrorFunc handler)
{
    (void) connection;
    (void) data;
    (void) handler;
}

void
virSetErrorFunc (void *data, virErrorFunc handler)
{
    (void) data;
    (void) handler;
}

virErrorPtr
virGetLastError (void)
{
    return &last;
}

void
virResetLastError (void)
{
}

virDomainPtr
virDomainLookupByName (virConnectPtr connection, const char *name)
{
    (void) connection;
    (void) name;
    return (virDomainPtr) &object;
}

virDomainPtr
virDomainLookupByUUIDString (virConnectPtr connection, const char *uuid)
{
    (void) connection;
    (void) uuid;
    return NULL;
}

virConnectPtr
virDomainGetConnect (virDomainPtr domain)
{
    (void) domain;
    return (virConnectPtr) &read_only;
}

const char *
virDomainGetName (virDomainPtr domain)
{
    (void) domain;
    return "fake";
}

char *
virDomainGetXMLDesc (virDomainPtr domain, unsigned flags)
{
    (void) domain;
    (void) flags;
    return content (DESCRIPTION, NULL);
}

int
virDomainIsActive (virDomainPtr domain)
{
    (void) domain;
    return 0;
}

int
virDomainHasManagedSaveImage (virDomainPtr domain, unsigned flags)
{
    (void) domain;
    (void) flags;
    return -1;
}

int
virDomainFree (virDomainPtr domain)
{
    (void) domain;
    return 0;
}

virStoragePoolPtr
virStoragePoolLookupByName (virConnectPtr connection, const char *name)
{
    (void) connection;
    (void) name;
    return (virStoragePoolPtr) &object;
}

int
virStoragePoolFree (virStoragePoolPtr pool)
{
    (void) pool;
    return 0;
}

virStorageVolPtr
virStorageVolLookupByName (virStoragePoolPtr pool, const char *name)
{
    (void) pool;
    (void) name;
    return (virStorageVolPtr) &object;
}

/* Fails, after all else has worked. */
char *
virStorageVolGetPath (virStorageVolPtr volume)
{
    (void) volume;
    return NULL;
}

int
virStorageVolFree (virStorageVolPtr volume)
{
    (void) volume;
    return 0;
}

/* Valid until its connection is closed, but this one never is. */
static virConnectPtr secrets_connection;

static virSecretPtr
secret_if (virConnectPtr connection, int found)
{
    secrets_connection = connection;
    return found ? (virSecretPtr) &object : NULL;
}

virSecretPtr
virSecretLookupByUUIDString (virConnectPtr connection, const char *uuid)
{
    return secret_if (connection, strcmp (uuid, UUID) == 0);
}

virSecretPtr
virSecretLookupByUsage (virConnectPtr connection, int type, const char *usage)
{
    return secret_if (connection, type == VIR_SECRET_USAGE_TYPE_ISCSI
                                      && strcmp (usage, USAGE) == 0);
}

unsigned char *
virSecretGetValue (virSecretPtr secret, size_t *size, unsigned flags)
{
    (void) secret;
    (void) flags;
    if (secrets_connection != (virConnectPtr) &read_write)
        return NULL;
    return (unsigned char *) content (VALUE, size);
}

int
virSecretFree (virSecretPtr secret)
{
    (void) secret;
    return 0;
}
