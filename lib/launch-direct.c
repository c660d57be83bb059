/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The back end "direct": a virtual machine of QEMU's, confined by
 * guestfs-confine (appliance/), with real hardware virtualization where
 * there is any.
 */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

#include "appliance.h"
#include "backend.h"
#include "console.h"
#include "drive.h"
#include "kvm.h"
#include "launch.h"
#include "network.h"
#include "overlay.h"
#include "qemu-arguments.h"
#include "qmp.h"
#include "setup.h"
#include "template.h"

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

/* How often to ask whether a state has been saved. */
#define SAVE_INTERVAL_MS 2

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
        .network = g->network,
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
    if (n < 0 || appliance_send (g, buffer, (size_t) n) < 0)
        return -1;
    g->appliance->setup_sent = true;
    return 0;
}

/* KVM if it works, unless something else was forced or chosen before. */
static int
choose_accelerator (guestfs_h *g, const char *forced,
                    const struct hypervisor *hv, const char **ret)
{
    cleanup_free char *why = NULL, *lacks = NULL;
    bool works;

    if (!g->accelerator && (!forced || strcmp (forced, "kvm") == 0)) {
        works = hypervisor_has (hv, "kvm", &why) && kvm_works (g, &why);
        if (forced && !works)
            return fail (&g->error, ENODEV, "%s, and the setting force_kvm "
                         "asks for it", why);
        g->accelerator = works ? "kvm" : "tcg";
        debug (g, "launch: QEMU with %s: %s", g->accelerator, why);
    }
    *ret = g->accelerator ? g->accelerator : forced;
    if (hypervisor_has (hv, *ret, &lacks))
        return 0;
    return fail (&g->error, ENOTSUP, "%s%s%s", why ? why : "",
                 why ? ", and " : "", lacks);
}

/* The machine of one launch, and what it needs until it runs. */
struct machine {
    struct qemu_machine qemu;
    struct hypervisor hv;
    struct appliance_files files;
    struct drive root; /* a disk, if that is what the appliance expects */
    struct template template;
    int channel, monitor, console; /* its ends, closed after the start */
    int network;
    int gdb; /* where gdb connects, or -1 */
    bool no_template;
    struct qmp qmp;
};

static void
machine_free (struct machine *m)
{
    close_fd (&m->channel);
    close_fd (&m->monitor);
    close_fd (&m->console);
    close_fd (&m->network);
    close_fd (&m->gdb);
    qmp_close (&m->qmp);
    close_fd (&m->root.overlay);
    template_free (&m->template);
    appliance_files_free (&m->files);
    hypervisor_free (&m->hv);
}

#define cleanup_machine __attribute__ ((cleanup (machine_free)))

static int
find_hypervisor (guestfs_h *g, struct hypervisor *ret)
{
    cleanup_free char *name = g->hv ? xstrdup (g->hv) : default_hv ();

    return hypervisor_find (g, name, ret);
}

static int
machine_init (guestfs_h *g, struct machine *m)
{
    struct backend_flags flags;

    *m = (struct machine) {
        .files = APPLIANCE_FILES_NONE,
        .root = { .fd = -1, .overlay = -1 },
        .template = TEMPLATE_NONE,
        .channel = -1,
        .monitor = -1,
        .console = -1,
        .network = -1,
        .gdb = -1,
        .qmp = QMP_NONE,
    };
    m->qemu = (struct qemu_machine) {
        .hv = &m->hv,
        .files = &m->files,
        .memory_fd = -1,
        .state_fd = -1,
        .has_network = g->network,
    };
    if (find_hypervisor (g, &m->hv) < 0
        || backend_read_flags (g, &flags) < 0
        || (flags.gdb && qemu_listen_for_gdb (&m->gdb, &g->error) < 0))
        return -1;
    /* A script may start another QEMU each time, or with other arguments than
     * ours.
     */
    m->no_template = flags.no_template || m->hv.script
                     || !m->hv.features.has[QEMU_TEMPLATES];
    return choose_accelerator (g, flags.accelerator, &m->hv,
                               &m->qemu.accelerator);
}

