/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that a virtual machine of QEMU's boots from. */
#ifndef LIB_APPLIANCE_FILES_H
#define LIB_APPLIANCE_FILES_H

#include "handle.h"

struct appliance_files {
    char *kernel, *initrd, *root; /* root: NULL if all is in the initrd */
    int kernel_fd, initrd_fd, root_fd; /* open, so that they stay */
    char *folder;    /* of a fixed appliance; NULL: it is none */
    char *root_uuid; /* of the original's: the file system to be the root;
                        NULL: it is one of ours, which knows its root, and
                        can be a template */
};

#define APPLIANCE_FILES_NONE \
    ((struct appliance_files) { .kernel_fd = -1, .initrd_fd = -1, \
                                .root_fd = -1 })

/* Those in the handle's path, if there are any; else those that were made
 * of the host's own files, which are made if they don't exist or a file has
 * changed.
 */
int appliance_files_find (guestfs_h *g, struct appliance_files *ret);

void appliance_files_free (struct appliance_files *f);

#define cleanup_appliance_files \
    __attribute__ ((cleanup (appliance_files_free)))

#endif /* LIB_APPLIANCE_FILES_H */
