/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disks of a machine of QEMU's.
 *
 * The kernel looks at several at once, when it finds the time.  Which of
 * them it calls sda and which sdb is left to chance: the bus tells.
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init.h"
#include "io.h"
#include "modules.h"
#include "scsi-disks.h"

#define HOSTS "/sys/class/scsi_host"
#define DEVICES "/sys/bus/scsi/devices"
#define PROBE "/sys/bus/scsi/drivers_probe"

/* As many as the bus has. */
#define TARGETS 256

int
load_empty_scsi_bus (struct error *err)
{
    if (module_load_with ("scsi_mod", "scan=manual", err) < 0)
        return -1;
    if (module_load ("virtio_scsi", err) < 0)
        return -1;
    return module_load ("sd_mod", err);
}

/* The only host there is: its number; -1 if there is none. */
static int
find_host (struct error *err)
{
    cleanup_dir DIR *dir = opendir (HOSTS);
    struct dirent *d;
    int number;

    while (dir && (d = readdir (dir)))
        if (sscanf (d->d_name, "host%d", &number) == 1)
            return number;
    return fail (err, ENODEV, "there is no SCSI host");
}

static int
scan (int host, const char *what, struct error *err)
{
    cleanup_free char *path = xasprintf (HOSTS "/host%d/scan", host);

    return write_setting (path, what, err);
}

/* The kernel's name of the disk at a target; NULL if there is none. */
static char *
disk_at_target (int host, size_t target)
{
    cleanup_free char *path = xasprintf (DEVICES "/%d:0:%zu:0/block", host,
                                         target);
    cleanup_dir DIR *dir = opendir (path);
    struct dirent *d;

    while (dir && (d = readdir (dir)))
        if (d->d_name[0] != '.')
            return xstrdup (d->d_name);
    return NULL;
}

/* Wait until the driver has looked at the disk, and knows its partitions.
 * The first setting has it look now, unless it does already; it holds the
 * device's lock while it does, and the second setting takes that.
 */
static int
settle (int host, size_t target, struct error *err)
{
    cleanup_free char *name = xasprintf ("%d:0:%zu:0", host, target);
    cleanup_free char *control = xasprintf (DEVICES "/%s/power/control",
                                            name);

    if (access (control, F_OK) < 0)
        return fail (err, ENODEV, "disk %zu is not there", target + 1);
    if (write_setting (PROBE, name, err) < 0)
        return -1;
    return write_setting (control, "on", err);
}

int
attach_scsi_disks (struct daemon *daemon, size_t count, struct error *err)
{
    int host = find_host (err);

    if (host < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        cleanup_free char *target = xasprintf ("0 %zu 0", i);

        if (scan (host, target, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < count; i++) {
        char *disk;

        if (settle (host, i, err) < 0)
            return -1;
        disk = disk_at_target (host, i);
        if (!disk)
            return fail (err, ENODEV, "disk %zu has no driver", i + 1);
        strings_add_take (&daemon->disks, disk);
    }
    return 0;
}

/* Does the file, "8:16", name that device? */
static bool
has_number (const char *path, dev_t device)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *text = read_file_at (AT_FDCWD, path, 64, NULL,
                                            &ignored);
    unsigned major, minor;

    return text && sscanf (text, "%u:%u", &major, &minor) == 2
           && makedev (major, minor) == device;
}

/* Is our root on that disk, or on a partition of it? */
static bool
is_own_root (const char *disk)
{
    cleanup_free char *whole = NULL, *part = NULL;
    struct stat root;

    if (stat ("/", &root) < 0)
        return false;
    whole = xasprintf ("/sys/block/%s/dev", disk);
    part = xasprintf ("/sys/block/%s/%s1/dev", disk, disk);
    return has_number (whole, root.st_dev) || has_number (part, root.st_dev);
}

/* Where the label of a drive is: the disk's serial number, a page of "vital
 * product data" (SCSI Primary Commands, "Unit Serial Number VPD page"): its
 * last header byte is the length.
 */
#define SERIAL_HEADER_SIZE 4
#define SERIAL_PAGE_SIZE (SERIAL_HEADER_SIZE + 255)

static char *
read_label (int host, size_t target)
{
    cleanup_free char *path = xasprintf (DEVICES "/%d:0:%zu:0/vpd_pg80",
                                         host, target);
    cleanup_error struct error ignored = { 0 };
    size_t size = 0;
    cleanup_free char *page = read_file_at (AT_FDCWD, path, SERIAL_PAGE_SIZE,
                                            &size, &ignored);

    if (!page || size <= SERIAL_HEADER_SIZE)
        return xstrdup ("");
    return xstrdup (page + SERIAL_HEADER_SIZE);
}

int
find_scsi_disks (struct daemon *daemon, struct error *err)
{
    int host;

    if (module_load_with ("scsi_mod", "scan=sync", err) < 0
        || module_load ("virtio_scsi", err) < 0
        || module_load ("sd_mod", err) < 0)
        return -1;
    host = find_host (err);
    for (size_t i = 0; host >= 0 && i < TARGETS; i++) {
        cleanup_free char *disk = disk_at_target (host, i);

        if (!disk || is_own_root (disk))
            continue;
        strings_add_take (&daemon->disks, steal (&disk));
        strings_add_take (&daemon->labels, read_label (host, i));
    }
    return host < 0 ? -1 : 0;
}
