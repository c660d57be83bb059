/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network for the appliance, if the program asked for one. */

#include "config.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance.h"
#include "network.h"
#include "supervised.h"

/* No datagrams: whoever has taken over the appliance could send those to
 * other sockets, too.
 */
static int
frame_sockets (int *ours, int *theirs, struct error *err)
{
    int fds[2];

    if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return fail (err, errno, "socketpair: %m");
    *ours = fds[0];
    *theirs = fds[1];
    if (above_stdio (ours, err) < 0 || above_stdio (theirs, err) < 0)
        return -1;
    return 0;
}

/* Said here, where it can be said what to do about it. */
static int
check_program (const char *path, struct error *err)
{
    if (access (path, X_OK) == 0)
        return 0;
    return fail (err, ENOTSUP, "no network for the appliance: %s, which "
                 "connects it, can't be run (%s); install it, or leave "
                 "set_network off", path, errno_to_name (errno));
}

int
network_start (guestfs_h *g, int console, int *ret_fd)
{
    cleanup_free char *program = helper_path ("guestfs-network");
    cleanup_start struct start start = { 0 };
    cleanup_fd int kernel = -1, network = -1;

    if (check_program (program, &g->error) < 0
        || frame_sockets (&kernel, &network, &g->error) < 0)
        return -1;
    start_init (&start, "network");
    start_keep (&start, network);
    start_argument (&start, "%s", program);
    start_argument (&start, "%d", network);
    if (start_supervised (g, &start, console, &g->appliance->network) < 0)
        return -1;
    *ret_fd = steal_fd (&kernel);
    return 0;
}
