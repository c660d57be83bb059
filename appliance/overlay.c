/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-overlay.so: lets the kernel of the appliance write to disks that
 * must not be written.  It is loaded into User Mode Linux (LD_PRELOAD),
 * whose block driver calls the C library for each request, and stands
 * between the two: what is written goes to a temporary file, what is read
 * comes from there where something was written, else from the image, which
 * is opened for reading only.  Nothing is prepared, so a disk that is never
 * written costs nothing, however large it is.
 *
 * It protects nothing: that is the work of the mounts and of Landlock.  A
 * kernel without it would find its disks write-protected.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))

/* "IMAGE:FILE", separated by commas: descriptors, as guestfs-confine says. */
#define VARIABLE "GUESTFS_OVERLAYS"

/* The driver has 16 devices. */
#define MAX_OVERLAYS 16

/* As many descriptors as guestfs-confine lets the kernel have. */
#define MAX_DESCRIPTORS 4096

/* The driver reads and writes whole sectors. */
#define SECTOR_SIZE 512

struct overlay {
    char image[sizeof "/proc/self/fd/" + 3 * sizeof (int)];
    int file;          /* of what was written, each byte at its place */
    off_t sectors;     /* of the image; no more can be written */
    uint8_t *written;  /* one bit for each sector: is it in the file? */
};

/* All requests come from one thread of the kernel. */
static struct overlay overlays[MAX_OVERLAYS];
static size_t n_overlays;

/* The overlay that a descriptor was opened on. */
static struct overlay *opened[MAX_DESCRIPTORS];

_Noreturn static void
give_up (const char *what)
{
    dprintf (STDERR_FILENO, "guestfs-overlay: %s: %m\n", what);
    _exit (EXIT_FAILURE);
}

static void
add_overlay (int image, int file)
{
    struct overlay *o = &overlays[n_overlays];
    off_t size = lseek (image, 0, SEEK_END);
    void *bits;

    if (size < 0)
        give_up ("size of an image");
    snprintf (o->image, sizeof o->image, "/proc/self/fd/%d", image);
    o->file = file;
    o->sectors = (size + SECTOR_SIZE - 1) / SECTOR_SIZE;
    /* Only what is touched is ever allocated. */
    bits = mmap (NULL, (size_t) (o->sectors / CHAR_BIT + 1),
                 PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bits == MAP_FAILED)
        give_up ("memory");
    o->written = bits;
    n_overlays++;
}

__attribute__ ((constructor)) static void
read_environment (void)
{
    const char *s = getenv (VARIABLE);
    int image, file, length;

    while (s && n_overlays < MAX_OVERLAYS
           && sscanf (s, "%d:%d%n", &image, &file, &length) == 2) {
        add_overlay (image, file);
        s += length;
        s += *s == ',';
    }
}

static struct overlay *
overlay_of (int fd)
{
    return fd >= 0 && fd < MAX_DESCRIPTORS ? opened[fd] : NULL;
}

static bool
is_written (const struct overlay *o, off_t sector)
{
    return sector < o->sectors
           && (o->written[sector / CHAR_BIT] >> sector % CHAR_BIT & 1);
}

static void
set_written (struct overlay *o, off_t first, off_t end)
{
    for (off_t sector = first; sector < end; sector++)
        o->written[sector / CHAR_BIT]
            |= (uint8_t) (1U << sector % CHAR_BIT);
}

/* How many of the bytes lie together, all in the file or all in the image.
 */
static size_t
length_of_run (const struct overlay *o, size_t size, off_t offset)
{
    off_t sector = offset / SECTOR_SIZE;
    bool written = is_written (o, sector);
    off_t end = offset + (off_t) size;

    while (++sector * SECTOR_SIZE < end)
        if (is_written (o, sector) != written)
            return (size_t) (sector * SECTOR_SIZE - offset);
    return size;
}

static ssize_t
read_overlay (const struct overlay *o, int image, char *buffer, size_t size,
              off_t offset)
{
    size_t done = 0;

    while (done < size) {
        off_t at = offset + (off_t) done;
        size_t length = length_of_run (o, size - done, at);
        int fd = is_written (o, at / SECTOR_SIZE) ? o->file : image;
        ssize_t n = syscall (SYS_pread64, fd, buffer + done, length, at);

        if (n < 0)
            return done > 0 ? (ssize_t) done : -1;
        done += (size_t) n;
        if ((size_t) n < length)
            break;
    }
    return (ssize_t) done;
}

/* Only whole sectors count: a disk may become full within one. */
static ssize_t
write_overlay (struct overlay *o, const char *buffer, size_t size,
               off_t offset)
{
    off_t first = offset / SECTOR_SIZE;
    ssize_t n;

    if (offset < 0 || offset % SECTOR_SIZE != 0 || size % SECTOR_SIZE != 0
        || (off_t) (size / SECTOR_SIZE) > o->sectors - first) {
        errno = EINVAL;
        return -1;
    }
    n = syscall (SYS_pwrite64, o->file, buffer, size, offset);
    if (n < 0)
        return -1;
    n -= n % SECTOR_SIZE;
    if (n == 0 && size > 0) {
        errno = ENOSPC;
        return -1;
    }
    set_written (o, first, first + n / SECTOR_SIZE);
    return n;
}

/* What the driver calls.  The other callers in the kernel's program are
 * passed through.
 */

static struct overlay *
find_image (const char *path)
{
    for (size_t i = 0; i < n_overlays; i++)
        if (strcmp (path, overlays[i].image) == 0)
            return &overlays[i];
    return NULL;
}

EXPORT int
open64 (const char *path, int flags, ...)
{
    struct overlay *o = find_image (path);
    mode_t mode;
    va_list args;
    int fd;

    va_start (args, flags);
    mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg (args, mode_t) : 0;
    va_end (args);
    if (o)
        flags = (flags & ~O_ACCMODE) | O_RDONLY;
    fd = (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < MAX_DESCRIPTORS)
        opened[fd] = o;
    return fd;
}

EXPORT int
close (int fd)
{
    if (overlay_of (fd))
        opened[fd] = NULL;
    return (int) syscall (SYS_close, fd);
}

EXPORT ssize_t
pread64 (int fd, void *buffer, size_t size, off_t offset)
{
    const struct overlay *o = overlay_of (fd);

    if (o)
        return read_overlay (o, fd, buffer, size, offset);
    return syscall (SYS_pread64, fd, buffer, size, offset);
}

EXPORT ssize_t
pwrite64 (int fd, const void *buffer, size_t size, off_t offset)
{
    struct overlay *o = overlay_of (fd);

    if (o)
        return write_overlay (o, buffer, size, offset);
    return syscall (SYS_pwrite64, fd, buffer, size, offset);
}

/* What is thrown away need not reach a disk. */
EXPORT int
fsync (int fd)
{
    return overlay_of (fd) ? 0 : (int) syscall (SYS_fsync, fd);
}
