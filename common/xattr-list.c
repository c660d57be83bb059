/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The extended attributes of one file. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "cleanup.h"
#include "memory.h"
#include "string-list.h"
#include "xattr-list.h"

/* Linux's limits (linux/limits.h: XATTR_LIST_MAX, XATTR_SIZE_MAX). */
#define LIST_MAX 65536
#define VALUE_MAX 65536

bool
xattr_is_chosen (const struct xattr_choice *choice, const char *name)
{
    if (strcmp (name, XATTR_SELINUX) == 0)
        return choice->selinux;
    if (strcmp (name, XATTR_ACL_ACCESS) == 0
        || strcmp (name, XATTR_ACL_DEFAULT) == 0)
        return choice->acls;
    return choice->plain && !string_starts_with (name, "system.");
}

void
xattr_list_add (struct xattr_list *list, const char *name, const void *value,
                size_t size)
{
    list->item = xreallocarray (list->item, list->count + 1,
                                sizeof *list->item);
    list->item[list->count++] = (struct xattr) {
        .name = xstrdup (name),
        .value = xmemdup (value, size),
        .size = size,
    };
}

void
xattr_list_free (struct xattr_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free (list->item[i].name);
        free (list->item[i].value);
    }
    free (list->item);
    *list = (struct xattr_list) { 0 };
}

/* A name that the system calls take, of a file in a directory.  There are
 * no calls for that before Linux 6.13.
 */
static char *
proc_path (int dir, const char *name)
{
    return xasprintf ("/proc/self/fd/%d/%s", dir, name);
}

static int
read_value (struct xattr_list *list, int fd, const char *file,
            const char *name, const char *path, char *value,
            struct error *err)
{
    ssize_t n = fd >= 0 ? fgetxattr (fd, name, value, VALUE_MAX)
                        : lgetxattr (file, name, value, VALUE_MAX);

    /* Listed, but not for us: such are trusted.* without the privilege. */
    if (n < 0 && (errno == ENODATA || errno == ENOTSUP))
        return 0;
    if (n < 0)
        return fail (err, errno, "%s: %s: %m", path, name);
    xattr_list_add (list, name, value, (size_t) n);
    return 0;
}

int
xattr_list_read (struct xattr_list *list, const struct xattr_choice *choice,
                 int fd, int dir, const char *name, const char *path,
                 struct error *err)
{
    cleanup_free char *file = fd >= 0 ? NULL : proc_path (dir, name);
    cleanup_free char *names = xmalloc (LIST_MAX);
    cleanup_free char *value = NULL;
    ssize_t size = fd >= 0 ? flistxattr (fd, names, LIST_MAX)
                           : llistxattr (file, names, LIST_MAX);

    if (size < 0 && errno == ENOTSUP)
        return 0;
    if (size < 0)
        return fail (err, errno, "%s: extended attributes: %m", path);
    for (const char *p = names; p < names + size; p += strlen (p) + 1) {
        if (!xattr_is_chosen (choice, p))
            continue;
        if (!value)
            value = xmalloc (VALUE_MAX);
        if (read_value (list, fd, file, p, path, value, err) < 0)
            return -1;
    }
    return 0;
}

int
xattr_list_write (const struct xattr_list *list, int fd, int dir,
                  const char *name, const char *path, struct error *err)
{
    cleanup_free char *file = fd >= 0 ? NULL : proc_path (dir, name);

    for (size_t i = 0; i < list->count; i++) {
        const struct xattr *x = &list->item[i];
        int r = fd >= 0 ? fsetxattr (fd, x->name, x->value, x->size, 0)
                        : lsetxattr (file, x->name, x->value, x->size, 0);

        if (r < 0)
            return fail (err, errno, "%s: %s: %m", path, x->name);
    }
    return 0;
}
