/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The content of compressed files. */
#ifndef DAEMON_UNPACKED_H
#define DAEMON_UNPACKED_H

#include "content.h"

/* content_read () of what a regular file holds once it is uncompressed by
 * one of the methods, names of compressions with NULL at the end.  A file
 * that none of them has made is read as it is.
 */
int unpacked_read (struct call *call, const char *path,
                   const char *const *methods, block_fn fn, void *opaque);

#endif /* DAEMON_UNPACKED_H */
