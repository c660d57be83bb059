/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU: the channel is a virtio port, disks are on a SCSI bus.
 *
 * If the kernel's command line has guestfs_setup=channel, the library tells
 * through the channel what is particular to its handle (wire_setup).  Until
 * that has come we only wait: a template of the machine is taken meanwhile,
 * and all that is started from it goes on here.  What goes on then is a new
 * image of this program, so that no two machines have the same addresses.
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "init.h"
#include "io.h"
#include "machine.h"
#include "message.h"
#include "modules.h"
#include "scsi-disks.h"
#include "setup.h"

#define CHANNEL_NAME "org.libguestfs.channel.0"
#define PORTS "/sys/class/virtio-ports"
#define MODPROBE "/proc/sys/kernel/modprobe"

/* The kernel finds devices while we start. */
#define CHANNEL_TIMEOUT_MS 10000
#define CHANNEL_INTERVAL_MS 5

/* Which descriptors the first image of the program leaves to the second. */
#define SETUP_VARIABLE "guestfs_setup"
#define SETUP_ASKED "channel"
#define SETUP_FD 3
#define CHANNEL_FD 4

/* The name of the port's device, "vport1p1"; NULL if it isn't there. */
static char *
find_port (void)
{
    cleanup_dir DIR *dir = opendir (PORTS);
    struct dirent *d;

    while (dir && (d = readdir (dir))) {
        cleanup_free char *path = xasprintf (PORTS "/%s/name", d->d_name);
        cleanup_error struct error ignored = { 0 };
        cleanup_free char *name = d->d_name[0] == '.'
                                      ? NULL
                                      : read_file_at (AT_FDCWD, path, 256,
                                                      NULL, &ignored);

        if (!name)
            continue;
        string_trim_end (name);
        if (strcmp (name, CHANNEL_NAME) == 0)
            return xstrdup (d->d_name);
    }
    return NULL;
}

static int
open_port (struct error *err)
{
    for (int ms = 0; ms < CHANNEL_TIMEOUT_MS; ms += CHANNEL_INTERVAL_MS) {
        cleanup_free char *port = find_port ();
        cleanup_free char *path = port ? xasprintf ("/dev/%s", port) : NULL;
        int fd = path ? open (path, O_RDWR | O_CLOEXEC) : -1;

        if (fd >= 0)
            return fd;
        if (path && errno != ENOENT)
            return fail (err, errno, "%s: %m", path);
        poll (NULL, 0, CHANNEL_INTERVAL_MS);
    }
    return fail (err, ENODEV, "there is no virtio port '%s'", CHANNEL_NAME);
}

/* Machines that come from one template must not think alike. */
static int
set_entropy (const wire_setup *setup, struct error *err)
{
    u_int n = setup->entropy.entropy_len;
    cleanup_free struct rand_pool_info *pool = xcalloc (1, sizeof *pool + n);
    cleanup_fd int fd = open ("/dev/urandom", O_RDWR | O_CLOEXEC);

    pool->entropy_count = (int) n * 8;
    pool->buf_size = (int) n;
    if (n > 0)
        memcpy (pool->buf, setup->entropy.entropy_val, n);
    if (fd < 0 || ioctl (fd, RNDADDENTROPY, pool) < 0
        || ioctl (fd, RNDRESEEDCRNG) < 0)
        return fail (err, errno, "/dev/urandom: %m");
    return 0;
}

static int
set_clock (const wire_setup *setup, struct error *err)
{
    const struct timespec now = {
        .tv_sec = (time_t) setup->seconds,
        .tv_nsec = setup->nanoseconds,
    };

    if (clock_settime (CLOCK_REALTIME, &now) < 0)
        return fail (err, errno, "setting the clock: %m");
    return 0;
}

/* The time is new, and so are the random numbers, before anything is made
 * of them: the addresses of the program that comes next are.
 */
static int
become_different (const char *body, size_t size, struct error *err)
{
    wire_setup setup;
    int r;

    if (setup_decode (body, size, &setup, err) < 0)
        return -1;
    r = set_clock (&setup, err);
    if (r == 0)
        r = set_entropy (&setup, err);
    xdr_free ((xdrproc_t) xdr_wire_setup, &setup);
    return r;
}

static int
read_all (int fd, void *buffer, size_t size)
{
    ssize_t n = read_full (fd, buffer, size);

    if (n >= 0 && (size_t) n < size)
        errno = EPIPE; /* nobody is there any more */
    return n == (ssize_t) size ? 0 : -1;
}

