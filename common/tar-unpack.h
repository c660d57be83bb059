/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unpacking a tar archive. */
#ifndef COMMON_TAR_UNPACK_H
#define COMMON_TAR_UNPACK_H

#include "libarchive.h"
#include "posix-acl.h"
#include "tree-make.h"

struct tar_unpack {
    const struct libarchive *la;
    struct archive *archive;   /* open for reading */
    struct tree_maker *maker;
    struct xattr_choice xattrs; /* what to restore */
    const char *prefix;         /* put before all paths, or NULL */
    owner_finder find_owner;    /* for ACLs; may be NULL */
    void *opaque;
};

/* Unpack all of it.  Members with ".." in their names, or that would leave
 * the target through a link, are an error; absolute names and links count
 * from the target.
 */
int tar_unpack (struct tar_unpack *u, struct error *err);

#endif /* COMMON_TAR_UNPACK_H */
