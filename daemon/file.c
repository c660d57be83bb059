/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "sysroot.h"

int
do_touch (struct call *call, const char *path)
{
    cleanup_fd int fd = sysroot_open (call, path, O_WRONLY | O_CREAT
                                      | O_NOCTTY | O_NONBLOCK, 0666);

    if (fd < 0)
        return -1;
    if (futimens (fd, NULL) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}
