/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The virtual machine that QEMU is asked for. */
#ifndef LIB_QEMU_ARGUMENTS_H
#define LIB_QEMU_ARGUMENTS_H

#include "appliance-files.h"
#include "block-nodes.h"

/* Our ends are elsewhere: these are QEMU's. */
struct qemu_sockets {
    int channel; /* to the daemon */
    int monitor; /* QMP; -1: not wanted */
};

struct qemu_machine {
    const struct appliance_files *files;
    const char *accelerator; /* "kvm" or "tcg" */
    struct qemu_sockets sockets;
};

/* Everything but what is particular to a handle: also the machine that a
 * template is made of has it.
 */
int qemu_add_machine (guestfs_h *g, struct start *start,
                      const struct qemu_machine *m);

/* What it boots. */
void qemu_add_kernel (guestfs_h *g, struct start *start,
                      const struct qemu_machine *m);

/* The drives of the handle, in order. */
int qemu_add_drives (guestfs_h *g, struct start *start,
                     struct block_nodes *nodes);

#endif /* LIB_QEMU_ARGUMENTS_H */
