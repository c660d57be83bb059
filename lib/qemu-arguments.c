/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The virtual machine that QEMU is asked for. */

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "appliance.h"
#include "qemu-arguments.h"

#define CHANNEL_NAME "org.libguestfs.channel.0"

static void
add (struct start *start, const char *option, const char *value)
{
    start_argument (start, "%s", option);
    if (value)
        start_argument (start, "%s", value);
}

struct argument {
    const char *option, *value; /* the last one has no option */
};

/* QEMU's own packages have it in the first, Debian's BIOS in the second.
 * Others know best where theirs is.
 */
static const struct argument own_firmware[] = {
    { "-L", "/usr/share/qemu" },
    { "-L", "/usr/share/seabios" },
    { NULL, NULL },
};

/* Its own filter, inside of ours. */
static const struct argument sandbox[] = {
    { "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
                  "resourcecontrol=deny" },
    { NULL, NULL },
};

/* No device that is not asked for, no configuration of the host's. */
static const struct argument fixed_arguments[] = {
    { "-no-user-config", NULL },
    { "-nodefaults", NULL },
    { "-display", "none" },
    { "-no-reboot", NULL },
    { "-rtc", "base=utc" },
    { "-chardev", "stdio,id=console,signal=off" },
    { "-serial", "chardev:console" },
    { "-device", "virtio-scsi-pci,id=scsi" },
    { "-device", "virtio-serial-pci,id=serial" },
    { NULL, NULL },
};

static void
add_all (struct start *start, const struct argument *list)
{
    for (; list->option; list++)
        add (start, list->option, list->value);
}

static void
add_sockets (struct start *start, const struct qemu_sockets *s)
{
    start_keep (start, s->channel);
    start_argument (start, "-chardev");
    start_argument (start, "socket,id=channel,fd=%d", s->channel);
    add (start, "-device", "virtserialport,bus=serial.0,chardev=channel,"
                           "name=" CHANNEL_NAME);
    if (s->monitor < 0)
        return;
    start_keep (start, s->monitor);
    start_argument (start, "-chardev");
    start_argument (start, "socket,id=monitor,fd=%d", s->monitor);
    add (start, "-mon", "chardev=monitor,mode=control");
}

/* Read-only, and locked by nobody: many machines share it. */
static void
add_root (struct start *start, const struct appliance_files *f)
{
    start_keep_disk (start, f->root_fd, true);
    start_argument (start, "-blockdev");
    start_argument (start, "driver=raw,node-name=root,read-only=on,"
                    "file.driver=file,file.filename=/proc/self/fd/%d,"
                    "file.locking=off", f->root_fd);
    add (start, "-device", "virtio-blk-pci,drive=root");
}

/* Frames go through the socket, one a message.  It boots nothing, so needs
 * no firmware.
 */
static void
add_network (struct start *start, const struct qemu_machine *m)
{
    if (!m->has_network)
        return;
    start_keep (start, m->sockets.network);
    start_argument (start, "-netdev");
    start_argument (start, "dgram,id=network,local.type=fd,local.str=%d",
                    m->sockets.network);
    add (start, "-device", "virtio-net-pci,netdev=network,romfile=");
}

static void
add_parameters (guestfs_h *g, struct start *start)
{
    for (size_t i = 0; i < g->hv_params.count; i += 2) {
        const char *value = g->hv_params.item[i + 1];

        add (start, g->hv_params.item[i], *value ? value : NULL);
    }
}

/* With less its kernel does not boot. */
#define MIN_MEMORY 128

int
qemu_memory (guestfs_h *g)
{
    return g->memsize < MIN_MEMORY ? MIN_MEMORY : g->memsize;
}

/* A file must be as large as the memory.  What is a template's already can't
 * be written by those who see the user's images.
 */
static void
add_memory (guestfs_h *g, struct start *start, const struct qemu_machine *m)
{
    start_argument (start, "-m");
    start_argument (start, "%d", qemu_memory (g));
    if (m->memory == QEMU_MEMORY_OWN)
        return;
    start_keep_disk (start, m->memory_fd, m->memory == QEMU_MEMORY_TEMPLATE);
    start_argument (start, "-object");
    start_argument (start, "memory-backend-file,id=memory,size=%dM,share=%s,"
                    "mem-path=/proc/self/fd/%d", qemu_memory (g),
                    m->memory == QEMU_MEMORY_TO_KEEP ? "on" : "off",
                    m->memory_fd);
    add (start, "-machine", "memory-backend=memory");
    if (m->memory == QEMU_MEMORY_TEMPLATE) {
        start_template_memory (start, m->memory_fd);
        start_keep_disk (start, m->state_fd, true);
    }
}

void
qemu_add_machine (guestfs_h *g, struct start *start,
                  const struct qemu_machine *m)
{
    bool kvm = strcmp (m->accelerator, "kvm") == 0;

    start_argument (start, "%s", m->hv->path);
    if (!m->hv->foreign)
        add_all (start, own_firmware);
    start_option (start, "--memory=%lld", (long long) qemu_memory (g) << 20);
    add_all (start, fixed_arguments);
    if (m->hv->features.has[QEMU_SANDBOX])
        add_all (start, sandbox);
    start_argument (start, "-machine");
    start_argument (start, "q35,accel=%s,vmport=off,smm=off,sata=off,usb=off",
                    m->accelerator);
    add (start, "-cpu", kvm ? "host" : "max");
    add_memory (g, start, m);
    start_argument (start, "-smp");
    start_argument (start, "%d", g->smp);
    add_sockets (start, &m->sockets);
    if (!m->root)
        add_root (start, m->files);
    add_network (start, m);
    add_parameters (g, start);
}

/* What the kernel need not do: its self-tests and tables for tracing and BPF
 * take a third of its boot.  It says nothing but why it dies.
 */
