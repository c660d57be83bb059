/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Templates: virtual machines that have booted, and wait to be told who they
 * are for (wire_setup).  Starting from a copy of one takes a tenth of the
 * time that booting takes.
 *
 * A template is a folder in the cache: "memory", the machine's, which copies
 * share as long as they don't write to it; "state", all else that QEMU
 * knows of it; "key", what it was made of.
 */
#ifndef LIB_TEMPLATE_H
#define LIB_TEMPLATE_H

#include "handle.h"

struct template {
    char *folder;
    int memory, state; /* open files; -1: none */
};

#define TEMPLATE_NONE ((struct template) { .memory = -1, .state = -1 })

/* Is there one of this key?  Returns 1 and opens it, or 0; a damaged one is
 * removed.
 */
int template_find (guestfs_h *g, const char *key, struct template *ret);

/* Only one process makes templates at a time: wait for the others, but not
 * for ever.  What is returned is closed to let them.
 */
int template_lock (guestfs_h *g);

/* Begin with one: memory of this size, in bytes, and no state.  Nobody else
 * sees it.
 */
int template_begin (guestfs_h *g, int64_t size, struct template *ret);

/* It is complete: publish it, and remove what nobody needs any more. */
int template_publish (guestfs_h *g, struct template *t, const char *key);

/* Remove it for good. */
void template_remove (struct template *t);

/* Close it.  One that was not published is removed. */
void template_free (struct template *t);

#define cleanup_template __attribute__ ((cleanup (template_free)))

#endif /* LIB_TEMPLATE_H */
