/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of the guest in memory. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "download.h"
#include "impl.h"

int
memory_file_open (struct memory_file *file, struct error *err)
{
    file->fd = memfd_create ("guestfs-file", MFD_CLOEXEC);
    if (file->fd < 0)
        return fail (err, errno, "memfd_create: %m");
    snprintf (file->name, sizeof file->name, "/proc/self/fd/%d", file->fd);
    return 0;
}

void
memory_file_close (struct memory_file *file)
{
    close_fd (&file->fd);
}

char *
memory_file_read (struct memory_file *file, size_t *ret_size,
                  struct error *err)
{
    off_t size = lseek (file->fd, 0, SEEK_END);
    cleanup_free char *content = NULL;
    off_t done = 0;

    if (size < 0)
        return fail_null (err, errno, "lseek: %m");
    content = xmalloc ((size_t) size + 1);
    while (done < size) {
        ssize_t n = pread (file->fd, content + done, (size_t) (size - done),
                           done);

        if (n <= 0)
            return fail_null (err, n < 0 ? errno : EIO, "reading memory: %m");
        done += n;
    }
    content[size] = '\0';
    *ret_size = (size_t) size;
    return steal (&content);
}

char *
download_to_memory (guestfs_h *g, const char *path, size_t *ret_size)
{
    cleanup_memory_file struct memory_file file = { .fd = -1 };

    if (memory_file_open (&file, &g->error) < 0
        || impl_download (g, path, file.name) < 0)
        return NULL;
    return memory_file_read (&file, ret_size, &g->error);
}
