/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nodes of QEMU's block layer that a drive is made of: its image, the
 * backing files below it, and what is written to if it is read-only.  The
 * emulator and qemu-storage-daemon take them as the same arguments.
 */
#ifndef LIB_BLOCK_NODES_H
#define LIB_BLOCK_NODES_H

#include "drive.h"
#include "json.h"
#include "supervised.h"

struct block_nodes {
    int *files; /* backing files that were opened */
    size_t nr_files;
};

/* Add the nodes of a drive, whose format is known, to what is started;
 * *ret_top is the name of the one that is the whole drive.  The files stay
 * open until block_nodes_free.
 */
int block_nodes_add (guestfs_h *g, struct start *start,
                     struct block_nodes *n, const struct drive *d,
                     size_t number, char **ret_top);

void block_nodes_free (struct block_nodes *n);

/* What all nodes of a drive's images have in common: whether and how they
 * are written to.
 */
json_t *block_node_options (const struct drive *d, bool readonly);

#define cleanup_block_nodes __attribute__ ((cleanup (block_nodes_free)))

#endif /* LIB_BLOCK_NODES_H */
