/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a template of a virtual machine depends on. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "file-key.h"
#include "qemu-arguments.h"

/* The arguments, with descriptors that are the same each time. */
static void
put_arguments (FILE *fp, guestfs_h *g, const struct qemu_machine *m)
{
    struct appliance_files files = *m->files;
    struct qemu_machine same = *m;
    cleanup_start struct start start = { 0 };

    files.kernel_fd = files.initrd_fd = files.root_fd = -1;
    same.files = &files;
    same.memory = QEMU_MEMORY_OWN;
    same.sockets = (struct qemu_sockets) { -1, -1, -1 };
    qemu_add_machine (g, &start, &same);
    qemu_add_kernel (g, &start, &same);
    for (size_t i = 0; i < start.program.count; i++)
        fprintf (fp, "%s\n", start.program.item[i]);
}

char *
qemu_key (guestfs_h *g, const struct qemu_machine *m)
{
    char *key = NULL;
    size_t size;
    FILE *fp = open_memstream (&key, &size);

    if (!fp)
        out_of_memory ();
    fprintf (fp, "libguestfs %s\n", GUESTFS_VERSION);
    /* Processes of the guest are where they were in the template: a new one
     * after each boot of the host.
     */
    key_put_boot (fp);
    key_put_file (fp, m->hv->path);
    key_put_file (fp, m->files->kernel);
    key_put_file (fp, m->files->initrd);
    key_put_file (fp, m->files->root);
    put_arguments (fp, g, m);
    if (fclose (fp) != 0)
        out_of_memory ();
    return key;
}
