/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assembling RAID arrays, by the kernel's own interface: it needs no mdadm.
 *
 * RAID6 is left alone: the kernel of the appliance is started without
 * choosing a RAID6 algorithm, and would crash.  Nothing else assembles
 * arrays: drivers are modules that only this file loads, so the kernel does
 * not do it by itself either.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "io.h"
#include "kernel-devices.h"
#include "md-assemble.h"
#include "md-superblock.h"
#include "modules.h"

static const struct {
    int level;
    const char *module;
} levels[] = {
    { MD_LEVEL_MULTIPATH, "multipath" },
    { MD_LEVEL_LINEAR, "linear" },
    { 0, "raid0" },
    { 1, "raid1" },
    { 4, "raid456" },
    { 5, "raid456" },
    { 10, "raid10" },
};

int
md_load_level (int level, const char *what, struct error *err)
{
    if (level == 6)
        return fail (err, ENOTSUP, "%s: RAID6 can't be used in this "
                     "appliance: its kernel would crash", what);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (levels[i].level == level)
            return module_load ("md-mod", err) < 0
                           || module_load (levels[i].module, err) < 0
                       ? -1 : 0;
    return fail (err, ENOTSUP, "%s: RAID level %d is not known", what, level);
}

/* A device that was found to belong to an array. */
struct member {
    char *device;
    struct md_superblock sb;
    bool done;
};

struct members {
    struct member *item;
    size_t count;
};

static void
members_free (struct members *m)
{
    for (size_t i = 0; i < m->count; i++)
        free (m->item[i].device);
    free (m->item);
}

#define cleanup_members __attribute__ ((cleanup (members_free)))

/* Format 0.90 lies at the same place for a drive and for its last
 * partition: the partition is meant.
 */
static bool
has_partitions (char *const *devices, const char *device)
{
    size_t n = strlen (device);

    for (size_t i = 0; devices[i]; i++)
        if (string_starts_with (devices[i], device) && devices[i][n])
            return true;
    return false;
}

static void
find_members (struct members *ret)
{
    cleanup_string_array char **devices = kernel_devices ();
    struct md_superblock sb;

    for (size_t i = 0; devices[i]; i++) {
        if (!md_superblock_read (devices[i], &sb)
            || (sb.major == 0 && has_partitions (devices, devices[i])))
            continue;
        ret->item = xreallocarray (ret->item, ret->count + 1,
                                   sizeof *ret->item);
        ret->item[ret->count++] = (struct member) {
            .device = xstrdup (devices[i]),
            .sb = sb,
        };
    }
}

static int
write_parameter (const char *name, const char *value, struct error *err)
{
    cleanup_free char *path
        = xasprintf ("/sys/module/md_mod/parameters/%s", name);
    cleanup_fd int fd = open (path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write_full (fd, value, strlen (value)) < 0)
        return fail (err, errno, "%s: %m", path);
    return 0;
}

/* As mdadm numbers arrays that have no number: 127, 126, ... */
#define FIRST_NUMBER 127

static bool
is_free (int number)
{
    cleanup_free char *path = xasprintf ("/sys/block/md%d", number);

    return access (path, F_OK) < 0;
}

static int
choose_number (int wanted)
{
    int number = FIRST_NUMBER;

    if (wanted >= 0 && wanted <= FIRST_NUMBER && is_free (wanted))
        return wanted;
    while (number > 0 && !is_free (number))
        number--;
    return number;
}

/* "host:" in front of an array's name does not count. */
static const char *
name_of (const struct md_superblock *sb)
{
    const char *colon = strchr (sb->name, ':');

    return colon ? colon + 1 : sb->name;
}

/* The number that the array has, or that its name asks for, as for mdadm:
 * "3" or "md3"; else -1.
 */
static int
number_of (const struct md_superblock *sb)
{
    const char *digits = name_of (sb);
    size_t n;

    if (sb->number >= 0)
        return sb->number;
    digits += string_starts_with (digits, "md") ? 2 : 0;
    n = strspn (digits, "0123456789");
    return n > 0 && n <= 3 && !digits[n] ? (int) strtol (digits, NULL, 10)
                                         : -1;
}

