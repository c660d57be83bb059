/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes of a message that stay where they are. */

#include "config.h"

#include <assert.h>

#include "in-place.h"

_Static_assert (IN_PLACE_OFFSET == 4 + WIRE_HEADER_SIZE + 4,
                "the bytes follow the header and their length");

bool_t
xdr_in_place (XDR *xdrs, struct in_place *bytes)
{
    const void *data;

    if (xdrs->x_op == XDR_FREE)
        return TRUE;
    assert (xdrs->x_op == XDR_DECODE || bytes->size % 4 == 0);
    if (!xdr_u_int (xdrs, &bytes->size) || bytes->size % 4 != 0)
        return FALSE;
    if (bytes->size > xdrs->x_handy)
        return FALSE;
    data = xdrs->x_private;
    bytes->data = data;
    return xdr_setpos (xdrs, xdr_getpos (xdrs) + bytes->size);
}
