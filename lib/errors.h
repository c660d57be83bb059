/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens when a call fails: the handler and the last error. */
#ifndef LIB_ERRORS_H
#define LIB_ERRORS_H

#include "handle.h"

void errors_init (guestfs_h *g);
void errors_free (guestfs_h *g);

/* The running call has failed with g->error: keep it as the last error and
 * tell the handler.  g->error is empty after.
 */
void report_error (guestfs_h *g, const char *call_name);

/* The handle whose out-of-memory handler this thread calls.  Returns the
 * one before.
 */
guestfs_h *set_memory_handle (guestfs_h *g);

#endif /* LIB_ERRORS_H */
