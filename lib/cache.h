/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept from one launch to the next, in a folder that all handles of
 * one user share.
 */
#ifndef LIB_CACHE_H
#define LIB_CACHE_H

#include "handle.h"

/* The folder, in the handle's cache directory; it is made if it is not
 * there.  EPERM if it is somebody else's, or others may write to it: what
 * is in it will be executed.
 */
char *cache_folder (guestfs_h *g);

/* A small file in there: what is known, and the key that it depends on, lines
 * of text.  NULL if the file has another key, or there is none.
 */
char *cache_read (const char *path, const char *key);

/* If it can't be kept, so be it. */
void cache_write (const char *path, const char *key, const char *text);

#endif /* LIB_CACHE_H */
