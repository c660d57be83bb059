/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* POSIX ACLs: between the form that Linux keeps them in, as an extended
 * attribute (linux/posix_acl_xattr.h), and that of libarchive.
 */
#ifndef COMMON_POSIX_ACL_H
#define COMMON_POSIX_ACL_H

#include "libarchive.h"
#include "xattr-list.h"

/* Add the ACL of an attribute to an entry.  EINVAL if it is damaged. */
int posix_acl_to_entry (const struct libarchive *la,
                        struct archive_entry *entry, const struct xattr *x,
                        struct error *err);

/* The ACLs that an entry has, as attributes. */
void posix_acl_from_entry (const struct libarchive *la,
                           struct archive_entry *entry,
                           struct xattr_list *ret);

#endif /* COMMON_POSIX_ACL_H */