#define KERNEL_ARGUMENTS \
    "console=ttyS0 quiet loglevel=1 panic=1 reboot=t edd=off " \
    "cryptomgr.notests=1 tsc=reliable no_timer_check lpj=4000000 " \
    "initcall_blacklist=init_kprobe_trace,cubictcp_register," \
    "bpf_rstat_kfunc_init,bpf_key_sig_kfuncs_init,kfunc_init," \
    "bpf_tcp_ca_kfunc_init,bpf_prog_test_run_init," \
    "init_blk_tracer,load_system_certificate_list " \
    "guestfs_setup=channel"

/* What the original says to its own appliance, as "guestfish -v" shows it:
 * that has udev, and programs that want a terminal.
 */
#define ORIGINAL_ARGUMENTS \
    "panic=1 console=ttyS0 edd=off udevtimeout=6000 " \
    "udev.event-timeout=6000 no_timer_check printk.time=1 " \
    "cgroup_disable=memory usbcore.nousb cryptomgr.notests tsc=reliable " \
    "8250.nr_uarts=1 TERM=linux"

/* COMMAND_LINE_SIZE of Linux on x86 and arm64, without its NUL.  With more
 * QEMU or the kernel ends and says nothing.
 */
#define KERNEL_ARGUMENTS_MAX 2047

static char *
original_arguments (guestfs_h *g, const struct qemu_machine *m)
{
    return xasprintf (ORIGINAL_ARGUMENTS " root=UUID=%s%s%s%s",
                      m->files->root_uuid,
                      g->verbose ? " guestfs_verbose=1" : " quiet",
                      g->identifier ? " guestfs_identifier=" : "",
                      g->identifier ? g->identifier : "");
}

static char *
kernel_arguments (guestfs_h *g, const struct qemu_machine *m)
{
    cleanup_free char *first = m->root ? original_arguments (g, m)
                                       : xstrdup (KERNEL_ARGUMENTS);

    return xasprintf ("%s selinux=%d%s%s", first, g->selinux,
                      g->append ? " " : "", g->append ? g->append : "");
}

int
qemu_check_kernel (guestfs_h *g, const struct qemu_machine *m)
{
    cleanup_free char *arguments = kernel_arguments (g, m);
    size_t length = strlen (arguments);

    if (length <= KERNEL_ARGUMENTS_MAX)
        return 0;
    return fail (&g->error, EINVAL, "the options for the appliance's kernel "
                 "are %zu bytes, of which set_append or LIBGUESTFS_APPEND has "
                 "added %zu; it takes %d", length,
                 g->append ? strlen (g->append) : 0, KERNEL_ARGUMENTS_MAX);
}

void
qemu_add_kernel (guestfs_h *g, struct start *start,
                 const struct qemu_machine *m)
{
    cleanup_free char *arguments = kernel_arguments (g, m);

    start_keep_disk (start, m->files->kernel_fd, true);
    start_keep_disk (start, m->files->initrd_fd, true);
    start_argument (start, "-kernel");
    start_argument (start, "/proc/self/fd/%d", m->files->kernel_fd);
    start_argument (start, "-initrd");
    start_argument (start, "/proc/self/fd/%d", m->files->initrd_fd);
    start_argument (start, "-append");
    start_argument (start, "%s", arguments);
}

void
qemu_add_incoming (struct start *start)
{
    add (start, "-incoming", "defer");
}

static int
add_drive (guestfs_h *g, struct start *start, struct block_nodes *nodes,
           const struct drive *d, size_t number)
{
    int blocksize = d->blocksize ? d->blocksize : 512;
    bool discard = d->discard && strcmp (d->discard, "disable") != 0;
    cleanup_free char *top = NULL;

    if (block_nodes_add (g, start, nodes, d, number, &top) < 0) {
        g->appliance->drive_failed = true;
        return -1;
    }
    start_argument (start, "-device");
    /* By default QEMU stops the machine when a disk of the host is full. */
    start_argument (start, "scsi-hd,bus=scsi.0,scsi-id=%zu,lun=0,drive=%s,"
                    "werror=report,rerror=report,"
                    "logical_block_size=%d,physical_block_size=%d%s%s%s",
                    number, top, blocksize, blocksize,
                    discard ? "" : ",discard_granularity=0",
                    d->label ? ",serial=" : "", d->label ? d->label : "");
    return 0;
}

int
qemu_add_drives (guestfs_h *g, struct start *start,
                 const struct qemu_machine *m, struct block_nodes *nodes)
{
    for (size_t i = 0; i < g->nr_drives; i++)
        if (add_drive (g, start, nodes, g->drives[i], i) < 0)
            return -1;
    return m->root ? add_drive (g, start, nodes, m->root, g->nr_drives) : 0;
}

#define GDB_PORT 1234

/* QEMU itself has no network: the socket is made for it. */
int
qemu_listen_for_gdb (int *ret, struct error *err)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons (GDB_PORT),
        .sin_addr = { htonl (INADDR_LOOPBACK) },
    };
    cleanup_fd int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;

    if (fd < 0 || above_stdio (&fd, err) < 0)
        return fail (err, errno, "a socket for gdb: %m");
    if (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
        || bind (fd, (const struct sockaddr *) &address, sizeof address) < 0
        || listen (fd, 1) < 0)
        return fail (err, errno, "port %d of localhost, for the setting gdb:"
                     " %m", GDB_PORT);
    *ret = steal_fd (&fd);
    return 0;
}

void
qemu_add_gdb (struct start *start, int fd)
{
    start_keep (start, fd);
    start_argument (start, "-chardev");
    start_argument (start, "socket,id=gdb,fd=%d,server=on,wait=off", fd);
    add (start, "-gdb", "chardev:gdb");
}
