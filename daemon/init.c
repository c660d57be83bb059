/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon does as the init process of an appliance. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"
#include "modules.h"

/* The doorbell is the first virtual console but the kernel's own. */
#define DOORBELL "/dev/tty1"
#define SHARED_MEMORY "/dev/mmapper"

static const struct {
    const char *type, *where, *options;
    unsigned long flags;
} mounts[] = {
    { "proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC },
    { "sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC },
    { "devtmpfs", "/dev", "mode=755", MS_NOSUID },
    { "tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV },
    { "tmpfs", "/run", "mode=755", MS_NOSUID | MS_NODEV },
    { "tmpfs", "/sysroot", "mode=755", 0 },
};

static int
mount_all (struct error *err)
{
    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++)
        if (mount (mounts[i].type, mounts[i].where, mounts[i].type,
                   mounts[i].flags, mounts[i].options) < 0
            && errno != EBUSY)
            return fail (err, errno, "mounting %s: %m", mounts[i].where);
    return 0;
}

static int
write_setting (const char *path, const char *value, struct error *err)
{
    cleanup_fd int fd = open (path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write (fd, value, strlen (value)) < 0)
        return fail (err, errno, "%s: %m", path);
    return 0;
}

/* The kernel gives init what it does not know on its command line as
 * environment variables.
 */
static void
read_command_line (struct daemon *daemon)
{
    const char *disks = getenv ("guestfs_disks");
    cleanup_string_array char **names = string_split (disks ? disks : "",
                                                      ',');

    /* NAME or NAME:LABEL. */
    for (size_t i = 0; names[i]; i++) {
        char *colon = strchrnul (names[i], ':');

        strings_add (&daemon->labels, *colon ? colon + 1 : "");
        *colon = '\0';
        strings_add (&daemon->disks, names[i]);
    }
    daemon->verbose = getenv ("guestfs_verbose") != NULL;
    clearenv ();
    setenv ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv ("LC_ALL", "C.UTF-8", 1);
    setenv ("TERM", "dumb", 1);
    setenv ("HOME", "/tmp", 1);
}

/* Virtio disks need their driver.  It must believe that they have a cache,
 * or it would send no flush to the host.
 */
static int
prepare_virtio_disks (struct daemon *daemon, struct error *err)
{
    for (size_t i = 0; i < daemon->disks.count; i++) {
        const char *disk = daemon->disks.item[i];
        cleanup_free char *cache_type
            = xasprintf ("/sys/block/%s/cache_type", disk);

        if (!string_starts_with (disk, "vd"))
            continue;
        if (module_load ("virtio_blk", err) < 0
            || (access (cache_type, W_OK) == 0
                && write_setting (cache_type, "write back", err) < 0))
            return -1;
    }
    return 0;
}

int
init_appliance (struct daemon *daemon, struct error *err)
{
    umask (022);
    if (mount_all (err) < 0)
        return -1;
    /* Or the kernel starts a program for every device that appears. */
    if (write_setting ("/sys/kernel/uevent_helper", "\n", err) < 0)
        return -1;
    read_command_line (daemon);
    daemon->appliance = true;
    return prepare_virtio_disks (daemon, err);
}

static int
open_doorbell (struct error *err)
{
    cleanup_fd int fd = open (DOORBELL, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios t;

    if (fd < 0 || tcgetattr (fd, &t) < 0)
        return fail (err, errno, "%s: %m", DOORBELL);
    cfmakeraw (&t);
    if (tcsetattr (fd, TCSANOW, &t) < 0)
        return fail (err, errno, "%s: %m", DOORBELL);
    return steal_fd (&fd);
}

struct transport *
init_channel (struct error *err)
{
    cleanup_fd int memory = open (SHARED_MEMORY, O_RDWR | O_CLOEXEC);
    int doorbell;
    void *p;

    if (memory < 0)
        return fail_null (err, errno, "%s: %m", SHARED_MEMORY);
    p = mmap (NULL, TRANSPORT_RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
              memory, 0);
    if (p == MAP_FAILED)
        return fail_null (err, errno, "%s: mmap: %m", SHARED_MEMORY);
    doorbell = open_doorbell (err);
    if (doorbell < 0) {
        munmap (p, TRANSPORT_RING_SIZE);
        return NULL;
    }
    return transport_new_ring (RING_END_DAEMON, p, doorbell, err);
}

void
power_off (void)
{
    sync ();
    reboot (RB_POWER_OFF);
    _exit (EXIT_FAILURE);
}
