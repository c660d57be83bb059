/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The virtual machine that QEMU is asked for. */
#ifndef LIB_QEMU_ARGUMENTS_H
#define LIB_QEMU_ARGUMENTS_H

#include "appliance-files.h"
#include "block-nodes.h"
#include "hypervisor.h"

/* Our ends are elsewhere: these are QEMU's. */
struct qemu_sockets {
    int channel; /* to the daemon */
    int monitor; /* QMP; -1: not wanted */
    int network; /* frames, network.h; -1: none */
};

/* Where its memory is. */
enum qemu_memory {
    QEMU_MEMORY_OWN,      /* nobody else sees it */
    QEMU_MEMORY_TO_KEEP,  /* in a file, which it writes */
    QEMU_MEMORY_TEMPLATE, /* read from a file, until it is written */
};

struct qemu_machine {
    const struct hypervisor *hv;
    const struct appliance_files *files;
    const char *accelerator; /* "kvm" or "tcg" */
    const struct drive *root; /* a disk after all others; NULL: it is
                                 files->root, and by itself */
    enum qemu_memory memory;
    int memory_fd;           /* that file, or -1 */
    int state_fd;            /* of that template, to be read, or -1 */
    bool has_network;        /* a card, as its template then must have */
    struct qemu_sockets sockets;
};

/* Its memory, in MiB: what the handle says, or what it needs. */
int qemu_memory (guestfs_h *g);

/* Everything but what it boots, and what is particular to a handle. */
void qemu_add_machine (guestfs_h *g, struct start *start,
                       const struct qemu_machine *m);

/* What it boots. */
int qemu_check_kernel (guestfs_h *g, const struct qemu_machine *m);
void qemu_add_kernel (guestfs_h *g, struct start *start,
                      const struct qemu_machine *m);

/* Or rather: it waits to be told to load the state of one that has booted. */
void qemu_add_incoming (struct start *start);

/* The drives of the handle, in order; then the root, if it is a disk. */
int qemu_add_drives (guestfs_h *g, struct start *start,
                     const struct qemu_machine *m,
                     struct block_nodes *nodes);

/* A socket that listens where QEMU's option -s would, and QEMU's stub for gdb
 * behind it.
 */
int qemu_listen_for_gdb (int *ret, struct error *err);
void qemu_add_gdb (struct start *start, int fd);

/* All that a template depends on: two machines with the same text can be
 * copies of one.
 */
char *qemu_key (guestfs_h *g, const struct qemu_machine *m);

#endif /* LIB_QEMU_ARGUMENTS_H */
