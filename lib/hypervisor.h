/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The QEMU that is run: the host's own, or one that the user has (set_hv). */
#ifndef LIB_HYPERVISOR_H
#define LIB_HYPERVISOR_H

#include "handle.h"
#include "qemu-features.h"

struct hypervisor {
    char *path;     /* absolute */
    bool script;    /* what it starts in the end is not known */
    bool foreign;   /* that, or no program of the host's packages: what
                       belongs to it may be anywhere */
    struct qemu_features features;
};

/* Find it, as the shell would, and ask it what it can do, unless that is
 * known from another time.  Errors say what is wrong with it.
 */
int hypervisor_find (guestfs_h *g, const char *name, struct hypervisor *ret);

/* Was it built with this accelerator, "kvm" or "tcg"?  If not, the phrase
 * *ret_why, which the caller frees, says so.
 */
bool hypervisor_has (const struct hypervisor *h, const char *accelerator,
                     char **ret_why);

void hypervisor_free (struct hypervisor *h);

#define cleanup_hypervisor __attribute__ ((cleanup (hypervisor_free)))

#endif /* LIB_HYPERVISOR_H */
