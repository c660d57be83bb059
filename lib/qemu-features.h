/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a QEMU can do, as it says itself: its builders leave things out, and
 * a wrapper (set_hv) may start anything.
 */
#ifndef LIB_QEMU_FEATURES_H
#define LIB_QEMU_FEATURES_H

#include <stdbool.h>

#include "error.h"

enum qemu_feature {
    QEMU_SANDBOX,   /* a filter of its own, which the host allows */
    QEMU_KVM,       /* as far as QEMU is concerned: see kvm.h */
    QEMU_TCG,
    QEMU_TEMPLATES, /* a state without the memory that is in a file */
    QEMU_DISK_BUS,
    QEMU_DISK,
    QEMU_ROOT_DISK,
    QEMU_CHANNEL_BUS,
    QEMU_CHANNEL,
    QEMU_NETWORK_CARD,
    N_QEMU_FEATURES
};

struct qemu_features {
    char *version; /* "7.2.22" */
    char *target;  /* the architecture that it emulates: "x86_64" */
    bool has[N_QEMU_FEATURES];
    bool fleeting; /* it depends on where it was asked: not to be kept */
};

/* Ask the program at this path.  ENOEXEC if it is no QEMU, ENOTSUP if it is
 * too old to be asked, ETIMEDOUT if it does not end; all name the path.
 */
int qemu_features_ask (const char *path, struct qemu_features *ret,
                       struct error *err);

/* Is it one that can run an appliance?  ENOTSUP if it is not. */
int qemu_features_check (const char *path, const struct qemu_features *f,
                         struct error *err);

/* The same as text, lines without an end of the last one; and back again, -1
 * if it is no such text.
 */
char *qemu_features_write (const struct qemu_features *f);
int qemu_features_read (const char *text, struct qemu_features *ret);

void qemu_features_free (struct qemu_features *f);

#define cleanup_qemu_features __attribute__ ((cleanup (qemu_features_free)))

#endif /* LIB_QEMU_FEATURES_H */
