/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening what is called a file in the guest. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include "regular-file.h"
#include "sysroot.h"

int
open_regular (struct call *call, const char *path, int flags, mode_t mode)
{
    cleanup_fd int fd = sysroot_open (call, path,
                                      flags | O_NONBLOCK | O_NOCTTY, mode);
    struct stat st;

    if (fd < 0 && call->err.errnum == ENXIO)
        return fail (&call->err, EINVAL, "%s: not a regular file", path);
    if (fd < 0)
        return -1;
    if (fstat (fd, &st) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    if (S_ISDIR (st.st_mode))
        return fail (&call->err, EISDIR, "%s: %m", path);
    if (!S_ISREG (st.st_mode))
        return fail (&call->err, EINVAL, "%s: not a regular file", path);
    return steal_fd (&fd);
}

int
create_regular (struct call *call, const char *path)
{
    return open_regular (call, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
}
