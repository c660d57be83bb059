/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-initrd: the first program of a QEMU appliance.  It loads the
 * modules that the root needs, finds the root by its UUID, and hands over to
 * the daemon in it.  It is small and linked statically: each page of it
 * costs time in an emulated processor.
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fixed-root.h"
#include "initrd.h"

/* How long disks may take to appear, in seconds: an emulated processor of a
 * busy host takes some.  The kernel's command line can say otherwise, which
 * becomes an environment variable.
 */
#define PATIENCE 120
#define PATIENCE_VARIABLE "guestfs_patience"

/* Between two looks, in nanoseconds. */
#define PAUSE 1000000

/* The superblock of erofs, fs/erofs/erofs_fs.h of Linux. */
#define SUPERBLOCK_OFFSET 1024
#define SUPERBLOCK_MAGIC 0xe0f5e1e2u
#define SUPERBLOCK_UUID 48
#define UUID_SIZE 16

#define LIST_MAX 8192
#define NAME_SIZE 256 /* of a file */

struct root {
    char disk[NAME_SIZE]; /* its name, "sda" */
    off_t offset;         /* of the image on it, in bytes */
};

/* Nothing can be done without a root: say why, and switch the machine off. */
_Noreturn static void __attribute__ ((format (printf, 1, 2)))
give_up (const char *fmt, ...)
{
    va_list args;

    va_start (args, fmt);
    dprintf (STDERR_FILENO, "guestfs-initrd: ");
    vdprintf (STDERR_FILENO, fmt, args);
    dprintf (STDERR_FILENO, "\n");
    va_end (args);
    sync ();
    reboot (RB_POWER_OFF);
    _exit (EXIT_FAILURE);
}

static void
mount_kernel (const char *type, const char *where, unsigned long flags)
{
    if (mount (type, where, type, flags, NULL) < 0)
        give_up ("mounting %s: %m", where);
}

