/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about directories that the library composes of others: the daemon
 * sends long lists as a file.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "download.h"
#include "impl.h"
#include "protocol.h"

/* What a call of the daemon sends about a directory. */
typedef int (*sender) (guestfs_h *g, const char *directory,
                       const char *filename);

static char *
receive (guestfs_h *g, const char *directory, sender send, size_t *ret_size)
{
    cleanup_memory_file struct memory_file file = { .fd = -1 };

    if (memory_file_open (&file, &g->error) < 0
        || send (g, directory, file.name) < 0)
        return NULL;
    return memory_file_read (&file, ret_size, &g->error);
}

/* Names with a NUL after each, sorted. */
static char **
receive_names (guestfs_h *g, const char *directory, sender send)
{
    cleanup_strings struct strings names = STRINGS_EMPTY;
    size_t size;
    cleanup_free char *content = receive (g, directory, send, &size);

    if (!content)
        return NULL;
    for (const char *p = content; p < content + size; p += strlen (p) + 1)
        strings_add (&names, p);
    strings_sort (&names);
    return strings_steal (&names);
}

char **
impl_ls (guestfs_h *g, const char *directory)
{
    return receive_names (g, directory, impl_ls0);
}

char **
impl_find (guestfs_h *g, const char *directory)
{
    return receive_names (g, directory, impl_find0);
}

/* One entry of the stream.  0 at its end. */
static int
decode_dirent (guestfs_h *g, XDR *xdrs, struct guestfs_dirent *ret)
{
    wire_dirent dirent = { 0 };

    if (xdrs->x_handy == 0)
        return 0;
    if (!xdr_wire_dirent (xdrs, &dirent)) {
        xdr_free ((xdrproc_t) xdr_wire_dirent, &dirent);
        return fail (&g->error, EPROTO, "a directory entry can't be decoded");
    }
    *ret = (struct guestfs_dirent) {
        .ino = dirent.ino,
        .ftyp = dirent.ftyp,
        .name = dirent.name,
    };
    return 1;
}

static int
decode_dirents (guestfs_h *g, char *content, size_t size,
                struct guestfs_dirent_list *list)
{
    size_t allocated = 0;
    int r = 0;
    XDR xdrs;

    if (size > UINT32_MAX)
        return fail (&g->error, EOVERFLOW, "the directory is too large");
    xdrmem_create (&xdrs, content, (u_int) size, XDR_DECODE);
    do {
        if (list->len == allocated) {
            allocated = allocated ? allocated * 2 : 64;
            list->val = xreallocarray (list->val, allocated,
                                       sizeof *list->val);
        }
        r = decode_dirent (g, &xdrs, &list->val[list->len]);
        if (r > 0)
            list->len++;
    } while (r > 0);
    return r;
}

struct guestfs_dirent_list *
impl_readdir (guestfs_h *g, const char *dir)
{
    size_t size;
    cleanup_free char *content = receive (g, dir, impl_internal_readdir,
                                          &size);
    struct guestfs_dirent_list *list;

    if (!content)
        return NULL;
    list = xcalloc (1, sizeof *list);
    if (decode_dirents (g, content, size, list) < 0) {
        guestfs_free_dirent_list (list);
        return NULL;
    }
    return list;
}
