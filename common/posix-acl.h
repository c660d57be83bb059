/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* POSIX ACLs: between the form that Linux keeps them in, as an extended
 * attribute (linux/posix_acl_xattr.h), and that of libarchive.
 */
#ifndef COMMON_POSIX_ACL_H
#define COMMON_POSIX_ACL_H

#include <stdint.h>

#include "libarchive.h"
#include "xattr-list.h"

/* Add the ACL of an attribute to an entry.  EINVAL if it is damaged. */
int posix_acl_to_entry (const struct libarchive *la,
                        struct archive_entry *entry, const struct xattr *x,
                        struct error *err);

/* Finds the number of a user or a group by its name, which is all that some
 * archives have: false if there is none.
 */
typedef bool (*owner_finder) (void *opaque, bool group, const char *name,
                              uint32_t *ret);

/* The ACLs that an entry has, as attributes.  EINVAL if one of its names is
 * not known.
 */
int posix_acl_from_entry (const struct libarchive *la,
                          struct archive_entry *entry, owner_finder find,
                          void *opaque, struct xattr_list *ret,
                          struct error *err);

#endif /* COMMON_POSIX_ACL_H */
