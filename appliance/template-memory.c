/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-template-memory.so: lets QEMU start from the memory of a template
 * that it must not write.  QEMU maps that file privately, and so never
 * writes to it; but until version 8.2 it opens the file for writing all the
 * same, which it may not do here.  Loaded into QEMU (LD_PRELOAD), this opens
 * it for reading only.
 *
 * It protects nothing: that is the work of the mounts and of Landlock.
 */

#include "config.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))

/* The name that QEMU opens it by, as guestfs-confine says. */
#define VARIABLE "GUESTFS_TEMPLATE_MEMORY"

static int
open_file (const char *path, int flags, mode_t mode)
{
    const char *memory = getenv (VARIABLE);

    if (memory && strcmp (path, memory) == 0)
        flags = (flags & ~O_ACCMODE) | O_RDONLY;
    return (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
}

EXPORT int
open64 (const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list args;

    if (flags & (O_CREAT | __O_TMPFILE)) {
        va_start (args, flags);
        mode = va_arg (args, mode_t);
        va_end (args);
    }
    return open_file (path, flags, mode);
}

/* What the C library's header makes of a call without a mode. */
EXPORT int __open64_2 (const char *path, int flags);

EXPORT int
__open64_2 (const char *path, int flags)
{
    return open_file (path, flags, 0);
}
