/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking through a directory and all that is below it.  Symbolic links
 * are not followed; only a few descriptors are open at a time, however deep
 * it goes, and memory is needed only for the names of subdirectories.
 */
#ifndef DAEMON_TREE_H
#define DAEMON_TREE_H

#include <dirent.h>

#include "daemon.h"

struct tree_entry {
    int dirfd;          /* the directory that holds it */
    const char *name;   /* in that directory */
    const char *path;   /* relative to where the walk began */
    unsigned char type; /* DT_* */
};

struct tree_visitor {
    /* Each entry, a directory before what is in it.  Returns 1 if it has
     * removed the entry: as that may make the file system lose its place,
     * the directory is read once more.
     */
    int (*entry) (void *opaque, const struct tree_entry *entry,
                  struct error *err);
    /* Each directory after what is in it; may be NULL. */
    int (*leave) (void *opaque, const struct tree_entry *entry,
                  struct error *err);
    /* Fail with EBUSY where another file system is mounted. */
    bool one_mount;
};

/* take_fd is the directory where it begins, open for reading; top its name
 * in error messages.
 */
int tree_walk (int take_fd, const char *top,
               const struct tree_visitor *visitor, void *opaque,
               struct error *err);

/* Open a directory, not through a symbolic link, and if one_mount not if
 * another file system is mounted on it (EXDEV); errno is set.
 */
int open_subdirectory (int dirfd, const char *name, bool one_mount);

#endif /* DAEMON_TREE_H */