/* Ask for the setup, and keep what comes in a file without a name. */
static int
receive_setup (int channel, struct error *err)
{
    char flag[4], buffer[SETUP_BUFFER_SIZE];
    cleanup_fd int fd = memfd_create ("setup", MFD_CLOEXEC);
    ssize_t size;

    word_put (flag, WIRE_SETUP_FLAG);
    if (fd < 0 || write_full (channel, flag, sizeof flag) < 0
        || read_all (channel, buffer, SETUP_HEADER_SIZE) < 0)
        return fail (err, errno, "asking for the setup: %m");
    size = setup_size (buffer, err);
    if (size < 0)
        return -1;
    if (read_all (channel, buffer, (size_t) size) < 0
        || write_full (fd, buffer, (size_t) size) < 0
        || lseek (fd, 0, SEEK_SET) < 0)
        return fail (err, errno, "the setup broke off: %m");
    if (become_different (buffer, (size_t) size, err) < 0)
        return -1;
    return steal_fd (&fd);
}

static int
start_again (int setup, int channel, struct error *err)
{
    char *const argv[] = { (char *) "guestfsd", NULL };
    static char *const environment[] = {
        (char *) SETUP_VARIABLE "=received", NULL
    };

    /* Above the two numbers first, or one might hit the other. */
    setup = fcntl (setup, F_DUPFD_CLOEXEC, CHANNEL_FD + 1);
    channel = fcntl (channel, F_DUPFD_CLOEXEC, CHANNEL_FD + 1);
    if (setup < 0 || channel < 0 || dup2 (setup, SETUP_FD) < 0
        || dup2 (channel, CHANNEL_FD) < 0)
        return fail (err, errno, "dup2: %m");
    execve ("/proc/self/exe", argv, environment);
    return fail (err, errno, "/proc/self/exe: %m");
}

/* The modules ask for others that they could use, quicker checksums that
 * are not there.  The kernel would start modprobe to look for each of them,
 * which takes longer than all the rest: it may not, meanwhile.
 */
static int
load_drivers (struct error *err)
{
    if (write_setting (MODPROBE, "\n", err) < 0
        || load_empty_scsi_bus (err) < 0
        || module_load ("virtio_console", err) < 0)
        return -1;
    return write_setting (MODPROBE, "/sbin/modprobe\n", err);
}

int
wait_for_setup (struct error *err)
{
    cleanup_fd int channel = -1, setup = -1;
    const char *value = getenv (SETUP_VARIABLE);

    if (!value || strcmp (value, SETUP_ASKED) != 0)
        return 0;
    if (load_drivers (err) < 0)
        return -1;
    channel = open_port (err);
    if (channel < 0)
        return -1;
    setup = receive_setup (channel, err);
    if (setup < 0)
        return -1;
    return start_again (setup, channel, err);
}

bool
setup_was_received (void)
{
    const char *value = getenv (SETUP_VARIABLE);

    return value && strcmp (value, "received") == 0;
}

static void
apply_setup (struct daemon *daemon, const wire_setup *setup)
{
    daemon->verbose = setup->verbose;
    daemon->network = setup->network;
    for (u_int i = 0; i < setup->labels.labels_len; i++)
        strings_add (&daemon->labels, setup->labels.labels_val[i]);
}

static int
read_setup (struct daemon *daemon, struct error *err)
{
    cleanup_fd int fd = SETUP_FD;
    cleanup_free char *buffer = xmalloc (WIRE_SETUP_MAX);
    ssize_t n = read_full (fd, buffer, WIRE_SETUP_MAX);
    wire_setup setup;

    if (n < 0)
        return fail (err, errno, "reading the setup: %m");
    if (setup_decode (buffer, (size_t) n, &setup, err) < 0)
        return -1;
    apply_setup (daemon, &setup);
    xdr_free ((xdrproc_t) xdr_wire_setup, &setup);
    return 0;
}

static int
prepare (struct daemon *daemon, struct error *err)
{
    if (!setup_was_received ())
        return find_scsi_disks (daemon, err);
    if (read_setup (daemon, err) < 0)
        return -1;
    return attach_scsi_disks (daemon, daemon->labels.count, err);
}

static struct transport *
open_channel (struct error *err)
{
    int fd = CHANNEL_FD;

    if (!setup_was_received ())
        fd = module_load ("virtio_console", err) < 0 ? -1 : open_port (err);
    if (fd < 0)
        return NULL;
    /* It came through an exec, but no program that we start shall have it. */
    if (fcntl (fd, F_SETFD, FD_CLOEXEC) < 0)
        return fail_null (err, errno, "fcntl: %m");
    return transport_new_socket (fd);
}

const struct machine machine_qemu = {
    .name = "QEMU",
    .prepare = prepare,
    .open_channel = open_channel,
};
