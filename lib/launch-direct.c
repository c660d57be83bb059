/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The back end "direct": a virtual machine of QEMU's, confined by
 * guestfs-confine (appliance/), with real hardware virtualization where
 * there is any.
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

#include "appliance.h"
#include "backend.h"
#include "console.h"
#include "drive.h"
#include "launch.h"
#include "qemu-arguments.h"
#include "setup.h"

/* Targets on the SCSI bus, but for the one that is the bus itself. */
#define MAX_DISKS 255

static char *
default_hv (void)
{
    struct utsname host;

    return uname (&host) < 0 ? xstrdup ("")
                             : xasprintf ("/usr/bin/qemu-system-%s",
                                          host.machine);
}

#define ENTROPY_SIZE 64

/* What the daemon asks for when it is there. */
static int
send_setup (guestfs_h *g)
{
    cleanup_free char *buffer = xmalloc (SETUP_BUFFER_SIZE);
    cleanup_free char **labels = xcalloc (g->nr_drives + 1, sizeof *labels);
    char entropy[ENTROPY_SIZE], none[] = "";
    struct timespec now;
    wire_setup setup = {
        .entropy = { ENTROPY_SIZE, entropy },
        .verbose = g->verbose,
        .labels = { (u_int) g->nr_drives, labels },
    };
    ssize_t n;

    if (getrandom (entropy, sizeof entropy, 0) != sizeof entropy
        || clock_gettime (CLOCK_REALTIME, &now) < 0)
        return fail (&g->error, errno, "random numbers and the time: %m");
    setup.seconds = (uint64_t) now.tv_sec;
    setup.nanoseconds = (uint32_t) now.tv_nsec;
    for (size_t i = 0; i < g->nr_drives; i++)
        labels[i] = g->drives[i]->label ? g->drives[i]->label : none;
    n = setup_encode (buffer, &setup, &g->error);
    return n < 0 ? -1 : appliance_send (g, buffer, (size_t) n);
}

static int
check_possible (guestfs_h *g)
{
    if (g->network)
        return fail (&g->error, ENOTSUP, "the back end 'direct' has no "
                     "network yet: leave set_network off");
    return 0;
}

static int
start_machine (guestfs_h *g, const struct appliance_files *files,
               const char *hv, int channel, int console)
{
    cleanup_start struct start start = { 0 };
    cleanup_block_nodes struct block_nodes nodes = { 0 };
    const struct qemu_machine machine = {
        .files = files,
        .accelerator = "tcg",
        .sockets = { .channel = channel, .monitor = -1 },
    };

    start_init (&start, "qemu");
    start_option (&start, "--memory=%lld", (long long) g->memsize << 20);
    start_argument (&start, "%s", hv);
    if (qemu_add_machine (g, &start, &machine) < 0)
        return -1;
    qemu_add_kernel (g, &start, &machine);
    if (qemu_add_drives (g, &start, &nodes) < 0)
        return -1;
    return start_supervised (g, &start, console, &g->appliance->machine);
}

static int
launch (guestfs_h *g)
{
    cleanup_appliance_files struct appliance_files files
        = APPLIANCE_FILES_NONE;
    cleanup_free char *hv = g->hv ? xstrdup (g->hv) : default_hv ();
    cleanup_fd int ours = -1, channel = -1, console = -1;

    if (check_possible (g) < 0 || appliance_files_find (g, &files) < 0
        || socket_pair (&ours, &channel, &g->error) < 0
        || console_open (g, &console) < 0)
        return -1;
    for (size_t i = 0; i < g->nr_drives; i++)
        g->drives[i]->through_storage = true;
    g->appliance->transport = transport_new_socket (steal_fd (&ours));
    return start_machine (g, &files, hv, channel, console);
}

const struct backend backend_direct = {
    .name = "direct",
    .max_disks = MAX_DISKS,
    .launch = launch,
    .send_setup = send_setup,
    .default_hv = default_hv,
};
