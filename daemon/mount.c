/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that mount and unmount the guest's file systems. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "arguments.h"
#include "calls.h"
#include "drivers.h"
#include "flushes.h"
#include "fuse-server.h"
#include "mount.h"
#include "mount-options.h"
#include "probe.h"
#include "sysroot.h"

static const char *
version_option (const char *device, const char *type)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *version = driver_needs_version (type)
                                     ? probe_value (device, "VERSION",
                                                    &ignored)
                                     : NULL;

    return version ? driver_version_option (type, version) : NULL;
}

/* The file system's own options, the caller's last, so that those win.  The
 * caller frees them; NULL if there are none.
 */
static char *
complete_options (const char *device, const char *type, const char *data)
{
    const char *const parts[] = { driver_options (type),
                                  version_option (device, type), data };
    cleanup_strings struct strings options = STRINGS_EMPTY;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i])
            strings_add (&options, parts[i]);
    return options.count ? strings_join (&options, ",") : NULL;
}

/* mount(2), with the drivers that are missing loaded.  Returns an errno. */
static int
mount_with_drivers (const char *device, const char *where, const char *type,
                    unsigned long flags, const char *data)
{
    int errnum = mount (device, where, type, flags, data) < 0 ? errno : 0;

    while (errnum && driver_help (type, errnum)) {
        int before = errnum;

        errnum = mount (device, where, type, flags, data) < 0 ? errno : 0;
        if (errnum == before)
            break;
    }
    return errnum;
}

/* Mount by the kernel's driver, which is loaded if need be. */
static int
mount_type (struct call *call, const char *device, const char *name,
            const char *where, const char *type,
            const struct mount_options *o)
{
    cleanup_free char *data = complete_options (device, type, o->data);
    int errnum = mount_with_drivers (device, where, type, o->flags, data);

    /* As mount(8) does with what can't be written. */
    if (errnum == EROFS || errnum == EACCES)
        errnum = mount_with_drivers (device, where, type,
                                     o->flags | MS_RDONLY, data);
    if (errnum == ENODEV)
        return fail (&call->err, ENODEV, "%s: the appliance's kernel does "
                     "not know the file system '%s'", name, type);
    if (errnum)
        return fail (&call->err, errnum, "%s: mounting as %s: %m", name,
                     type);
    return 0;
}

/* What to mount an unnamed type as. */
static char *
probe_type (struct call *call, const char *device, const char *name)
{
    cleanup_free char *type = probe_value (device, "TYPE", &call->err);

    if (!type)
        return NULL;
    if (!*type)
        return fail_null (&call->err, EINVAL,
                          "%s: no file system that can be recognized", name);
    return steal (&type);
}

static int
open_mountpoint (struct call *call, const char *mountpoint)
{
    if (mountpoint[0] != '/')
        return fail (&call->err, EINVAL, "mountpoint '%s' must be an "
                     "absolute path", mountpoint);
    return sysroot_open (call, mountpoint, O_PATH | O_DIRECTORY, 0);
}

/* A program may end just after it has mounted. */
static int
check_served (struct call *call, const char *name, const char *mountpoint,
              const char *type)
{
    const struct umount_opts lazily = { .lazyunmount = true };
    cleanup_error struct error ignored = { 0 };
    struct stat st;

    if (!fuse_has_type (type)
        || sysroot_stat (call, mountpoint, true, &st) == 0)
        return 0;
    error_move (&ignored, &call->err);
    do_umount (call, mountpoint, &lazily);
    return fail (&call->err, EINVAL, "%s: mounting as %s: the program that "
                 "serves it ended at once (are the mount options right?)",
                 name, type);
}

