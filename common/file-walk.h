/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walking over a tree of files.  No symbolic link is followed. */
#ifndef COMMON_FILE_WALK_H
#define COMMON_FILE_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

#include "error.h"
#include "file-ahead.h"

struct walk_entry {
    const char *path; /* from the beginning of the walk: "a/b"; "" there */
    int dir;          /* the directory that it is in */
    const char *name; /* in there */
    int fd;           /* a regular file or a directory, open; else -1 */
    struct stat st;
    const char *target; /* of a symbolic link; else NULL */
    const char *data;   /* st_size bytes, if they have been read; or NULL */
};

struct file_walk {
    /* Called for each, for directories before what is in them.  -1: *err
     * says why the walk is over.
     */
    int (*visit) (void *opaque, const struct walk_entry *entry,
                  struct error *err);
    /* Called before an entry is opened: leave it out, and what is in it.
     * May be NULL.
     */
    bool (*skip) (void *opaque, const char *path);
    void *opaque;
    /* Opens many files at once; may be NULL.  If one can't be opened, those
     * before it are visited all the same.
     */
    struct file_ahead *ahead;
};

/* Walk over name in the directory dir, and if that is a directory all that
 * is in it, in the order of the names.  path is what it is called then.
 * Messages have the path from there on only: add the context.
 */
int file_walk (const struct file_walk *walk, int dir, const char *name,
               const char *path, struct error *err);

#endif /* COMMON_FILE_WALK_H */
