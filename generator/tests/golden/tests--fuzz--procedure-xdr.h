/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the arguments and results of each procedure are decoded. */

#include "protocol.h"

static const struct {
    u_int proc;
    xdrproc_t xdr;
    size_t size;
} procedure_xdr[] = {
    { 2, (xdrproc_t) xdr_wire_open_all_args, sizeof (wire_open_all_args) },
    { 2, (xdrproc_t) xdr_wire_open_all_ret, sizeof (wire_open_all_ret) },
    { 3, (xdrproc_t) xdr_wire_tune_args, sizeof (wire_tune_args) },
    { 4, (xdrproc_t) xdr_wire_mkdisk_args, sizeof (wire_mkdisk_args) },
    { 5, (xdrproc_t) xdr_wire_send_args, sizeof (wire_send_args) },
    { 6, (xdrproc_t) xdr_wire_fetch_args, sizeof (wire_fetch_args) },
    { 7, (xdrproc_t) xdr_wire_points_ret, sizeof (wire_points_ret) },
    { 8, (xdrproc_t) xdr_wire_names_args, sizeof (wire_names_args) },
    { 8, (xdrproc_t) xdr_wire_names_ret, sizeof (wire_names_ret) },
    { 9, (xdrproc_t) xdr_wire_later_args, sizeof (wire_later_args) },
    { 9, (xdrproc_t) xdr_wire_later_ret, sizeof (wire_later_ret) },
    { 0, NULL, 0 },
};