int
mount_mountable (struct call *call, const struct mountable *m,
                 const char *mountpoint, const char *type,
                 const char *options)
{
    cleanup_free char *name = mountable_to_api (call->daemon, m);
    cleanup_mount_options struct mount_options o = { 0 };
    cleanup_free char *probed = NULL;
    cleanup_fd int fd = open_mountpoint (call, mountpoint);
    char where[FD_PATH_SIZE];

    if (fd < 0)
        return -1;
    if (mount_options_parse (options, m->volume, &o, &call->err) < 0)
        return -1;
    if (!type || !*type) {
        type = probed = probe_type (call, m->device, name);
        if (!probed)
            return -1;
    }
    fd_path (fd, where);
    if ((fuse_has_type (type)
             ? fuse_mount (call, m->device, name, where, type, &o)
             : mount_type (call, m->device, name, where, type, &o)) < 0)
        return -1;
    call->daemon->mounted++;
    if (sysroot_refresh (call->daemon, &call->err) < 0)
        return -1;
    return check_served (call, name, mountpoint, type);
}

int
do_mount (struct call *call, const struct mountable *mountable,
          const char *mountpoint)
{
    return mount_mountable (call, mountable, mountpoint, NULL, "");
}

int
do_mount_ro (struct call *call, const struct mountable *mountable,
             const char *mountpoint)
{
    return mount_mountable (call, mountable, mountpoint, NULL, "ro");
}

int
do_mount_options (struct call *call, const char *options,
                  const struct mountable *mountable, const char *mountpoint)
{
    return mount_mountable (call, mountable, mountpoint, NULL, options);
}

int
do_mount_vfs (struct call *call, const char *options, const char *vfstype,
              const struct mountable *mountable, const char *mountpoint)
{
    return mount_mountable (call, mountable, mountpoint, vfstype, options);
}

/* What is mounted in the sysroot, in the order in which it was. */
struct mounted {
    struct strings devices; /* the kernel's names */
    struct strings paths;   /* as the appliance sees them */
};

static void
mounted_free (struct mounted *m)
{
    strings_free (&m->devices);
    strings_free (&m->paths);
}

#define cleanup_mounted __attribute__ ((cleanup (mounted_free)))

/* Is it the sysroot or below?  The tmpfs below all of it is not counted. */
static bool
is_of_guest (const struct daemon *daemon, const struct mntent *entry)
{
    size_t n = strlen (daemon->sysroot);

    if (strncmp (entry->mnt_dir, daemon->sysroot, n) != 0)
        return false;
    if (entry->mnt_dir[n] == '\0')
        return strcmp (entry->mnt_type, "tmpfs") != 0;
    return entry->mnt_dir[n] == '/' && is_device_name (entry->mnt_fsname);
}

static int
list_mounted (struct call *call, struct mounted *ret)
{
    FILE *fp = setmntent ("/proc/self/mounts", "re");
    struct mntent *entry;

    if (!fp)
        return fail (&call->err, errno, "/proc/self/mounts: %m");
    while ((entry = getmntent (fp)))
        if (is_of_guest (call->daemon, entry)) {
            strings_add (&ret->devices, entry->mnt_fsname);
            strings_add (&ret->paths, entry->mnt_dir);
        }
    endmntent (fp);
    return 0;
}

char **
do_mounts (struct call *call)
{
    cleanup_mounted struct mounted m = { STRINGS_EMPTY, STRINGS_EMPTY };
    cleanup_strings struct strings result = STRINGS_EMPTY;

    if (list_mounted (call, &m) < 0)
        return NULL;
    for (size_t i = 0; i < m.devices.count; i++)
        strings_add_take (&result, device_to_api (call->daemon,
                                                  m.devices.item[i]));
    return strings_steal (&result);
}

/* The guest's name of a path in the sysroot. */
static const char *
guest_path (const struct daemon *daemon, const char *path)
{
    const char *rest = path + strlen (daemon->sysroot);

    return *rest ? rest : "/";
}

char **
do_mountpoints (struct call *call)
{
    cleanup_mounted struct mounted m = { STRINGS_EMPTY, STRINGS_EMPTY };
    cleanup_strings struct strings result = STRINGS_EMPTY;

    if (list_mounted (call, &m) < 0)
        return NULL;
    for (size_t i = 0; i < m.devices.count; i++) {
        strings_add_take (&result, device_to_api (call->daemon,
                                                  m.devices.item[i]));
        strings_add (&result, guest_path (call->daemon, m.paths.item[i]));
    }
    return strings_steal (&result);
}

