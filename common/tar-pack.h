/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packing a tree of files into a tar archive. */
#ifndef COMMON_TAR_PACK_H
#define COMMON_TAR_PACK_H

#include "libarchive.h"
#include "link-table.h"
#include "file-walk.h"
#include "xattr-list.h"

struct tar_pack {
    const struct libarchive *la;
    struct archive *archive;    /* tar_pack_format () and open for writing */
    const char *prefix;         /* of all names: "./" or "" */
    struct xattr_choice xattrs; /* what to save */
    char *const *excludes;      /* wildcards, or NULL */
    struct file_ahead *ahead;   /* reads small files; may be NULL */
    bool direct;                /* large ones past the page cache */

    /* The names of owners, or NULL where there is none; these may be NULL. */
    const char *(*user) (void *opaque, uid_t uid);
    const char *(*group) (void *opaque, gid_t gid);
    void *opaque;

    /* Internal. */
    struct link_table links;
    struct archive_entry *entry;
    char *buffer;
};

/* Set up a new archive for writing. */
int tar_pack_format (const struct libarchive *la, struct archive *a,
                     struct error *err);

/* Add name of the directory dir, and all that is in it if it is a directory,
 * as path.
 */
int tar_pack (struct tar_pack *p, int dir, const char *name, const char *path,
              struct error *err);

/* Does a path match one of the wildcards, as a whole or from the beginning
 * of one of its components on?
 */
bool path_is_excluded (char *const *excludes, const char *path);

#endif /* COMMON_TAR_PACK_H */
