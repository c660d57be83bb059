/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of the guest in memory, for calls that return what they hold. */
#ifndef LIB_DOWNLOAD_H
#define LIB_DOWNLOAD_H

#include "handle.h"

/* Memory that can be given to calls as a local file. */
struct memory_file {
    int fd;
    char name[32]; /* /proc/self/fd/N */
};

int memory_file_open (struct memory_file *file, struct error *err);
void memory_file_close (struct memory_file *file);

#define cleanup_memory_file __attribute__ ((cleanup (memory_file_close)))

/* All of it, with a NUL after the end; its size goes to *ret_size. */
char *memory_file_read (struct memory_file *file, size_t *ret_size,
                        struct error *err);

/* What a file in the guest holds, likewise. */
char *download_to_memory (guestfs_h *g, const char *path, size_t *ret_size);

#endif /* LIB_DOWNLOAD_H */
