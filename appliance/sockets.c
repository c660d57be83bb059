/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets that the program connects to.  They get their names here, in
 * a file system that nobody else sees and that goes with the program, so
 * that there is never a name that could be left behind.
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "confine.h"

int
listen_in_view (const struct plan *plan, struct error *err)
{
    for (size_t i = 0; i < plan->n_listen; i++) {
        struct sockaddr_un addr = { .sun_family = AF_UNIX };
        int fd = plan->listen[i];

        snprintf (addr.sun_path, sizeof addr.sun_path, "/run/disk-%d", fd);
        if (bind (fd, (struct sockaddr *) &addr, sizeof addr) < 0
            || listen (fd, 1) < 0)
            return fail (err, errno, "%s: a socket in the appliance's view: "
                         "%m", addr.sun_path);
    }
    return 0;
}
