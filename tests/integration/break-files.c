/* SPDX-License-Identifier: GPL-2.0-or-later */
/* promise-breaker: files, disks and descriptors. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "promise-breaker.h"

extern char **environ;

static void
must_not_open (const char *path, int flags)
{
    int fd = open (path, flags | O_CLOEXEC, 0600);

    if (fd < 0)
        return;
    breaks ("%s was opened with flags %#o", path, flags);
    close (fd);
}

static void
must_contain_only (const char *directory, const char *allowed)
{
    DIR *dir = opendir (directory);
    struct dirent *entry;

    if (!dir)
        return;
    while ((entry = readdir (dir))) {
        if (strcmp (entry->d_name, ".") != 0
            && strcmp (entry->d_name, "..") != 0
            && !is_listed (allowed, entry->d_name))
            breaks ("%s/%s exists", directory, entry->d_name);
    }
    closedir (dir);
}

static off_t
file_size (const char *path)
{
    struct stat statbuf;

    return stat (path, &statbuf) == 0 ? statbuf.st_size : 0;
}

void
read_host_files (void)
{
    static const char *const files[] = {
        "/etc/passwd", "/etc/shadow", "/etc/hostname", "/etc/fstab",
        "/etc/machine-id", "/etc/ssl/openssl.cnf", "/etc/ssl/private",
        "/etc/ssh/sshd_config", "/root/.ssh", "/home", "/boot", "/opt", "/srv",
        "/media", "/usr/local", "/usr/include", "/usr/src",
        "/usr/share/doc", "/var/lib", "/var/log", "/run/systemd",
        "/../etc/passwd", "/proc/1/root/etc/passwd", "/dev/mem",
        "/dev/kmsg", "/dev/tty", "/dev/ptmx", "/dev/fuse", "/dev/kvm",
        "/dev/vda", "/dev/sda", "/dev/net/tun", "/dev/loop-control",
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        must_not_open (files[i], O_RDONLY);
    must_not_open (argument ("secret"), O_RDONLY);
    if (is_guest () && file_size ("/etc/resolv.conf") > 0)
        breaks ("/etc/resolv.conf is the host's");
}

void
list_view (void)
{
    must_contain_only ("/", is_remote ()
                            ? ".ssh dev etc lib lib32 lib64 proc program usr"
                            : "bin dev etc init lib lib32 lib64 mnt proc "
                              "program root run sbin sys sysroot tmp usr "
                              "var");
    must_contain_only ("/usr", "bin sbin lib lib32 lib64 libexec share");
    must_contain_only ("/usr/share", is_qemu () ? "qemu seabios"
                                                : "misc file");
    must_contain_only ("/etc", is_network ()
                               ? "ld.so.cache resolv.conf"
                               : is_remote ()
                               ? "ceph gai.conf host.conf hosts ld.so.cache "
                                 "nsswitch.conf resolv.conf ssh ssl"
                               : "ld.so.cache mke2fs.conf magic resolv.conf");
    must_contain_only ("/etc/ssh", "ssh_known_hosts");
    must_contain_only ("/etc/ssl", "certs");
    must_contain_only ("/etc/ssl/certs", "");
    must_contain_only ("/etc/ceph", "");
    must_contain_only ("/.ssh", "");
    must_contain_only ("/dev", "null zero full random urandom shm");
    must_contain_only ("/dev/shm", "");
    must_contain_only ("/run", "");
    must_contain_only ("/sys", "");
    must_contain_only ("/tmp", "");
    must_contain_only ("/var", "");
    must_contain_only ("/root", "");
    must_contain_only ("/mnt", "");
    must_contain_only ("/sysroot", "");
}

void
write_view (void)
{
    static const char *const directories[]
        = { "", "/usr", "/usr/bin", "/usr/lib", "/etc", "/dev", "/tmp",
            "/var", "/root", "/sysroot", "/program", "/proc" };
    static const char *const files[]
        = { "/init", "/etc/ld.so.cache", "/etc/resolv.conf", "/usr/bin/env",
            "/proc/self/comm",
            "/proc/sys/kernel/hostname", "/proc/self/oom_score_adj" };

    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        char path[PATH_MAX];

        snprintf (path, sizeof path, "%s/promise", directories[i]);
        must_not_open (path, O_WRONLY | O_CREAT);
        if (mkdir (path, 0700) == 0)
            breaks ("%s was created", path);
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        must_not_open (files[i], O_WRONLY);
        must_not_open (files[i], O_RDWR);
    }
    if (unlink ("/init") == 0 || unlink ("/etc/ld.so.cache") == 0)
        breaks ("a file of the view was deleted");
}

/* Needed by the kernel: must be possible, or it could not run. */
void
use_scratch (void)
{
    int fd;

    if (!is_guest ())
        return;
    fd = open ("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0700);
    if (fd < 0 || pwrite (fd, "", 1, 4095) != 1
        || mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED,
                 fd, 0) == MAP_FAILED)
        breaks ("/dev/shm can't be used for memory: %s", strerror (errno));
    if (mkdir ("/run/x", 0700) < 0 || rmdir ("/run/x") < 0)
        breaks ("/run can't be used: %s", strerror (errno));
    close (fd);
}