/* 0 to size - 1 bytes; a NUL after them. */
static size_t
read_file (const char *path, char *buffer, size_t size)
{
    int fd = open (path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read (fd, buffer, size - 1);

    if (n < 0)
        give_up ("%s: %m", path);
    close (fd);
    buffer[n] = '\0';
    return (size_t) n;
}

/* Drivers for processors or devices that are not there refuse: that is no
 * reason to stop.  The file isn't needed any more, and would take memory.
 */
static void
load_module (const char *path)
{
    int fd = open (path, O_RDONLY | O_CLOEXEC);

    if (fd < 0
        || (syscall (SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST
            && errno != ENODEV))
        dprintf (STDERR_FILENO, "guestfs-initrd: %s: %m\n", path);
    close (fd);
    unlink (path);
}

static int
open_disk (const char *name)
{
    char path[NAME_SIZE + 8];

    snprintf (path, sizeof path, "/dev/%s", name);
    return open (path, O_RDONLY | O_CLOEXEC);
}

static bool
has_root_at (int fd, off_t offset, const char *uuid)
{
    unsigned char block[SUPERBLOCK_UUID + UUID_SIZE];
    uint32_t magic;
    ssize_t n = pread (fd, block, sizeof block, offset + SUPERBLOCK_OFFSET);

    memcpy (&magic, block, sizeof magic);
    return n == (ssize_t) sizeof block && magic == SUPERBLOCK_MAGIC
           && memcmp (block + SUPERBLOCK_UUID, uuid, UUID_SIZE) == 0;
}

/* Is the disk the root?  Others may hold anything, other roots too, but not
 * the UUID of ours, which was drawn when it was built.  That of a fixed
 * appliance comes after a header (common/fixed-root.h).
 */
static bool
is_root (const char *name, const char *uuid, off_t *ret_offset)
{
    static const off_t offsets[] = { 0, FIXED_ROOT_HEADER_SIZE };
    int fd = open_disk (name);
    bool found = false;

    for (size_t i = 0; fd >= 0 && i < sizeof offsets / sizeof *offsets; i++)
        if (has_root_at (fd, offsets[i], uuid)) {
            *ret_offset = offsets[i];
            found = true;
        }
    if (fd >= 0)
        close (fd);
    return found;
}

static bool
is_disk (const char *name)
{
    return strncmp (name, "vd", 2) == 0 || strncmp (name, "sd", 2) == 0;
}

/* One look at all disks.  Which there are goes to seen, for the message.
 * A guest that had taken over an appliance may have read the UUID, and put
 * it on its own disk: where two have it, neither is trusted.
 */
static bool
look_for_root (const char *uuid, struct root *ret, char *seen, size_t size)
{
    DIR *dir = opendir ("/sys/block");
    const struct dirent *entry;
    size_t used = 0;
    int found = 0;

    if (!dir)
        give_up ("/sys/block: %m");
    *seen = '\0';
    while ((entry = readdir (dir))) {
        if (!is_disk (entry->d_name))
            continue;
        if (used + NAME_SIZE + 1 < size)
            used += (size_t) snprintf (seen + used, size - used, " %s",
                                       entry->d_name);
        if (!is_root (entry->d_name, uuid, &ret->offset))
            continue;
        found++;
        snprintf (ret->disk, sizeof ret->disk, "%s", entry->d_name);
    }
    closedir (dir);
    if (found > 1)
        give_up ("more than one disk says that it is the appliance's root; "
                 "the disks are:%s", seen);
    return found == 1;
}

/* One after the other, until the root appears. */
static bool
load_modules (const char *uuid, struct root *ret)
{
    static char list[LIST_MAX];
    char seen[1024], *next;

    read_file (INITRD_LIST, list, sizeof list);
    for (char *line = list; *line; line = next) {
        next = strchrnul (line, '\n');
        if (*next)
            *next++ = '\0';
        load_module (line);
        if (look_for_root (uuid, ret, seen, sizeof seen))
            return true;
    }
    return false;
}

static long
get_patience (void)
{
    const char *text = getenv (PATIENCE_VARIABLE);
    long seconds = text ? strtol (text, NULL, 10) : 0;

    return seconds > 0 ? seconds : PATIENCE;
}

/* Disks may take a while. */
static void
wait_for_root (const char *uuid, struct root *ret)
{
    static const struct timespec pause = { .tv_nsec = PAUSE };
    char seen[1024];
    struct timespec now, start;
    long patience = get_patience ();

    clock_gettime (CLOCK_MONOTONIC, &start);
    while (!look_for_root (uuid, ret, seen, sizeof seen)) {
        clock_gettime (CLOCK_MONOTONIC, &now);
        if (now.tv_sec - start.tv_sec > patience)
            give_up ("in %ld seconds no disk with the appliance's root "
                     "appeared; the disks are:%s", patience,
                     *seen ? seen : " none");
        nanosleep (&pause, NULL);
    }
}

static void
find_root (struct root *ret)
{
    char uuid[UUID_SIZE + 1];

    if (read_file (INITRD_UUID, uuid, sizeof uuid) != UUID_SIZE)
        give_up (INITRD_UUID " is damaged");
    if (!load_modules (uuid, ret))
        wait_for_root (uuid, ret);
}

/* What comes after a header becomes a partition: the kernel need not find it
 * in a table.
 */
static void
cut_header_off (struct root *root)
{
    struct blkpg_partition partition = { .start = root->offset, .pno = 1 };
    struct blkpg_ioctl_arg arg = { .op = BLKPG_ADD_PARTITION,
                                   .datalen = sizeof partition,
                                   .data = &partition };
    int fd = open_disk (root->disk);

    partition.length = fd < 0 ? 0 : lseek (fd, 0, SEEK_END) - root->offset;
    if (fd < 0 || ioctl (fd, BLKPG, &arg) < 0)
        give_up ("the part of %s that is the root: %m", root->disk);
    close (fd);
    strncat (root->disk, "1", sizeof root->disk - strlen (root->disk) - 1);
}

/* What was mounted goes along. */
static void
switch_root (const char *disk)
{
    static const char *const kept[] = { "/dev", "/proc", "/sys" };
    char path[NAME_SIZE + 8];

    snprintf (path, sizeof path, "/dev/%s", disk);
    if (mount (path, "/root", "erofs", MS_RDONLY, NULL) < 0)
        give_up ("mounting the root, %s: %m", path);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        char target[32];

        snprintf (target, sizeof target, "/root%s", kept[i]);
        if (mount (kept[i], target, NULL, MS_MOVE, NULL) < 0)
            give_up ("moving %s to the root: %m", kept[i]);
    }
    unlink ("/init");
    if (chdir ("/root") < 0 || mount (".", "/", NULL, MS_MOVE, NULL) < 0
        || chroot (".") < 0 || chdir ("/") < 0)
        give_up ("switching to the root: %m");
}

int
main (int argc, char **argv, char **environment)
{
    struct root root;

    (void) argc;
    mount_kernel ("devtmpfs", "/dev", MS_NOSUID);
    mount_kernel ("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    mount_kernel ("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    find_root (&root);
    if (root.offset > 0)
        cut_header_off (&root);
    switch_root (root.disk);
    execve ("/init", argv, environment);
    give_up ("/init: %m");
}
