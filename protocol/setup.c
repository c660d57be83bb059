/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an appliance is told about the handle that it is for. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "message.h"
#include "setup.h"

ssize_t
setup_encode (char *buffer, wire_setup *setup, struct error *err)
{
    XDR xdrs;
    u_int size;

    xdrmem_create (&xdrs, buffer + SETUP_HEADER_SIZE, WIRE_SETUP_MAX,
                   XDR_ENCODE);
    if (!xdr_wire_setup (&xdrs, setup))
        return fail (err, EMSGSIZE, "the setup of the appliance is longer "
                     "than %d bytes", WIRE_SETUP_MAX);
    size = xdr_getpos (&xdrs);
    word_put (buffer, WIRE_SETUP_FLAG);
    word_put (buffer + 4, size);
    return (ssize_t) size + SETUP_HEADER_SIZE;
}

ssize_t
setup_size (const char header[SETUP_HEADER_SIZE], struct error *err)
{
    uint32_t flag = word_get (header), size = word_get (header + 4);

    if (flag != WIRE_SETUP_FLAG)
        return fail (err, EPROTO, "a setup is expected, the word 0x%x came",
                     flag);
    if (size > WIRE_SETUP_MAX)
        return fail (err, EPROTO, "a setup of %u bytes; %d are allowed",
                     size, WIRE_SETUP_MAX);
    return (ssize_t) size;
}

int
setup_decode (const char *body, size_t size, wire_setup *ret,
              struct error *err)
{
    XDR xdrs;

    memset (ret, 0, sizeof *ret);
    xdrmem_create (&xdrs, (char *) body, (u_int) size, XDR_DECODE);
    if (!xdr_wire_setup (&xdrs, ret)) {
        xdr_free ((xdrproc_t) xdr_wire_setup, ret);
        return fail (err, EPROTO, "a setup of %zu bytes can't be decoded",
                     size);
    }
    return 0;
}
