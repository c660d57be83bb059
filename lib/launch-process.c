/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The back end "process", for the project's own tests: the daemon as an
 * ordinary process on a socket, so that sanitizers and debuggers can look
 * at it.  There is no machine, no confinement and no drive: the guest's
 * root is a folder.
 *
 * Only set_backend chooses it, and only if LIBGUESTFS_PROCESS_ROOT names
 * the folder.
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "appliance.h"
#include "backend.h"
#include "supervised.h"

static int
launch (guestfs_h *g)
{
    cleanup_fd int ours = -1, theirs = -1;
    cleanup_start struct start start = { 0 };
    const char *root = secure_getenv ("LIBGUESTFS_PROCESS_ROOT");

    if (!root)
        return fail (&g->error, EINVAL, "the back end 'process' is for tests:"
                     " LIBGUESTFS_PROCESS_ROOT must name a folder");
    if (g->nr_drives > 0)
        return fail (&g->error, ENOTSUP, "the back end 'process' has no "
                     "drives");
    if (socket_pair (&ours, &theirs, &g->error) < 0)
        return -1;
    strings_add_take (&start.argv, helper_path ("guestfsd"));
    start_option (&start, "--channel=fd:%d", theirs);
    start_option (&start, "--sysroot=%s", root);
    if (g->verbose)
        start_option (&start, "--verbose");
    start_inherit (&start, theirs);
    if (start_plainly (g, &start, &g->appliance->machine) < 0)
        return -1;
    g->appliance->transport = transport_new_socket (steal_fd (&ours));
    return 0;
}

static char *
default_hv (void)
{
    return helper_path ("guestfsd");
}

const struct backend backend_process = {
    .name = "process",
    .max_disks = 0,
    .launch = launch,
    .default_hv = default_hv,
};
