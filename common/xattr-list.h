/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The extended attributes of one file. */
#ifndef COMMON_XATTR_LIST_H
#define COMMON_XATTR_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct xattr {
    char *name;
    void *value;
    size_t size;
};

struct xattr_list {
    struct xattr *item;
    size_t count;
};

#define XATTR_ACL_ACCESS "system.posix_acl_access"
#define XATTR_ACL_DEFAULT "system.posix_acl_default"
#define XATTR_SELINUX "security.selinux"

/* Which attributes are wanted. */
struct xattr_choice {
    bool plain;   /* user.*, trusted.*, security.* but SELinux's */
    bool selinux; /* security.selinux */
    bool acls;    /* POSIX ACLs */
};

bool xattr_is_chosen (const struct xattr_choice *choice, const char *name);

/* The value is copied. */
void xattr_list_add (struct xattr_list *list, const char *name,
                     const void *value, size_t size);

/* The chosen attributes of a file: of fd, or if that is -1 of name in dir,
 * without following it.  A file system without attributes has none.  path
 * is for the message.
 */
int xattr_list_read (struct xattr_list *list,
                     const struct xattr_choice *choice, int fd, int dir,
                     const char *name, const char *path, struct error *err);

/* Set all of them, likewise. */
int xattr_list_write (const struct xattr_list *list, int fd, int dir,
                      const char *name, const char *path, struct error *err);

void xattr_list_free (struct xattr_list *list);

#define cleanup_xattr_list __attribute__ ((cleanup (xattr_list_free)))

#endif /* COMMON_XATTR_LIST_H */
