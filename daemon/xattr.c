/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about extended attributes.
 *
 * The system calls are given /proc/self/fd/N, or an entry of such a
 * directory: so that neither files have to be opened for reading, nor a
 * path can lead out of the guest.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "calls.h"
#include "sysroot.h"
#include "xattr.h"

/* The names of a file's attributes, each with a NUL after it. */
struct names {
    char text[XATTR_LIST_MAX];
    size_t size;
};

/* Runs over the names. */
#define FOR_EACH_NAME(name, names)                                  \
    for (const char *name = (names)->text;                          \
         name < (names)->text + (names)->size; name += strlen (name) + 1)

/* -1 with errno set. */
static int
list_names (const char *path, bool follow, struct names *ret)
{
    ssize_t n = follow ? listxattr (path, ret->text, sizeof ret->text)
                       : llistxattr (path, ret->text, sizeof ret->text);

    if (n < 0)
        return -1;
    ret->size = (size_t) n;
    return 0;
}

/* The value, which the caller frees; NULL with errno set. */
static char *
read_value (const char *path, bool follow, const char *name, size_t *ret_size)
{
    cleanup_free char *value = xmalloc (XATTR_SIZE_MAX + 1);
    ssize_t n = follow ? getxattr (path, name, value, XATTR_SIZE_MAX)
                       : lgetxattr (path, name, value, XATTR_SIZE_MAX);

    if (n < 0)
        return NULL;
    *ret_size = (size_t) n;
    /* With a byte more, so that it is never empty. */
    return xreallocarray (steal (&value), (size_t) n + 1, 1);
}

/* Open a file and tell how to name it. */
static int
open_file (struct call *call, const char *path, int flags,
           char ret[FD_PATH_SIZE])
{
    int fd = sysroot_open (call, path, O_PATH | flags, 0);

    if (fd >= 0)
        fd_path (fd, ret);
    return fd;
}

/* A list of the API's structs that grows. */
struct xattrs {
    wire_xattr *item;
    size_t count, allocated;
};

static void
xattrs_add_take (struct xattrs *list, const char *name, char *take_value,
                 size_t size)
{
    if (list->count == list->allocated) {
        list->allocated = list->allocated ? list->allocated * 2 : 8;
        list->item = xreallocarray (list->item, list->allocated,
                                    sizeof *list->item);
    }
    list->item[list->count++] = (wire_xattr) {
        .attrname = xstrdup (name),
        .attrval = {
            .attrval_len = (u_int) size,
            .attrval_val = take_value,
        },
    };
}

static void
xattrs_take (struct xattrs *list, wire_xattr_list *ret)
{
    ret->wire_xattr_list_len = (u_int) list->count;
    ret->wire_xattr_list_val = list->item;
    *list = (struct xattrs) { 0 };
}

static void
xattrs_free (struct xattrs *list)
{
    wire_xattr_list all;

    xattrs_take (list, &all);
    xdr_free ((xdrproc_t) xdr_wire_xattr_list, (char *) &all);
}

#define cleanup_xattrs __attribute__ ((cleanup (xattrs_free)))

/* All attributes of a file.  -1 with errno set. */
static int
add_all (const char *path, bool follow, struct xattrs *list)
{
    cleanup_free struct names *names = xmalloc (sizeof *names);

    if (list_names (path, follow, names) < 0)
        return -1;
    FOR_EACH_NAME (name, names) {
        size_t size;
        char *value = read_value (path, follow, name, &size);

        if (!value)
            return -1;
        xattrs_add_take (list, name, value, size);
    }
    return 0;
}