/* A new appliance, connected to a machine that is about to start. */
static int
connect_machine (guestfs_h *g, struct machine *m, int *ret_monitor)
{
    cleanup_fd int channel = -1;

    close_fd (&m->channel);
    close_fd (&m->monitor);
    close_fd (&m->console);
    close_fd (&m->network);
    qmp_close (&m->qmp);
    appliance_free (g->appliance);
    g->appliance = appliance_new ();
    if (m->files.folder)
        g->appliance->origin = xasprintf ("the fixed appliance in %s",
                                          m->files.folder);
    if (socket_pair (&channel, &m->channel, &g->error) < 0
        || socket_pair (ret_monitor, &m->monitor, &g->error) < 0
        || console_open (g, &m->console) < 0
        || (g->network && network_start (g, m->console, &m->network) < 0))
        return -1;
    g->appliance->transport = transport_new_socket (steal_fd (&channel));
    m->qemu.sockets = (struct qemu_sockets) { m->channel, m->monitor,
                                              m->network };
    return 0;
}

/* How guestfs-confine confines it. */
static const char *
profile_of (const struct machine *m)
{
    if (m->hv.foreign)
        return "qemu-foreign";
    return strcmp (m->qemu.accelerator, "kvm") == 0 ? "kvm" : "qemu";
}

/* With the kernel, or the state that the template's had; the drives are the
 * handle's, or none for a template.  To make the appliance, or a template, may
 * have taken long.
 */
static int
start_machine (guestfs_h *g, struct machine *m, bool with_kernel,
               bool with_drives)
{
    cleanup_start struct start start = { 0 };
    cleanup_block_nodes struct block_nodes nodes = { 0 };
    cleanup_fd int monitor = -1;

    if ((with_kernel && qemu_check_kernel (g, &m->qemu) < 0)
        || (with_drives && drives_renew (g) < 0)
        || connect_machine (g, m, &monitor) < 0)
        return -1;
    start_init (&start, profile_of (m));
    qemu_add_machine (g, &start, &m->qemu);
    if (with_kernel)
        qemu_add_kernel (g, &start, &m->qemu);
    else
        qemu_add_incoming (&start);
    if (with_drives && qemu_add_drives (g, &start, &m->qemu, &nodes) < 0)
        return -1;
    if (with_drives && m->gdb >= 0)
        qemu_add_gdb (&start, m->gdb);
    if (start_supervised (g, &start, m->console,
                          &g->appliance->machine) < 0)
        return -1;
    return qmp_open (g, &m->qmp, steal_fd (&monitor));
}

/* The memory is in a file already: it is not part of the state. */
static int
leave_memory_out (guestfs_h *g, struct machine *m)
{
    json_t *capabilities = json_pack ("{s:[{s:s,s:b}]}", "capabilities",
                                      "capability", "x-ignore-shared",
                                      "state", 1);

    return qmp_command (g, &m->qmp, "migrate-set-capabilities", capabilities,
                        NULL);
}

static int
migrate (guestfs_h *g, struct machine *m, const char *command,
         const char *fdname)
{
    cleanup_free char *uri = xasprintf ("fd:%s", fdname);

    return qmp_command (g, &m->qmp, command, json_pack ("{s:s}", "uri", uri),
                        NULL);
}

static int
save_state (guestfs_h *g, struct machine *m)
{
    if (leave_memory_out (g, m) < 0
        || qmp_give_fd (g, &m->qmp, "state", m->template.state) < 0
        || migrate (g, m, "migrate", "state") < 0)
        return -1;
    for (int ms = 0; ms < g->launch_timeout_ms; ms += SAVE_INTERVAL_MS) {
        cleanup_json json_t *info = NULL;
        const char *status;

        if (qmp_command (g, &m->qmp, "query-migrate", NULL, &info) < 0)
            return -1;
        status = json_string_value (json_object_get (info, "status"));
        if (status && strcmp (status, "completed") == 0)
            return 0;
        if (status && strcmp (status, "failed") == 0)
            return fail (&g->error, EIO, "QEMU could not save the state of "
                         "the machine");
        poll (NULL, 0, SAVE_INTERVAL_MS);
    }
    return fail (&g->error, ETIMEDOUT, "QEMU does not end saving the state "
                 "of the machine");
}

/* Until its daemon asks who it is for. */
static int
wait_for_question (guestfs_h *g)
{
    struct packet packet;

    if (launch_receive (g, &packet) < 0)
        return -1;
    if (packet.word != WIRE_SETUP_FLAG)
        return fail (&g->error, EPROTO, "the daemon does not wait for a "
                     "setup");
    return 0;
}

static int
boot_template (guestfs_h *g, struct machine *m)
{
    m->qemu.memory = QEMU_MEMORY_TO_KEEP;
    m->qemu.memory_fd = m->template.memory;
    if (start_machine (g, m, true, false) < 0 || wait_for_question (g) < 0)
        return -1;
    return save_state (g, m);
}

