/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removing a folder of our own with all that is in it. */

#include "config.h"

#include <ftw.h>
#include <stdio.h>

#include "remove-tree.h"

/* Folders that nftw (3) may have open. */
#define OPEN_FOLDERS 16

static int
remove_entry (const char *path, const struct stat *st, int type,
              struct FTW *ftw)
{
    (void) st;
    (void) type;
    (void) ftw;
    remove (path);
    return 0;
}

void
remove_tree (const char *folder)
{
    nftw (folder, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}
