/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that carry whole files over. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "calls.h"
#include "server.h"
#include "sysroot.h"

/* A device, or a path in the guest. */
static int
open_device_or_path (struct call *call, const char *name, int flags,
                     mode_t mode)
{
    int fd;

    if (!is_device_name (name))
        return sysroot_open (call, name, flags, mode);
    fd = open (name, (flags & ~O_CREAT) | O_CLOEXEC);
    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", name);
    return fd;
}

/* How much there is to send; -1 if that can't be known. */
static int64_t
size_of (int fd)
{
    struct stat st;
    off_t end;

    if (fstat (fd, &st) < 0)
        return -1;
    if (S_ISREG (st.st_mode))
        return st.st_size > 0 ? st.st_size : -1;
    if (!S_ISBLK (st.st_mode))
        return -1;
    end = lseek (fd, 0, SEEK_END);
    return lseek (fd, 0, SEEK_SET) == 0 ? end : -1;
}

int
do_download (struct call *call, const char *remotefilename)
{
    cleanup_fd int fd = open_device_or_path (call, remotefilename, O_RDONLY,
                                             0);

    if (fd < 0)
        return -1;
    return send_file_fd (call, fd, size_of (fd), remotefilename);
}