/* What was made while we waited for the lock is as good. */
static int
make_template (guestfs_h *g, struct machine *m, const char *key)
{
    cleanup_fd int lock = template_lock (g);
    int r = lock < 0 ? -1 : template_find (g, key, &m->template);

    if (r != 0)
        return r;
    debug (g, "launch: booting a template");
    if (template_begin (g, (int64_t) qemu_memory (g) << 20, &m->template) < 0
        || boot_template (g, m) < 0
        || template_publish (g, &m->template, key) < 0)
        return -1;
    template_free (&m->template);
    return template_find (g, key, &m->template);
}

static int
find_or_make_template (guestfs_h *g, struct machine *m)
{
    cleanup_free char *key = qemu_key (g, &m->qemu);
    int r = template_find (g, key, &m->template);

    return r == 0 ? make_template (g, m, key) : r;
}

/* The same machine has run without drives: what QEMU doesn't want is one of
 * them.
 */
static void
blame_drives (guestfs_h *g)
{
    struct appliance *a = g->appliance;

    a->drive_failed |= a->machine.dead && a->machine.pid > 0;
}

/* When this begins, QEMU has opened the drives and has all else that it asks
 * of the host: what fails then is the template's fault, unless there is no
 * memory left.
 */
static int
load_template (guestfs_h *g, struct machine *m)
{
    cleanup_free char *state = xasprintf ("%d", m->template.state);

    if (leave_memory_out (g, m) == 0
        && migrate (g, m, "migrate-incoming", state) == 0
        && qmp_wait_event (g, &m->qmp, "RESUME") == 0)
        return 0;
    if (!supervised_was_killed (&g->appliance->machine)) {
        debug (g, "launch: %s can't be used, and is removed",
               m->template.folder);
        template_remove (&m->template);
    }
    return -1;
}

static int
restore (guestfs_h *g, struct machine *m)
{
    m->qemu.memory = QEMU_MEMORY_TEMPLATE;
    m->qemu.memory_fd = m->template.memory;
    m->qemu.state_fd = m->template.state;
    if (start_machine (g, m, false, true) < 0) {
        blame_drives (g);
        return -1;
    }
    if (load_template (g, m) < 0)
        return -1;
    return send_setup (g);
}

/* Why there is no template: the launch goes on without. */
static void
give_up_template (guestfs_h *g, struct machine *m)
{
    debug (g, "launch: booting, without a template: %s",
           g->error.message ? g->error.message : "somebody has removed it");
    error_clear (&g->error);
    template_free (&m->template);
    m->qemu.memory = QEMU_MEMORY_OWN;
    m->qemu.memory_fd = m->qemu.state_fd = -1;
}

/* The original's appliance knows of no setup, so it can't be a template. */
static int
boot_original (guestfs_h *g, struct machine *m)
{
    static char raw[] = "raw";

    m->root = (struct drive) {
        .filename = m->files.root,
        .format = raw,
        .readonly = true,
        .fd = m->files.root_fd,
        .overlay = -1,
    };
    m->qemu.root = &m->root;
    if (g->network)
        return fail (&g->error, ENOTSUP, "the fixed appliance in %s: it is of "
                     "the original's kind, and would ask for an address by "
                     "DHCP, which guestfs-network does not give: a network "
                     "needs one of our own, or no fixed appliance",
                     m->files.folder);
    if (overlay_open (g, &m->root) < 0)
        return -1;
    debug (g, "launch: booting, without a template: this appliance is of the "
           "original's kind");
    return start_machine (g, m, true, true);
}

static int
launch (guestfs_h *g)
{
    cleanup_machine struct machine m;

    if (machine_init (g, &m) < 0 || appliance_files_find (g, &m.files) < 0)
        return -1;
    for (size_t i = 0; i < g->nr_drives; i++)
        g->drives[i]->through_storage = true;
    if (m.files.root_uuid)
        return boot_original (g, &m);
    if (!m.no_template) {
        if (find_or_make_template (g, &m) > 0 && restore (g, &m) == 0)
            return 0;
        if (g->appliance->drive_failed)
            return -1;
        give_up_template (g, &m);
    }
    return start_machine (g, &m, true, true);
}

const struct backend backend_direct = {
    .name = "direct",
    .max_disks = MAX_DISKS,
    .launch = launch,
    .send_setup = send_setup,
    .default_hv = default_hv,
};
