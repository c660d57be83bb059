/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that the daemon carries out: arguments into the message, the
 * reply into what the caller is given.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "call.h"
#include "impl.h"

/* A list of strings as the wire has it; the strings are borrowed. */
#define WIRE_STRINGS(list)                              \
    {                                                   \
        (u_int) ((list) ? string_array_length (list) : 0), (char **) (list) \
    }

/* xdr_free goes by the length: what was taken must not count. */
static u_int
steal_len (u_int *len)
{
    u_int value = *len;

    *len = 0;
    return value;
}

/* The bytes of a reply, with a NUL after them that does not count. */
static char *
take_buffer (char **val, size_t size)
{
    char *buffer = xreallocarray (*val, size + 1, 1);

    buffer[size] = '\0';
    *val = NULL;
    return buffer;
}

/* The strings of a reply, which become the caller's. */
static char **
take_strings (u_int len, char ***val)
{
    char **array = xreallocarray (*val, (size_t) len + 1, sizeof *array);

    array[len] = NULL;
    *val = NULL;
    return array;
}

/* A hash is a list of keys and values by turns. */
static char **
take_hash (guestfs_h *g, u_int *len, char ***val)
{
    if (*len % 2 != 0) {
        fail (&g->error, EPROTO, "reply with a key that has no value");
        return NULL;
    }
    return take_strings (steal_len (len), val);
}

static void
take_point (struct guestfs_point *to, wire_point *from)
{
    to->x = from->x;
    to->y = from->y;
    to->name = steal (&from->name);
    memcpy (to->id, from->id, sizeof to->id);
    to->blob_len = from->blob.blob_len;
    to->blob = steal (&from->blob.blob_val);
    to->mark = from->mark;
    to->part = from->part;
}

static struct guestfs_point_list *
take_point_list (wire_point_list *from)
{
    struct guestfs_point_list *to = xmalloc (sizeof *to);

    to->len = from->wire_point_list_len;
    to->val = xcalloc (to->len, sizeof *to->val);
    for (uint32_t i = 0; i < to->len; i++)
        take_point (&to->val[i], &from->wire_point_list_val[i]);
    return to;
}

char *
impl_later (guestfs_h *g, const char *path, size_t *size_r)
{
    (void) path;
    (void) size_r;
    fail (&g->error, ENOTSUP, "not implemented yet");
    return NULL;
}

int
impl_fetch (guestfs_h *g, const char *path, const char *target)
{
    wire_fetch_args args = {
        .path = (char *) path,
    };
    struct client_call call = {
        .proc = WIRE_PROC_FETCH,
        .args_xdr = (xdrproc_t) xdr_wire_fetch_args,
        .args = &args,
        .file_out = target,
    };

    return client_call (g, &call);
}

int
impl_mkdisk (guestfs_h *g, const char *kind,
             const struct guestfs_mkdisk_opts_argv *optargs)
{
    wire_mkdisk_args args = {
        .kind = (char *) kind,
        .size = optargs->size,
    };
    struct client_call call = {
        .proc = WIRE_PROC_MKDISK,
        .args_xdr = (xdrproc_t) xdr_wire_mkdisk_args,
        .args = &args,
        .optargs_bitmask = optargs->bitmask,
    };

    return client_call (g, &call);
}

char **
impl_names (guestfs_h *g, const char *content, size_t content_size)
{
    wire_names_args args = {
        .content = { (u_int) content_size, (char *) content },
    };
    wire_names_ret ret = { 0 };
    char **r;
    struct client_call call = {
        .proc = WIRE_PROC_NAMES,
        .args_xdr = (xdrproc_t) xdr_wire_names_args,
        .args = &args,
        .ret_xdr = (xdrproc_t) xdr_wire_names_ret,
        .ret = &ret,
    };

    if (client_call (g, &call) < 0)
        return NULL;
    r = take_hash (g, &ret.map.map_len,
                   &ret.map.map_val);
    xdr_free (call.ret_xdr, call.ret);
    return r;
}

int
impl_open_all (guestfs_h *g, const char *s, const char *p, const char *d,
               const char *m, const char *dp, const char *mp, const char *f,
               const char *u, const char *k, const char *o, const char *b,
               size_t b_size, int flag, int i, int64_t j, char *const *list,
               char *const *devices)
{
    wire_open_all_args args = {
        .s = (char *) s,
        .p = (char *) p,
        .d = (char *) d,
        .m = (char *) m,
        .dp = (char *) dp,
        .mp = (char *) mp,
        .f = (char *) f,
        .u = (char *) u,
        .k = (char *) k,
        .o = o ? (wire_str *) &o : NULL,
        .b = { (u_int) b_size, (char *) b },
        .flag = flag != 0,
        .i = i,
        .j = j,
        .list = WIRE_STRINGS (list),
        .devices = WIRE_STRINGS (devices),
    };
    wire_open_all_ret ret = { 0 };
    int r;
    struct client_call call = {
        .proc = WIRE_PROC_OPEN_ALL,
        .args_xdr = (xdrproc_t) xdr_wire_open_all_args,
        .args = &args,
        .secret = true,
        .ret_xdr = (xdrproc_t) xdr_wire_open_all_ret,
        .ret = &ret,
    };

    if (client_call (g, &call) < 0)
        return -1;
    r = ret.n;
    xdr_free (call.ret_xdr, call.ret);
    return r;
}

int
impl_ping (guestfs_h *g)
{
    struct client_call call = {
        .proc = WIRE_PROC_PING,
    };

    return client_call (g, &call);
}

struct guestfs_point_list *
impl_points (guestfs_h *g)
{
    wire_points_ret ret = { 0 };
    struct guestfs_point_list *r;
    struct client_call call = {
        .proc = WIRE_PROC_POINTS,
        .ret_xdr = (xdrproc_t) xdr_wire_points_ret,
        .ret = &ret,
    };

    if (client_call (g, &call) < 0)
        return NULL;
    r = take_point_list (&ret.all);
    xdr_free (call.ret_xdr, call.ret);
    return r;
}

int
impl_send (guestfs_h *g, const char *source, const char *path)
{
    wire_send_args args = {
        .path = (char *) path,
    };
    struct client_call call = {
        .proc = WIRE_PROC_SEND,
        .args_xdr = (xdrproc_t) xdr_wire_send_args,
        .args = &args,
        .file_in = source,
    };

    return client_call (g, &call);
}

int
impl_tune (guestfs_h *g, const char *device,
           const struct guestfs_tune_argv *optargs)
{
    wire_tune_args args = {
        .device = (char *) device,
        .quick = optargs->quick != 0,
        .level = optargs->level,
        .size = optargs->size,
        .label = optargs->label ? (char *) optargs->label : (char *) "",
        .names = WIRE_STRINGS (optargs->names),
    };
    struct client_call call = {
        .proc = WIRE_PROC_TUNE,
        .args_xdr = (xdrproc_t) xdr_wire_tune_args,
        .args = &args,
        .optargs_bitmask = optargs->bitmask,
    };

    return client_call (g, &call);
}

