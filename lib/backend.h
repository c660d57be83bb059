/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Back ends: what an appliance can run on.  One file each, launch-*.c. */
#ifndef LIB_BACKEND_H
#define LIB_BACKEND_H

#include "handle.h"

struct backend {
    const char *name;

    /* The most drives that a handle may have. */
    int max_disks;

    /* Start the appliance: fills in g->appliance (which exists), its
     * transport included.  The daemon need not have answered.  On failure
     * the caller frees the appliance.
     */
    int (*launch) (guestfs_h *g);

    /* Answer the daemon when it asks who it is for; NULL: it never does. */
    int (*send_setup) (guestfs_h *g);

    /* What set_hv stands for if it was not set; the caller frees it. */
    char *(*default_hv) (void);
};

extern const struct backend backend_direct;
extern const struct backend backend_uml;
extern const struct backend backend_process;

const struct backend *backend_default (void);

#endif /* LIB_BACKEND_H */