/* By its device, or by where it is mounted.  The descriptor must be closed
 * before it is unmounted, so the name is what counts.
 */
static char *
find_mounted (struct call *call, const char *device_or_path)
{
    cleanup_mounted struct mounted m = { STRINGS_EMPTY, STRINGS_EMPTY };
    bool by_device = is_device_name (device_or_path);
    char link[FD_PATH_SIZE], target[PATH_MAX];

    if (list_mounted (call, &m) < 0)
        return NULL;
    if (!by_device) {
        cleanup_fd int fd = sysroot_open (call, device_or_path, O_PATH, 0);
        ssize_t n;

        if (fd < 0)
            return NULL;
        fd_path (fd, link);
        n = readlink (link, target, sizeof target - 1);
        if (n < 0)
            return fail_null (&call->err, errno, "%s: %m", device_or_path);
        target[n] = '\0';
    }
    for (size_t i = m.paths.count; i-- > 0;)
        if (strcmp (by_device ? m.devices.item[i] : m.paths.item[i],
                    by_device ? device_or_path : target) == 0)
            return xstrdup (m.paths.item[i]);
    return fail_null (&call->err, EINVAL, "%s: not mounted", device_or_path);
}

static int
unmount (struct call *call, const char *path, int flags)
{
    if (umount2 (path, flags | UMOUNT_NOFOLLOW) < 0)
        return fail (&call->err, errno, "%s: unmounting: %m",
                     guest_path (call->daemon, path));
    call->daemon->mounted--;
    return 0;
}

int
do_umount (struct call *call, const char *pathordevice,
           const struct umount_opts *opts)
{
    cleanup_free char *path = find_mounted (call, pathordevice);
    int flags = (opts->force ? MNT_FORCE : 0)
                | (opts->lazyunmount ? MNT_DETACH : 0);

    if (!path)
        return -1;
    close_fd (&call->daemon->sysroot_fd);
    if (unmount (call, path, flags) < 0) {
        cleanup_error struct error ignored = { 0 };

        sysroot_refresh (call->daemon, &ignored);
        return -1;
    }
    fuse_reap (call->daemon, opts->lazyunmount);
    if (sysroot_refresh (call->daemon, &call->err) < 0)
        return -1;
    return flush_disks (call->daemon, &call->err);
}

int
do_umount_all (struct call *call)
{
    cleanup_mounted struct mounted m = { STRINGS_EMPTY, STRINGS_EMPTY };
    int r = 0;

    if (list_mounted (call, &m) < 0)
        return -1;
    close_fd (&call->daemon->sysroot_fd);
    for (size_t i = m.paths.count; i-- > 0 && r == 0;)
        r = unmount (call, m.paths.item[i], 0);
    fuse_reap (call->daemon, false);
    if (r < 0) {
        cleanup_error struct error ignored = { 0 };

        sysroot_refresh (call->daemon, &ignored);
        return -1;
    }
    if (sysroot_refresh (call->daemon, &call->err) < 0)
        return -1;
    return flush_disks (call->daemon, &call->err);
}

/* sync (2) does not say that something could not be written; syncfs (2)
 * does, of errors that nobody has been told before.
 */
static int
sync_mounted (struct call *call)
{
    cleanup_mounted struct mounted m = { STRINGS_EMPTY, STRINGS_EMPTY };

    if (list_mounted (call, &m) < 0)
        return -1;
    for (size_t i = 0; i < m.paths.count; i++) {
        const char *path = guest_path (call->daemon, m.paths.item[i]);
        cleanup_fd int fd = sysroot_open (call, path, O_RDONLY | O_NONBLOCK,
                                          0);

        if (fd < 0)
            return -1;
        if (syncfs (fd) < 0)
            return fail (&call->err, errno, "%s: writing the file system to "
                         "its device: %m", path);
    }
    return 0;
}

int
do_sync (struct call *call)
{
    sync ();
    if (sync_mounted (call) < 0)
        return -1;
    return flush_disks (call->daemon, &call->err);
}

int
do_internal_autosync (struct call *call)
{
    return do_umount_all (call);
}
