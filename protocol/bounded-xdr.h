/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XDR's own decoders believe a length that the peer wrote, and allocate
 * before they look whether so much was sent at all.  The generated code
 * uses these instead, which compare with the bytes that are left.
 */
#ifndef PROTOCOL_BOUNDED_XDR_H
#define PROTOCOL_BOUNDED_XDR_H

#include <rpc/types.h>
#include <rpc/xdr.h>

bool_t bounded_xdr_array (XDR *xdrs, char **array, u_int *count, u_int max,
                          u_int element_size, xdrproc_t element);
bool_t bounded_xdr_bytes (XDR *xdrs, char **bytes, u_int *count, u_int max);
bool_t bounded_xdr_string (XDR *xdrs, char **string, u_int max);

#ifndef BOUNDED_XDR_IMPLEMENTATION
#define xdr_array bounded_xdr_array
#define xdr_bytes bounded_xdr_bytes
#define xdr_string bounded_xdr_string
#endif

#endif /* PROTOCOL_BOUNDED_XDR_H */
