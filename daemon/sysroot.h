/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths inside the guest.  All of them are resolved below the sysroot, as
 * chroot(2) would: a symbolic link in the guest that is absolute or goes
 * up and up stays inside.  Nothing else in the daemon opens such a path.
 */
#ifndef DAEMON_SYSROOT_H
#define DAEMON_SYSROOT_H

#include <sys/stat.h>

#include "daemon.h"

/* Remember the sysroot as it is while nothing is mounted. */
int sysroot_init (struct daemon *daemon, const char *path,
                  struct error *err);

/* After anything was mounted or unmounted. */
int sysroot_refresh (struct daemon *daemon, struct error *err);

/* Is a file system of the guest mounted? */
bool sysroot_is_mounted (const struct daemon *daemon);

/* open(2), relative to the guest's root; O_CLOEXEC is implied. */
int sysroot_open (struct call *call, const char *path, int flags,
                  mode_t mode);

/* The directory that holds the last component of path, which itself is not
 * followed, as O_PATH; for the *at(2) calls.  *ret_name is that component,
 * inside path or a constant: "." if path is "/" or ends in "/.".
 */
int sysroot_open_parent (struct call *call, const char *path,
                         const char **ret_name);

/* stat(2) or lstat(2). */
int sysroot_stat (struct call *call, const char *path, bool follow,
                  struct stat *ret);

/* The same file under a name that any program or library can open while
 * the descriptor is open: /proc/self/fd/N.
 */
#define FD_PATH_SIZE 32
void fd_path (int fd, char ret[FD_PATH_SIZE]);

#endif /* DAEMON_SYSROOT_H */
