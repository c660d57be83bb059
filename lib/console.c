/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the appliance prints. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "appliance.h"
#include "console.h"

int
console_open (guestfs_h *g, int *ret)
{
    struct appliance *a = g->appliance;

    if (g->direct) {
        *ret = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        if (*ret < 0)
            return fail (&g->error, errno, "the console on stdout: %m");
        return 0;
    }
    if (socket_pair (&a->console, ret, &g->error) < 0)
        return -1;
    if (fcntl (a->console, F_SETFL, O_NONBLOCK) < 0)
        return fail (&g->error, errno, "fcntl: %m");
    return 0;
}