static int
new_array (int number, char **ret_device, struct error *err)
{
    cleanup_free char *name = xasprintf ("md%d", number);
    int fd;

    if (write_parameter ("new_array", name, err) < 0)
        return -1;
    *ret_device = xasprintf ("/dev/%s", name);
    fd = open (*ret_device, O_RDWR | O_CLOEXEC);
    return fd < 0 ? fail (err, errno, "%s: %m", *ret_device) : fd;
}

static int
add_member (int array, const char *device, struct error *err)
{
    struct stat st;
    mdu_disk_info_t disk;

    if (stat (device, &st) < 0)
        return fail (err, errno, "%s: %m", device);
    disk = (mdu_disk_info_t) {
        .major = (int) major (st.st_rdev),
        .minor = (int) minor (st.st_rdev),
    };
    if (ioctl (array, ADD_NEW_DISK, &disk) < 0)
        return fail (err, errno, "%s: adding to the array: %m", device);
    return 0;
}

static bool
is_same_array (const struct md_superblock *a, const struct md_superblock *b)
{
    return a->major == b->major && a->minor == b->minor
           && memcmp (a->uuid, b->uuid, MD_UUID_SIZE) == 0;
}

/* Members that do not fit any more are left out; the array may run without
 * them.
 */
static int
run_array (int fd, const char *name, const struct members *m,
           const struct md_superblock *sb, struct error *err)
{
    mdu_array_info_t info = {
        .major_version = sb->major,
        .minor_version = sb->minor,
    };
    cleanup_error struct error of_member = { 0 };

    if (ioctl (fd, SET_ARRAY_INFO, &info) < 0)
        return fail (err, errno, "%s: %m", name);
    for (size_t i = 0; i < m->count; i++)
        if (is_same_array (&m->item[i].sb, sb))
            add_member (fd, m->item[i].device, &of_member);
    if (ioctl (fd, RUN_ARRAY, NULL) == 0)
        return 0;
    fail (err, errno, "%s: starting the RAID array: %m", name);
    if (of_member.message)
        fail_context (err, "%s", of_member.message);
    ioctl (fd, STOP_ARRAY, NULL);
    return -1;
}

/* /dev/md/NAME, if the array has a name that is fit for a file's. */
static void
link_name (const struct md_superblock *sb, const char *device)
{
    const char *name = name_of (sb);
    cleanup_free char *path = xasprintf ("/dev/md/%s", name);
    cleanup_free char *target = xasprintf ("..%s", device + strlen ("/dev"));

    if (!*name || name[0] == '.' || strchr (name, '/'))
        return;
    mkdir ("/dev/md", 0755);
    if (symlink (target, path) < 0)
        return; /* there is another of that name */
}

static int
assemble (const struct members *m, const struct md_superblock *sb,
          const char *first, struct error *err)
{
    cleanup_free char *device = NULL;
    cleanup_fd int fd = -1;

    if (md_load_level (sb->becomes_raid6 ? 6 : sb->level, first, err) < 0
        || write_parameter ("start_ro", "1", err) < 0)
        return -1;
    fd = new_array (choose_number (number_of (sb)), &device, err);
    if (fd < 0 || run_array (fd, device, m, sb, err) < 0)
        return -1;
    link_name (sb, device);
    return write_parameter ("start_ro", "0", err);
}

/* All arrays; the first failure is reported. */
static void
assemble_all (struct members *m, struct error *err)
{
    for (size_t i = 0; i < m->count; i++) {
        cleanup_error struct error one = { 0 };

        if (m->item[i].done)
            continue;
        for (size_t j = i; j < m->count; j++)
            if (is_same_array (&m->item[j].sb, &m->item[i].sb))
                m->item[j].done = true;
        if (assemble (m, &m->item[i].sb, m->item[i].device, &one) < 0
            && !err->message)
            error_move (err, &one);
    }
}

int
md_assemble_once (struct daemon *daemon, struct error *err)
{
    cleanup_members struct members m = { 0 };

    if (!daemon->appliance)
        return 0;
    if (!daemon->arrays_assembled) {
        find_members (&m);
        daemon->arrays_assembled = m.count > 0;
        assemble_all (&m, &daemon->arrays_error);
    }
    if (!daemon->arrays_error.message)
        return 0;
    return fail (err, daemon->arrays_error.errnum, "%s",
                 daemon->arrays_error.message);
}
