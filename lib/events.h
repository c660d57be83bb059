/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling the program what happens. */
#ifndef LIB_EVENTS_H
#define LIB_EVENTS_H

#include "handle.h"

/* Call everybody who asked for this event (one GUESTFS_EVENT_*).  A text
 * that nobody asked for goes to stderr, if the handle's settings say so.
 */
void event_send (guestfs_h *g, uint64_t event, const char *buf,
                 size_t buf_len, const uint64_t *array, size_t array_len);

/* Has anybody asked for it? */
bool event_is_wanted (const guestfs_h *g, uint64_t event);

void events_free (guestfs_h *g);

#endif /* LIB_EVENTS_H */
