/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XDR decoders that compare each length with the bytes that are left. */

#include "config.h"

#include <stdbool.h>
#include <string.h>

#define BOUNDED_XDR_IMPLEMENTATION
#include "bounded-xdr.h"

/* An element of any array takes at least this many bytes on the wire, and
 * at least a quarter of what it takes in memory: the worst that a struct can
 * have is a buffer, a length and a pointer for a word that says 0.
 */
#define SMALLEST_ELEMENT 4
#define MEMORY_FACTOR 4

/* Does the length word that comes next promise no more than was sent?
 * Only streams in memory are decoded: x_handy is what is left of them.
 * When memory is freed there is no stream at all.
 */
static bool
length_is_sent (XDR *xdrs, u_int unit)
{
    u_int position, length;

    if (xdrs->x_op != XDR_DECODE)
        return true;
    position = xdr_getpos (xdrs);
    if (!xdr_u_int (xdrs, &length))
        return false;
    if (length > xdrs->x_handy / unit)
        return false;
    return xdr_setpos (xdrs, position);
}

bool_t
bounded_xdr_array (XDR *xdrs, char **array, u_int *count, u_int max,
                   u_int element_size, xdrproc_t element)
{
    u_int smallest = element_size / MEMORY_FACTOR;

    if (smallest < SMALLEST_ELEMENT)
        smallest = SMALLEST_ELEMENT;
    return length_is_sent (xdrs, smallest)
           && xdr_array (xdrs, array, count, max, element_size, element);
}

bool_t
bounded_xdr_bytes (XDR *xdrs, char **bytes, u_int *count, u_int max)
{
    return length_is_sent (xdrs, 1) && xdr_bytes (xdrs, bytes, count, max);
}

/* A string of the API ends at its first NUL: one inside is a lie. */
bool_t
bounded_xdr_string (XDR *xdrs, char **string, u_int max)
{
    u_int position, length;

    if (xdrs->x_op != XDR_DECODE)
        return xdr_string (xdrs, string, max);
    position = xdr_getpos (xdrs);
    if (!length_is_sent (xdrs, 1))
        return FALSE;
    if (!xdr_u_int (xdrs, &length) || !xdr_setpos (xdrs, position))
        return FALSE;
    return xdr_string (xdrs, string, max) && strlen (*string) == length;
}
