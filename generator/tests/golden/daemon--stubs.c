/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a message to a call and back. */

#include "config.h"

#include <string.h>

#include "arguments.h"
#include "calls.h"
#include "server.h"

/* A key is not left behind in freed memory. */
static void
wipe (char *key)
{
    if (key)
        explicit_bzero (key, strlen (key));
}

/* A list as calls get it: with NULL at its end. */
static char **
terminated (u_int count, char **values)
{
    char **list = xreallocarray (NULL, (size_t) count + 1, sizeof *list);

    for (u_int i = 0; i < count; i++)
        list[i] = values[i];
    list[count] = NULL;
    return list;
}

static int
run_ping (struct call *call, XDR *xdrs)
{
    int r = -1;

    if (check_options (call, 0) < 0)
        return -1;
    (void) xdrs;
    r = do_ping (call);
    if (r == 0)
        r = reply (call, NULL, NULL);
    return r;
}

static int
run_open_all (struct call *call, XDR *xdrs)
{
    wire_open_all_args args;
    cleanup_mountable struct mountable m = { 0 };
    cleanup_mountable struct mountable mp = { 0 };
    cleanup_free char **list = NULL;
    cleanup_free char **devices = NULL;
    wire_open_all_ret ret = { 0 };
    int result = -1;
    int r = -1;

    if (check_options (call, 0) < 0)
        return -1;
    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_open_all_args,
                     &args, sizeof args) < 0)
        goto out;
    if (check_pathname (call, "p", args.p) < 0)
        goto out;
    if (check_device (call, "d", &args.d) < 0)
        goto out;
    if (check_mountable (call, "m", args.m, &m) < 0)
        goto out;
    if (check_device_or_path (call, "dp", &args.dp) < 0)
        goto out;
    if (check_mountable_or_path (call, "mp", args.mp, &mp) < 0)
        goto out;
    if (check_filename (call, "f", args.f) < 0)
        goto out;
    if (check_guid (call, "u", args.u) < 0)
        goto out;
    if (check_devices (call, "devices", args.devices.devices_len, args.devices.devices_val) < 0)
        goto out;
    list = terminated (args.list.list_len, args.list.list_val);
    devices = terminated (args.devices.devices_len, args.devices.devices_val);
    result = do_open_all (call, args.s, args.p, args.d, &m, args.dp, &mp, args.f, args.u, args.k, args.o ? *args.o : NULL, args.b.b_val, args.b.b_len, args.flag, args.i, args.j, list, devices);
    if (call->err.message)
        goto out;
    ret.n = result;
    r = reply (call, (xdrproc_t) xdr_wire_open_all_ret, &ret);
out:
    wipe (args.k);
    xdr_free ((xdrproc_t) xdr_wire_open_all_args, &args);
    return r;
}

static int
run_tune (struct call *call, XDR *xdrs)
{
    wire_tune_args args;
    cleanup_free char **names = NULL;
    struct tune_opts opts = { .given = call->optargs };
    int r = -1;

    if (check_options (call, 5) < 0)
        return -1;
    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_tune_args,
                     &args, sizeof args) < 0)
        goto out;
    if (check_device (call, "device", &args.device) < 0)
        goto out;
    names = terminated (args.names.names_len, args.names.names_val);
    opts.quick = args.quick;
    opts.level = args.level;
    opts.size = args.size;
    opts.label = args.label;
    opts.names = names;
    r = do_tune (call, args.device, &opts);
    if (r == 0)
        r = reply (call, NULL, NULL);
out:
    xdr_free ((xdrproc_t) xdr_wire_tune_args, &args);
    return r;
}

static int
run_mkdisk (struct call *call, XDR *xdrs)
{
    wire_mkdisk_args args;
    struct mkdisk_opts opts = { .given = call->optargs };
    int r = -1;

    if (check_options (call, 1) < 0)
        return -1;
    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_mkdisk_args,
                     &args, sizeof args) < 0)
        goto out;
    opts.size = args.size;
    r = do_mkdisk (call, args.kind, &opts);
    if (r == 0)
        r = reply (call, NULL, NULL);
