/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon does as the init process of an appliance. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"
#include "machine.h"
#include "network.h"

#define UEVENT_HELPER "/sys/kernel/uevent_helper"

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

int
write_setting (const char *path, const char *value, struct error *err)
{
    cleanup_fd int fd = open (path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write (fd, value, strlen (value)) < 0)
        return fail (err, errno, "%s: %m", path);
    return 0;
}

/* The kernel gives init what it does not know on its command line as
 * environment variables; who needs one has read it.
 */
static void
set_environment (void)
{
    clearenv ();
    setenv ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv ("LC_ALL", "C.UTF-8", 1);
    setenv ("TERM", "dumb", 1);
    setenv ("HOME", "/tmp", 1);
}

static const struct machine *
this_machine (void)
{
    return machine_uml.is_here () ? &machine_uml : &machine_qemu;
}

static int
mount_and_wait (struct error *err)
{
    if (mount_all (err) < 0)
        return -1;
    /* Or a kernel that can would start a program for every device that
     * appears.
     */
    if (access (UEVENT_HELPER, F_OK) == 0
        && write_setting (UEVENT_HELPER, "\n", err) < 0)
        return -1;
    return wait_for_setup (err);
}

int
init_appliance (struct daemon *daemon, struct error *err)
{
    umask (022);
    /* The image of this program that has waited did that. */
    if (!setup_was_received () && mount_and_wait (err) < 0)
        return -1;
    daemon->appliance = true;
    daemon->verbose = getenv ("guestfs_verbose") != NULL;
    daemon->network = getenv ("guestfs_network") != NULL;
    if (this_machine ()->prepare (daemon, err) < 0)
        return -1;
    daemon->transport = this_machine ()->open_channel (err);
    if (!daemon->transport || (daemon->network && network_start (err) < 0))
        return -1;
    set_environment ();
    return 0;
}

void
power_off (void)
{
    sync ();
    reboot (RB_POWER_OFF);
    _exit (EXIT_FAILURE);
}
