/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The back end "uml": a User Mode Linux kernel, confined by guestfs-confine
 * (appliance/), with the host's own tools as its root.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance.h"
#include "backend.h"
#include "console.h"
#include "drive.h"
#include "drive-name.h"
#include "io.h"
#include "launch.h"
#include "network.h"
#include "storage.h"

#define DEFAULT_KERNEL "/usr/bin/linux.uml"

/* The kernel's own driver has 16 devices; what is more goes through the
 * storage daemon, of whose kind 40 work.
 */
#define MAX_UBD_DISKS 16
#define MAX_DISKS 40

static char *
default_hv (void)
{
    return xstrdup (DEFAULT_KERNEL);
}

/* The child's ends of what connects us; closed here after the start. */
struct ends {
    int doorbell, memory, console;
    int network; /* or -1 */
    void *map; /* the memory, mapped here, until the transport takes it */
};

static void
ends_close (struct ends *e)
{
    close_fd (&e->doorbell);
    close_fd (&e->memory);
    close_fd (&e->console);
    close_fd (&e->network);
    if (e->map)
        munmap (e->map, TRANSPORT_RING_SIZE);
}

#define cleanup_ends __attribute__ ((cleanup (ends_close)))

/* The guest must not be able to make it smaller under us: sealed. */
static int
make_memory (struct ends *e, struct error *err)
{
    e->memory = memfd_create ("guestfs-rings",
                              MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (e->memory < 0)
        return fail (err, errno, "memfd_create: %m");
    if (above_stdio (&e->memory, err) < 0)
        return -1;
    if (set_file_size (e->memory, TRANSPORT_RING_SIZE) < 0
        || fcntl (e->memory, F_ADD_SEALS,
                  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        return fail (err, errno, "memory of %d bytes for the channel: %m",
                     TRANSPORT_RING_SIZE);
    e->map = mmap (NULL, TRANSPORT_RING_SIZE, PROT_READ | PROT_WRITE,
                   MAP_SHARED, e->memory, 0);
    if (e->map == MAP_FAILED) {
        e->map = NULL;
        return fail (err, errno, "mapping the channel's memory: %m");
    }
    return 0;
}

static int
make_channel (guestfs_h *g, struct ends *e)
{
    int ours = -1;

    if (make_memory (e, &g->error) < 0
        || socket_pair (&ours, &e->doorbell, &g->error) < 0) {
        close_fd (&ours);
        return -1;
    }
    g->appliance->transport = transport_new_ring (RING_END_LIBRARY,
                                                  steal (&e->map), ours,
                                                  &g->error);
    return g->appliance->transport ? 0 : -1;
}

/* Which drives the kernel reads by itself, and which go another way. */
static void
assign_drives (guestfs_h *g)
{
    size_t direct = 0;

    for (size_t i = 0; i < g->nr_drives; i++) {
        struct drive *d = g->drives[i];

        d->through_storage = storage_is_needed (d)
                             || direct == MAX_UBD_DISKS;
        direct += !d->through_storage;
    }
}

/* The kernel's part that is always the same.  What the blacklisted
 * functions would do takes longer than the rest of the boot: benchmarking
 * RAID6 algorithms, and setting up zswap and terminals that nobody uses.
 * lpj saves measuring the speed of a loop that UML never runs.
 */
static const char *const fixed_arguments[] = {
    "con=null",
    "con0=null,fd:1",
    "uml_dir=/run/",
    "quiet",
    "noreboot",
    "apparmor=0",
    "lpj=30760960",
    "pty.legacy_count=0",
    "initcall_blacklist=raid6_select_algo,init_zswap,strp_dev_init,ssl_init",
    "root=none",
    "rootfstype=hostfs",
    "rootflags=/",
    "ro",
    "init=/init",
};

/* d: never look for a COW header; c: no lock of its own; t: no discards. */
static void
add_ubd (struct start *start, const struct drive *d, size_t number)
{
    bool discard = d->discard && strcmp (d->discard, "disable") != 0
                   && !d->readonly;

    if (d->overlay >= 0)
        start_keep_overlay (start, d->fd, d->overlay);
    else
        start_keep_disk (start, d->fd, false);
    start_argument (start, "ubd%zudc%s=/proc/self/fd/%d", number,
                    discard ? "" : "t", d->fd);
}

static void
add_virtio (struct start *start, const struct storage_disk *disk)
{
    start_listen (start, disk->socket);
    start_argument (start, "virtio_uml.device=" SOCKET_IN_VIEW ":2",
                    disk->socket);
}

/* The drives; the daemon is told the kernel's names of them, in order, each
 * with its label, if it has one, after a colon.
 */
static void
add_drives (guestfs_h *g, struct start *start, const struct storage *s)
{
    size_t ubd = 0, virtio = 0;
    cleanup_free char *disks = xstrdup ("");

    for (size_t i = 0; i < g->nr_drives; i++) {
        const struct drive *d = g->drives[i];
        bool through_storage = d->through_storage;
        char letters[DRIVE_NAME_SIZE], *longer;

        drive_name (through_storage ? virtio : ubd, letters);
        if (through_storage)
            add_virtio (start, &s->disks[virtio++]);
        else
            add_ubd (start, d, ubd++);
        longer = xasprintf ("%s%s%s%s%s%s", disks, i ? "," : "",
                            through_storage ? "vd" : "ubd", letters,
                            d->label ? ":" : "", d->label ? d->label : "");
        free (disks);
        disks = longer;
    }
    start_argument (start, "guestfs_disks=%s", disks);
}

/* A frame is a message, and each goes alone (vec=0): sending several with
 * one system call would wait for more of them to come.
 */
static void
add_network (struct start *start, const struct ends *e)
{
    if (e->network < 0)
        return;
    start_keep (start, e->network);
    start_argument (start, "vec0:transport=fd,fd=%d,vec=0", e->network);
    start_argument (start, "%s", NETWORK_ARGUMENT);
}

static void
add_arguments (guestfs_h *g, struct start *start, const struct ends *e,
               const struct storage *s)
{
    cleanup_free char *daemon = helper_path ("guestfsd");

    start_option (start, "--daemon=%s", daemon);
    start_option (start, "--memory=%lld", (long long) g->memsize << 20);
    start_keep (start, e->doorbell);
    start_keep (start, e->memory);
    start_argument (start, "%s", g->hv ? g->hv : DEFAULT_KERNEL);
    start_argument (start, "mem=%dM", g->memsize);
    for (size_t i = 0; i < sizeof fixed_arguments / sizeof *fixed_arguments;
         i++)
        start_argument (start, "%s", fixed_arguments[i]);
    start_argument (start, "con1=fd:%d,fd:%d", e->doorbell, e->doorbell);
    start_argument (start, "iomem=mmapper,/proc/self/fd/%d", e->memory);
    add_drives (g, start, s);
    add_network (start, e);
    start_argument (start, g->selinux ? "selinux=1" : "selinux=0");
    start_argument (start, "enforcing=0");
    if (g->verbose)
        start_argument (start, "guestfs_verbose=1");
    if (g->append)
        start_argument (start, "%s", g->append);
}

static int
check_possible (guestfs_h *g)
{
    struct stat st;

    if (g->hv && stat (g->hv, &st) == 0 && !S_ISREG (st.st_mode))
        return fail (&g->error, ENOEXEC, "%s: not a program", g->hv);
    if (g->hv_params.count > 0)
        return fail (&g->error, ENOTSUP, "%s: parameters for QEMU have no "
                     "meaning for the back end 'uml'", g->hv_params.item[0]);
    return 0;
}

/* The kernel's sockets are made where only it sees them.  Once they listen,
 * the daemon behind them starts while the kernel boots.
 */
static int
start_storage (guestfs_h *g, struct storage *s, const struct ends *e)
{
    struct appliance *a = g->appliance;

    if (s->count == 0)
        return 0;
    while (!a->machine.listening)
        if (appliance_wait (g, 0, g->launch_timeout_ms) < 0)
            return -1;
    return storage_start (g, s, e->console, &a->storage);
}

static int
launch (guestfs_h *g)
{
    cleanup_ends struct ends e = { -1, -1, -1, -1, NULL };
    cleanup_storage struct storage s = { 0 };
    cleanup_start struct start start = { 0 };

    if (check_possible (g) < 0)
        return -1;
    assign_drives (g);
    if (make_channel (g, &e) < 0 || console_open (g, &e.console) < 0
        || storage_prepare (g, &s) < 0
        || (g->network && network_start (g, e.console, &e.network) < 0))
        return -1;
    start_init (&start, "uml");
    add_arguments (g, &start, &e, &s);
    if (start_supervised (g, &start, e.console, &g->appliance->machine) < 0)
        return -1;
    return start_storage (g, &s, &e);
}

const struct backend backend_uml = {
    .name = "uml",
    .max_disks = MAX_DISKS,
    .launch = launch,
    .default_hv = default_hv,
};