static int
get_all (struct call *call, const char *path, int flags, wire_xattr_list *ret)
{
    cleanup_xattrs struct xattrs list = { 0 };
    char link[FD_PATH_SIZE];
    cleanup_fd int fd = open_file (call, path, flags, link);

    if (fd < 0)
        return -1;
    if (add_all (link, true, &list) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    xattrs_take (&list, ret);
    return 0;
}

int
do_getxattrs (struct call *call, const char *path, wire_xattr_list *ret)
{
    return get_all (call, path, 0, ret);
}

int
do_lgetxattrs (struct call *call, const char *path, wire_xattr_list *ret)
{
    return get_all (call, path, O_NOFOLLOW, ret);
}

static char *
get_one (struct call *call, const char *path, int flags, const char *name,
         size_t *ret_size)
{
    char link[FD_PATH_SIZE];
    cleanup_fd int fd = open_file (call, path, flags, link);
    char *value;

    if (fd < 0)
        return NULL;
    value = read_value (link, true, name, ret_size);
    if (!value)
        return fail_null (&call->err, errno, "%s: %s: %m", path, name);
    return value;
}

char *
do_getxattr (struct call *call, const char *path, const char *name,
             size_t *ret_size)
{
    return get_one (call, path, 0, name, ret_size);
}

char *
do_lgetxattr (struct call *call, const char *path, const char *name,
              size_t *ret_size)
{
    return get_one (call, path, O_NOFOLLOW, name, ret_size);
}

static int
set_one (struct call *call, const char *path, int flags, const char *name,
         const char *val, int vallen)
{
    char link[FD_PATH_SIZE];
    cleanup_fd int fd = -1;

    if (vallen < 0 || (size_t) vallen > strlen (val))
        return fail (&call->err, EINVAL, "vallen %d: val has %zu bytes",
                     vallen, strlen (val));
    fd = open_file (call, path, flags, link);
    if (fd < 0)
        return -1;
    if (setxattr (link, name, val, (size_t) vallen, 0) < 0)
        return fail (&call->err, errno, "%s: %s: %m", path, name);
    return 0;
}

int
do_setxattr (struct call *call, const char *xattr, const char *val,
             int vallen, const char *path)
{
    return set_one (call, path, 0, xattr, val, vallen);
}

int
do_lsetxattr (struct call *call, const char *xattr, const char *val,
              int vallen, const char *path)
{
    return set_one (call, path, O_NOFOLLOW, xattr, val, vallen);
}

static int
remove_one (struct call *call, const char *path, int flags, const char *name)
{
    char link[FD_PATH_SIZE];
    cleanup_fd int fd = open_file (call, path, flags, link);

    if (fd < 0)
        return -1;
    if (removexattr (link, name) < 0)
        return fail (&call->err, errno, "%s: %s: %m", path, name);
    return 0;
}

int
do_removexattr (struct call *call, const char *xattr, const char *path)
{
    return remove_one (call, path, 0, xattr);
}

int
do_lremovexattr (struct call *call, const char *xattr, const char *path)
{
    return remove_one (call, path, O_NOFOLLOW, xattr);
}

/* One file of the flat list: an entry without a name whose value is how
 * many attributes follow, and those; or nothing as the value if it could
 * not be read.
 */
static void
add_file (const char *directory, const char *file, struct xattrs *list)
{
    cleanup_free char *path = xasprintf ("%s/%s", directory, file);
    cleanup_xattrs struct xattrs own = { 0 };
    char *count;

    if (add_all (path, false, &own) < 0) {
        xattrs_add_take (list, "", NULL, 0);
        return;
    }
    count = xasprintf ("%zu", own.count);
    xattrs_add_take (list, "", count, strlen (count));
    for (size_t i = 0; i < own.count; i++) {
        wire_xattr *x = &own.item[i];

        xattrs_add_take (list, x->attrname, steal (&x->attrval.attrval_val),
                         x->attrval.attrval_len);
        x->attrval.attrval_len = 0;
    }
}

int
do_internal_lxattrlist (struct call *call, const char *path,
                        char *const *names, wire_xattr_list *ret)
{
    cleanup_xattrs struct xattrs list = { 0 };
    char link[FD_PATH_SIZE];
    cleanup_fd int fd = open_file (call, path, O_DIRECTORY, link);

    if (fd < 0)
        return -1;
    for (size_t i = 0; names[i]; i++)
        add_file (link, names[i], &list);
    xattrs_take (&list, ret);
    return 0;
}

static int
copy_all (const char *from, const char *from_name, const char *to,
          const char *to_name, const struct names *names, struct error *err)
{
    FOR_EACH_NAME (name, names) {
        size_t size;
        cleanup_free char *value = read_value (from, true, name, &size);

        if (!value)
            return fail (err, errno, "%s: %s: %m", from_name, name);
        if (setxattr (to, name, value, size, 0) < 0)
            return fail (err, errno, "%s: %s: %m", to_name, name);
    }
    return 0;
}

int
copy_xattrs (int from, const char *from_name, int to, const char *to_name,
             struct error *err)
{
    cleanup_free struct names *names = xmalloc (sizeof *names);
    char from_path[FD_PATH_SIZE], to_path[FD_PATH_SIZE];

    fd_path (from, from_path);
    fd_path (to, to_path);
    if (list_names (from_path, true, names) < 0)
        return errno == EOPNOTSUPP ? 0
                                   : fail (err, errno, "%s: %m", from_name);
    return copy_all (from_path, from_name, to_path, to_name, names, err);
}
