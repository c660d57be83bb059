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
     * the caller frees the appliance.  NULL: it is "auto".
     */
    int (*launch) (guestfs_h *g);

    /* Answer the daemon when it asks who it is for; NULL: it never does. */
    int (*send_setup) (guestfs_h *g);

    /* What set_hv stands for if it was not set; the caller frees it. */
    char *(*default_hv) (void);
};

extern const struct backend backend_auto;
extern const struct backend backend_direct;
extern const struct backend backend_uml;
extern const struct backend backend_process;

const struct backend *backend_default (void);

/* The one that runs or starts; before launch, the one that was asked for. */
const struct backend *backend_current (guestfs_h *g);

/* The settings that mean something to QEMU. */
struct backend_flags {
    const char *accelerator; /* "kvm" or "tcg" was forced; NULL: neither */
    bool gdb, no_template;
};

int backend_read_flags (guestfs_h *g, struct backend_flags *ret);

/* Warn of settings that mean nothing. */
void backend_warn_settings (guestfs_h *g);

/* The launch of "direct": with KVM if it is believed to work, else, or if that
 * was wrong, with TCG.
 */
int direct_launch (guestfs_h *g);

/* The launch of "auto": the first back end that works. */
int auto_launch (guestfs_h *g);

#endif /* LIB_BACKEND_H */
