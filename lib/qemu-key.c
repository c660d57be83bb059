/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a template of a virtual machine depends on. */

#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "io.h"
#include "qemu-arguments.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* A file that has the same place, size and time is the same. */
static void
put_file (FILE *fp, const char *path)
{
    struct stat st = { 0 };

    if (path && stat (path, &st) == 0)
        fprintf (fp, "%s %jx %ju %" PRId64 " %" PRId64 ".%09ld\n", path,
                 (uintmax_t) st.st_dev, (uintmax_t) st.st_ino,
                 (int64_t) st.st_size, (int64_t) st.st_mtim.tv_sec,
                 st.st_mtim.tv_nsec);
}

/* Processes of the guest are where they were in the template: a new one
 * after each boot of the host.
 */
static void
put_boot (FILE *fp)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *id = read_file_at (AT_FDCWD, BOOT_ID, 128, NULL,
                                          &ignored);

    fprintf (fp, "%s", id ? id : "");
}

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
    put_boot (fp);
    put_file (fp, m->hv);
    put_file (fp, m->files->kernel);
    put_file (fp, m->files->initrd);
    put_file (fp, m->files->root);
    put_arguments (fp, g, m);
    if (fclose (fp) != 0)
        out_of_memory ();
    return key;
}
