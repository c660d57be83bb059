/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each kind of argument must be.  The stubs check all arguments with
 * these, so that no call does it again.  Each returns 0, or -1 with
 * call->err naming the argument.
 */
#ifndef DAEMON_ARGUMENTS_H
#define DAEMON_ARGUMENTS_H

#include "daemon.h"
#include "device.h"

/* An absolute path, and a file system is mounted. */
int check_pathname (struct call *call, const char *name, const char *value);

/* One component of a path. */
int check_filename (struct call *call, const char *name, const char *value);

int check_guid (struct call *call, const char *name, const char *value);

/* A block device: *value becomes the kernel's name. */
int check_device (struct call *call, const char *name, char **value);

/* A block device if it begins with /dev/, else a pathname. */
int check_device_or_path (struct call *call, const char *name, char **value);

/* The same for each of a list. */
int check_filenames (struct call *call, const char *name, u_int count,
                     char **values);
int check_pathnames (struct call *call, const char *name, u_int count,
                     char **values);
int check_devices (struct call *call, const char *name, u_int count,
                   char **values);

/* Fill in what the caller frees. */
int check_mountable (struct call *call, const char *name, const char *value,
                     struct mountable *ret);
int check_mountable_or_path (struct call *call, const char *name,
                             const char *value, struct mountable *ret);

/* Is it the name of a device rather than a path in the guest?  (After the
 * check: the kernel's name.)
 */
bool is_device_name (const char *value);

#endif /* DAEMON_ARGUMENTS_H */
