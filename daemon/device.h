/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of block devices.  In the API the drives are /dev/sda, /dev/sdb,
 * ... in the order they were added, whatever the kernel calls them.
 */
#ifndef DAEMON_DEVICE_H
#define DAEMON_DEVICE_H

#include "daemon.h"

/* The kernel's name of a device of the API ("/dev/sda1" -> "/dev/ubda1");
 * other names are left as they are.  The caller frees it.
 */
char *device_to_kernel (const struct daemon *daemon, const char *name);

/* And back. */
char *device_to_api (const struct daemon *daemon, const char *name);

/* A text, such as an error message, with all devices' names as the API has
 * them.  The caller frees it.
 */
char *text_to_api (const struct daemon *daemon, const char *text);

/* A mountable: what can be mounted.  A device, or one subvolume of a btrfs
 * ("btrfsvol:/dev/sda1/home").
 */
enum mountable_type {
    MOUNTABLE_DEVICE = 1,
    MOUNTABLE_BTRFS_SUBVOLUME = 2,
    MOUNTABLE_PATH = 3,
};

struct mountable {
    enum mountable_type type;
    char *device; /* the kernel's name; of MOUNTABLE_PATH: the path */
    char *volume; /* the subvolume, or NULL */
};

void mountable_free (struct mountable *m);

#define cleanup_mountable __attribute__ ((cleanup (mountable_free)))

/* The mountable's name in the API, which the caller frees. */
char *mountable_to_api (const struct daemon *daemon,
                        const struct mountable *m);

#endif /* DAEMON_DEVICE_H */
