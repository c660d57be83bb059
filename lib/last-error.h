/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last error of a handle, which each thread has its own of: threads
 * that share a handle don't see each other's.
 */
#ifndef LIB_LAST_ERROR_H
#define LIB_LAST_ERROR_H

#include "handle.h"

/* Keep *error as the last one of this thread; it becomes empty. */
void last_error_set (guestfs_h *g, struct error *error);

/* This thread's, or NULL if no call of it has failed. */
const struct error *last_error_get (guestfs_h *g);

/* Free what all threads have. */
void last_errors_free (guestfs_h *g);

#endif /* LIB_LAST_ERROR_H */