static void
fill_up (const char *directory, off_t size)
{
    char path[PATH_MAX];
    int fd = open (directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 && fallocate (fd, 0, 0, size) == 0)
        breaks ("%s takes %lld bytes", directory, (long long) size);
    close (fd);
    for (int i = 0; i < 1000; i++) {
        snprintf (path, sizeof path, "%s/%d", directory, i);
        fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            break;
        close (fd);
        if (i == 999)
            breaks ("%s takes 1000 files", directory);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf (path, sizeof path, "%s/%d", directory, i);
        if (unlink (path) < 0)
            break;
    }
}

void
fill_scratch (void)
{
    long long memory = strtoll (argument ("memory"), NULL, 10);

    if (!is_guest ())
        return;
    fill_up ("/run", 2 * 1024 * 1024);
    fill_up ("/dev/shm", memory + 32 * 1024 * 1024);
}

void
read_proc (void)
{
    static const char *const files[] = {
        "/proc/cmdline", "/proc/kallsyms", "/proc/modules", "/proc/mounts",
        "/proc/sys/kernel/random/boot_id", "/proc/self/environ",
        "/proc/self/maps", "/proc/self/mountinfo", "/proc/sysrq-trigger",
        "/proc/keys", "/proc/kcore", "/proc/version", "/proc/net/unix",
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        must_not_open (files[i], O_RDONLY);
}

void
make_device (void)
{
    static const char *const paths[]
        = { "/dev/shm/node", "/run/node", "/tmp/node", "/dev/node" };

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (mknod (paths[i], S_IFBLK | 0600, 8 << 8) == 0
            || mknod (paths[i], S_IFCHR | 0600, (1 << 8) | 1) == 0)
            breaks ("%s: a device node", paths[i]);
    }
}

/* Disks and descriptors. */

static int
open_again (int fd, int flags)
{
    char path[64];

    snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
    return open (path, flags | O_CLOEXEC);
}

void
use_disks (void)
{
    char buffer[16];
    int rw, ro;

    if (is_network ())
        return; /* it has none */
    rw = open_again (number_argument ("rw"), O_RDWR);
    ro = open_again (number_argument ("ro"), O_RDONLY);
    if (rw < 0 || pwrite (rw, "writable", 8, 0) != 8 || fsync (rw) < 0)
        breaks ("the writable disk can't be written");
    if (ro < 0 || pread (ro, buffer, sizeof buffer, 0) <= 0)
        breaks ("the read-only disk can't be read");
    close (rw);
    close (ro);
}

void
write_read_only_disk (void)
{
    int fd = number_argument ("ro");
    int again;
    char path[64];

    if (pwrite (fd, "broken!", 7, 0) > 0)
        breaks ("written through its descriptor");
    again = open_again (fd, O_RDWR);
    if (again >= 0 && pwrite (again, "broken!", 7, 0) > 0)
        breaks ("written through /proc/self/fd");
    close (again);
    again = open_again (fd, O_RDONLY | O_TRUNC);
    if (again >= 0)
        breaks ("truncated by O_TRUNC");
    close (again);
    snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
    if (truncate (path, 0) == 0 || ftruncate (fd, 0) == 0)
        breaks ("truncated");
    if (chmod (path, 0777) == 0 || fchmod (fd, 0777) == 0)
        breaks ("its mode was changed");
    if (utimensat (AT_FDCWD, path, NULL, 0) == 0 || futimens (fd, NULL) == 0)
        breaks ("its time was changed");
}

void
find_descriptors (void)
{
    for (int fd = 3; fd < 4096; fd++) {
        char name[32];

        if (fcntl (fd, F_GETFD) < 0)
            continue;
        snprintf (name, sizeof name, "%d", fd);
        if (!is_listed (argument ("fds"), name))
            breaks ("descriptor %d is open", fd);
    }
}

void
read_stdin (void)
{
    char byte;

    if (read (STDIN_FILENO, &byte, 1) != 0)
        breaks ("something came from stdin");
}

void
read_environment (void)
{
    for (char **p = environ; *p; p++) {
        if (strcmp (*p, "PATH=/usr/sbin:/usr/bin:/sbin:/bin") != 0
            && strcmp (*p, "HOME=/") != 0
            && strcmp (*p, "TMPDIR=/dev/shm") != 0
            && (is_guest () || is_network ()
                || strncmp (*p, "QEMU_MODULE_DIR=/usr/lib", 24) != 0))
            breaks ("%s", *p);
    }
}

