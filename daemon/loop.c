/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loop devices. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include "cleanup.h"
#include "loop.h"
#include "memory.h"
#include "modules.h"

/* Somebody else may take the free one that we were told of. */
#define ATTEMPTS 8

int
loop_attach (int fd, const char *name, int readonly, char **ret_device,
             struct error *err)
{
    const struct loop_config config = {
        .fd = (unsigned) fd,
        .info.lo_flags = LO_FLAGS_AUTOCLEAR
                         | (readonly ? LO_FLAGS_READ_ONLY : 0),
    };
    cleanup_fd int control = -1;

    if (module_load ("loop", err) < 0)
        return -1;
    control = open ("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0)
        return fail (err, errno, "/dev/loop-control: %m");
    for (int i = 0; i < ATTEMPTS; i++) {
        int number = ioctl (control, LOOP_CTL_GET_FREE);
        cleanup_free char *device = xasprintf ("/dev/loop%d", number);
        cleanup_fd int loop = -1;

        if (number < 0)
            return fail (err, errno, "no loop device is free: %m");
        loop = open (device, (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
        if (loop >= 0 && ioctl (loop, LOOP_CONFIGURE, &config) == 0) {
            *ret_device = steal (&device);
            return steal_fd (&loop);
        }
        if (errno != EBUSY)
            return fail (err, errno, "%s: making a block device of it: %m",
                         name);
    }
    return fail (err, EBUSY, "no loop device is free");
}
