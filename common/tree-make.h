/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a tree of files below a directory that is never left: neither
 * ".." nor a symbolic link that is there, or is made on the way, leads
 * out of it.
 */
#ifndef COMMON_TREE_MAKE_H
#define COMMON_TREE_MAKE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "error.h"
#include "xattr-list.h"

struct tree_maker {
    int target;       /* the directory, borrowed; not an O_PATH */
    uint64_t resolve; /* of openat2(2): RESOLVE_BENEATH, or RESOLVE_IN_ROOT
                         if the target is the root of a system */
    bool exact;       /* set owners and modes as given, as root can */
    bool no_umask;    /* the process has none: what is made has its mode */
    bool keep_links;  /* a link to a directory does for a directory */

    /* Internal: the directory that the last file went into. */
    char *parent_path;
    int parent;        /* -1: none yet */
    bool parent_plain; /* it hands neither a group nor an ACL on */

    struct tree_directory *directories; /* to be finished at the end */
    size_t nr_directories, allocated;
};

#define TREE_MAKER(target_fd)                                   \
    ((struct tree_maker) { .target = (target_fd), .parent = -1 })

struct tree_attrs {
    mode_t mode;
    uid_t uid;
    gid_t gid;
    struct timespec times[2]; /* of access, of change */
    const struct xattr_list *xattrs; /* or NULL */
};

/* A path below the target, as others have written it, without slashes at
 * its ends or "." in it: "" is the target itself.  EINVAL if it has "..".
 * The caller frees it.
 */
char *tree_clean_path (const char *path, struct error *err);

/* Each makes one file, in the place of what is there but a directory that
 * is not empty.  Directories on the way are made too.  Paths are clean.
 */
int tree_make_directory (struct tree_maker *m, const char *path,
                         const struct tree_attrs *attrs, struct error *err);
int tree_make_symlink (struct tree_maker *m, const char *path,
                       const char *target, const struct tree_attrs *attrs,
                       struct error *err);
int tree_make_link (struct tree_maker *m, const char *path,
                    const char *existing, struct error *err);
int tree_make_special (struct tree_maker *m, const char *path, dev_t dev,
                       const struct tree_attrs *attrs, struct error *err);

/* A regular file: returns it open for writing; finish it when the content
 * is there.
 */
int tree_make_file (struct tree_maker *m, const char *path,
                    const struct tree_attrs *attrs, struct error *err);
int tree_finish_file (struct tree_maker *m, int fd, const char *path,
                      const struct tree_attrs *attrs, struct error *err);

/* All is made. */
int tree_finish (struct tree_maker *m, struct error *err);

void tree_maker_free (struct tree_maker *m);

#define cleanup_tree_maker __attribute__ ((cleanup (tree_maker_free)))

#endif /* COMMON_TREE_MAKE_H */