out:
    xdr_free ((xdrproc_t) xdr_wire_mkdisk_args, &args);
    return r;
}

static int
run_send (struct call *call, XDR *xdrs)
{
    wire_send_args args;
    int r = -1;

    if (check_options (call, 0) < 0)
        return -1;
    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_send_args,
                     &args, sizeof args) < 0)
        goto out;
    if (check_pathname (call, "path", args.path) < 0)
        goto out;
    r = do_send (call, args.path);
    if (r == 0)
        r = reply (call, NULL, NULL);
out:
    xdr_free ((xdrproc_t) xdr_wire_send_args, &args);
    return r;
}

static int
run_fetch (struct call *call, XDR *xdrs)
{
    wire_fetch_args args;
    int r = -1;

    if (check_options (call, 0) < 0)
        return -1;
    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_fetch_args,
                     &args, sizeof args) < 0)
        goto out;
    if (check_pathname (call, "path", args.path) < 0)
        goto out;
    r = do_fetch (call, args.path);
out:
    xdr_free ((xdrproc_t) xdr_wire_fetch_args, &args);
    return r;
}

static int
run_points (struct call *call, XDR *xdrs)
{
    wire_points_ret ret = { 0 };
    int r = -1;

    if (check_options (call, 0) < 0)
        return -1;
    (void) xdrs;
    r = do_points (call, &ret.all);
    if (r == 0)
        r = reply (call, (xdrproc_t) xdr_wire_points_ret, &ret);
    xdr_free ((xdrproc_t) xdr_wire_points_ret, &ret);
    return r;
}

static int
run_names (struct call *call, XDR *xdrs)
{
    wire_names_args args;
    wire_names_ret ret = { 0 };
    cleanup_string_array char **result = NULL;
    int r = -1;

    if (check_options (call, 0) < 0)
        return -1;
    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_names_args,
                     &args, sizeof args) < 0)
        goto out;
    result = do_names (call, args.content.content_val, args.content.content_len);
    if (!result)
        goto out;
    ret.map.map_len = (u_int) string_array_length (result);
    ret.map.map_val = result;
    r = reply (call, (xdrproc_t) xdr_wire_names_ret, &ret);
out:
    xdr_free ((xdrproc_t) xdr_wire_names_args, &args);
    return r;
}

static const struct procedure procedures[WIRE_MAX_PROC + 1] = {
    [WIRE_PROC_PING] = {
        .name = "ping",
        .run = run_ping,
    },
    [WIRE_PROC_OPEN_ALL] = {
        .name = "open_all",
        .run = run_open_all,
        .secret = true,
    },
    [WIRE_PROC_TUNE] = {
        .name = "tune",
        .run = run_tune,
        .group = "tuning",
    },
    [WIRE_PROC_MKDISK] = {
        .name = "mkdisk",
        .run = run_mkdisk,
    },
    [WIRE_PROC_SEND] = {
        .name = "send",
        .run = run_send,
        .file_in = true,
    },
    [WIRE_PROC_FETCH] = {
        .name = "fetch",
        .run = run_fetch,
    },
    [WIRE_PROC_POINTS] = {
        .name = "points",
        .run = run_points,
    },
    [WIRE_PROC_NAMES] = {
        .name = "names",
        .run = run_names,
    },
    [WIRE_PROC_LATER] = {
        .name = "later",
    },
};

const struct procedure *
find_procedure (uint32_t proc)
{
    if (proc > WIRE_MAX_PROC || !procedures[proc].name)
        return NULL;
    return &procedures[proc];
}

bool
group_has_calls (const char *group)
{
    for (uint32_t i = 0; i <= WIRE_MAX_PROC; i++)
        if (procedures[i].run && procedures[i].group
            && strcmp (procedures[i].group, group) == 0)
            return true;
    return false;
}
