/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where files of a handle may be put. */
#ifndef LIB_DIRECTORIES_H
#define LIB_DIRECTORIES_H

#include "handle.h"

/* For temporary files; borrowed. */
const char *temporary_dir (guestfs_h *g);

/* Report that something could not be made there, and where it is full how
 * to choose another folder.  Returns -1.
 */
int fail_temporary (guestfs_h *g, int errnum, const char *what);

/* A new file in it that has no name, so that nothing stays behind whatever
 * happens.  Returns -1 with errno set.
 */
int open_temporary (guestfs_h *g);

#endif /* LIB_DIRECTORIES_H */
