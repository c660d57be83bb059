/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The drives of a handle. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "appliance.h"
#include "directories.h"
#include "drive.h"
#include "image-format.h"
#include "impl.h"
#include "image-lock.h"
#include "io.h"
#include "overlay.h"
#include "remote.h"

static void
drive_free (struct drive *d)
{
    if (!d)
        return;
    close_fd (&d->fd);
    close_fd (&d->overlay);
    remote_free (d->remote);
    free (d->filename);
    free (d->format);
    free (d->name);
    free (d->label);
    free (d->iface);
    free (d->cachemode);
    free (d->discard);
    free (d);
}

static void
cleanup_drive_ (struct drive **d)
{
    drive_free (*d);
}

#define cleanup_drive __attribute__ ((cleanup (cleanup_drive_)))

void
drives_truncate (guestfs_h *g, size_t count)
{
    while (g->nr_drives > count)
        drive_free (g->drives[--g->nr_drives]);
}

void
drives_free (guestfs_h *g)
{
    drives_truncate (g, 0);
    free (g->drives);
    g->drives = NULL;
}

static void
add (guestfs_h *g, struct drive *take_drive)
{
    g->drives = xreallocarray (g->drives, g->nr_drives + 1,
                               sizeof *g->drives);
    g->drives[g->nr_drives++] = take_drive;
}

static char *
copy_or_null (const char *s)
{
    return s ? xstrdup (s) : NULL;
}

/* Names that end up on command lines and in the guest: letters, digits and
 * a few more.
 */
static bool
is_word (const char *s, const char *also, size_t max)
{
    size_t n = strspn (s, "abcdefghijklmnopqrstuvwxyz"
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    while (s[n] && strchr (also, s[n]))
        n += 1 + strspn (s + n + 1, "abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    return n > 0 && !s[n] && n <= max;
}

static bool
is_one_of (const char *s, const char *const *allowed)
{
    for (; *allowed; allowed++)
        if (strcmp (s, *allowed) == 0)
            return true;
    return false;
}

static int
check_words (guestfs_h *g, const struct guestfs_add_drive_opts_argv *o)
{
    static const char *const cachemodes[] = { "unsafe", "writeback", NULL };
    static const char *const ifaces[] = { "ide", "scsi", "virtio", NULL };
    static const char *const discards[] = { "disable", "enable", "besteffort",
                                            NULL };

    if (o->format && !is_word (o->format, "-_", 32))
        return fail (&g->error, EINVAL, "format '%s' is no name of a format",
                     o->format);
    if (o->iface && !is_one_of (o->iface, ifaces))
        return fail (&g->error, EINVAL, "iface '%s' is none of 'ide', 'scsi' "
                     "and 'virtio'", o->iface);
    if (o->label && !is_word (o->label, "", 20))
        return fail (&g->error, EINVAL, "label '%s': a label is 1 to 20 "
                     "letters and digits", o->label);
    if (o->cachemode && !is_one_of (o->cachemode, cachemodes))
        return fail (&g->error, EINVAL,
                     "cachemode '%s' is neither 'writeback' nor 'unsafe'",
                     o->cachemode);
    if (o->discard && !is_one_of (o->discard, discards))
        return fail (&g->error, EINVAL, "discard '%s' is none of 'disable', "
                     "'enable' and 'besteffort'", o->discard);
    return 0;
}

static bool
is_local (const struct guestfs_add_drive_opts_argv *o)
{
    return !o->protocol || strcmp (o->protocol, "file") == 0;
}

static int
check_options (guestfs_h *g, const struct guestfs_add_drive_opts_argv *o)
{
    if (check_words (g, o) < 0)
        return -1;
    if (is_local (o)
        && ((o->server && o->server[0]) || o->username || o->secret))
        return fail (&g->error, EINVAL, "server, username and secret have no "
                     "meaning for the protocol 'file'");
    if (o->blocksize != 0 && o->blocksize != 512 && o->blocksize != 4096)
        return fail (&g->error, EINVAL, "blocksize %d: a disk has blocks of "
                     "512 or 4096 bytes", o->blocksize);
    if (o->readonly && o->discard && strcmp (o->discard, "enable") == 0)
        return fail (&g->error, EINVAL,
                     "discard 'enable' has no meaning for a read-only drive");
    return 0;
}

static int
open_file (guestfs_h *g, const char *filename, bool readonly)
{
    cleanup_fd int fd = open (filename, (readonly ? O_RDONLY : O_RDWR)
                                            | O_CLOEXEC | O_NONBLOCK
                                            | O_NOCTTY);
    struct stat st;

    if (fd < 0 || fstat (fd, &st) < 0)
        return fail (&g->error, errno, "%s: %m", filename);
    if (S_ISDIR (st.st_mode))
        return fail (&g->error, EISDIR, "%s: %m", filename);
    if (!S_ISREG (st.st_mode) && !S_ISBLK (st.st_mode)
        && strcmp (filename, "/dev/null") != 0)
        return fail (&g->error, EINVAL,
                     "%s: neither a file nor a block device", filename);
    return steal_fd (&fd);
}

/* Find out now what would make launching fail. */
static int
check_file (guestfs_h *g, const char *filename, bool readonly)
{
    cleanup_fd int fd = open_file (g, filename, readonly);

    return fd < 0 ? -1 : 0;
}

/* What is on a server is looked for when the appliance is launched. */
static int
find_image (guestfs_h *g, struct drive *d, const char *filename,
            const struct guestfs_add_drive_opts_argv *o)
{
    if (is_local (o)) {
        d->filename = xstrdup (filename);
        return check_file (g, filename, o->readonly);
    }
    d->remote = remote_new (o->protocol, filename, o->server, o->username,
                            o->secret, &g->error);
    if (!d->remote)
        return -1;
    d->filename = remote_name (d->remote);
    d->write_protected = !d->remote->protocol->is_writable;
    if (d->write_protected && d->discard && strcmp (d->discard, "enable") == 0)
        return fail (&g->error, EINVAL, "discard 'enable' has no meaning for "
                     "the protocol '%s', which only reads", o->protocol);
    return 0;
}

int
impl_add_drive (guestfs_h *g, const char *filename,
                const struct guestfs_add_drive_opts_argv *o)
{
    cleanup_drive struct drive *d = NULL;

    if (g->state != STATE_CONFIG)
        return fail (&g->error, EINVAL, "drives can only be added before "
                     "the appliance is launched");
    if (check_options (g, o) < 0)
        return -1;
    d = xcalloc (1, sizeof *d);
    *d = (struct drive) {
        .format = copy_or_null (o->format),
        .name = copy_or_null (o->name),
        .label = copy_or_null (o->label),
        .iface = copy_or_null (o->iface),
        .cachemode = copy_or_null (o->cachemode),
        .discard = copy_or_null (o->discard),
        .readonly = o->readonly,
        .copyonread = o->copyonread,
        .blocksize = o->blocksize,
        .overlay = -1,
        .fd = -1,
    };
    if (find_image (g, d, filename, o) < 0)
        return -1;
    add (g, steal (&d));
    return 0;
}

int
impl_add_drive_ro (guestfs_h *g, const char *filename)
{
    const struct guestfs_add_drive_opts_argv o = {
        .bitmask = GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK,
        .readonly = 1,
    };

    return impl_add_drive (g, filename, &o);
}

int
impl_add_drive_with_if (guestfs_h *g, const char *filename,
                        const char *iface)
{
    const struct guestfs_add_drive_opts_argv o = {
        .bitmask = GUESTFS_ADD_DRIVE_OPTS_IFACE_BITMASK,
        .iface = iface,
    };

    return impl_add_drive (g, filename, &o);
}

int
impl_add_drive_ro_with_if (guestfs_h *g, const char *filename,
                           const char *iface)
{
    const struct guestfs_add_drive_opts_argv o = {
        .bitmask = GUESTFS_ADD_DRIVE_OPTS_IFACE_BITMASK
                   | GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK,
        .iface = iface,
        .readonly = 1,
    };

    return impl_add_drive (g, filename, &o);
}

int
impl_add_cdrom (guestfs_h *g, const char *filename)
{
    return impl_add_drive_ro (g, filename);
}

static int
open_scratch (guestfs_h *g, int64_t size)
{
    cleanup_free char *what = xasprintf ("a scratch drive of %lld bytes",
                                         (long long) size);
    cleanup_fd int fd = open_temporary (g);

    if (fd < 0 || set_file_size (fd, size) < 0)
        return fail_temporary (g, errno, what);
    if (above_stdio (&fd, &g->error) < 0)
        return -1;
    return steal_fd (&fd);
}

int
impl_add_drive_scratch (guestfs_h *g, int64_t size,
                        const struct guestfs_add_drive_scratch_argv *o)
{
    const struct guestfs_add_drive_opts_argv checked = {
        .bitmask = o->bitmask & GUESTFS_ADD_DRIVE_SCRATCH_BLOCKSIZE_BITMASK
                   ? GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE_BITMASK
                   : 0,
        .label = o->label,
        .blocksize = o->blocksize,
    };
    struct drive *d;
    int fd;

    if (g->state != STATE_CONFIG)
        return fail (&g->error, EINVAL, "drives can only be added before "
                     "the appliance is launched");
    if (size <= 0)
        return fail (&g->error, EINVAL, "size %lld: must be more than 0",
                     (long long) size);
    if (check_options (g, &checked) < 0
        || (fd = open_scratch (g, size)) < 0)
        return -1;
    d = xcalloc (1, sizeof *d);
    *d = (struct drive) {
        .filename = xasprintf ("scratch drive of %lld bytes",
                               (long long) size),
        .format = xstrdup ("raw"),
        .name = copy_or_null (o->name),
        .label = copy_or_null (o->label),
        .blocksize = o->blocksize,
        .scratch = true,
        .overlay = -1,
        .fd = fd,
    };
    add (g, d);
    return 0;
}

int
impl_remove_drive (guestfs_h *g, const char *label)
{
    return fail (&g->error, ENOTSUP, "'%s': drives can not be removed", label);
}

char **
impl_debug_drives (guestfs_h *g)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;

    for (size_t i = 0; i < g->nr_drives; i++) {
        const struct drive *d = g->drives[i];

        strings_add_format (&list, "%s%s%s%s%s", d->filename,
                            d->readonly ? " readonly" : "",
                            d->format ? " format=" : "",
                            d->format ? d->format : "",
                            d->copyonread ? " copyonread" : "");
    }
    return strings_steal (&list);
}

static void
remember_odd_size (struct drive *d)
{
    struct stat st;

    d->odd_size = 0;
    if (!d->readonly && fstat (d->fd, &st) == 0 && S_ISREG (st.st_mode)
        && st.st_size % SECTOR_SIZE != 0)
        d->odd_size = st.st_size;
}

/* A guest that writes to the last sector makes the file longer, by what is
 * missing to a whole sector: that is cut off again.
 */
static void
restore_odd_size (guestfs_h *g, const struct drive *d)
{
    struct stat st;

    if (d->odd_size == 0 || fstat (d->fd, &st) < 0
        || st.st_size <= d->odd_size
        || st.st_size > d->odd_size + SECTOR_SIZE)
        return;
    if (ftruncate (d->fd, d->odd_size) < 0)
        warning (g, "%s: it was made longer, and can't be cut off: %m",
                 d->filename);
}

static int
find_format (guestfs_h *g, struct drive *d)
{
    const char *format;

    if (d->format)
        return 0;
    format = probe_format (d->fd, d->filename, &g->error);
    if (!format)
        return -1;
    d->format = xstrdup (format);
    return 0;
}

/* /dev/null stands for an empty disk. */
#define NULL_DRIVE_SIZE 4096

/* Others forget what is said to be no longer needed. */
static int
check_discard (guestfs_h *g, const struct drive *d)
{
    static const char *const formats[] = { "raw", "qcow2", NULL };

    if (!d->discard || strcmp (d->discard, "enable") != 0
        || is_one_of (d->format, formats))
        return 0;
    return fail (&g->error, ENOTSUP, "%s: discard 'enable' is not possible "
                 "in the format %s", d->filename, d->format);
}

static int
open_remote (guestfs_h *g, struct drive *d)
{
    if (remote_open (g, d) < 0 || check_discard (g, d) < 0)
        return -1;
    return d->readonly ? overlay_open (g, d) : 0;
}

static bool
is_same_disk (int fd, int other)
{
    struct stat a, b;

    if (fstat (fd, &a) < 0 || fstat (other, &b) < 0)
        return false;
    if (S_ISBLK (a.st_mode))
        return S_ISBLK (b.st_mode) && a.st_rdev == b.st_rdev;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Nobody else may write to what we write to, we ourselves included. */
static int
lock_drive (guestfs_h *g, const struct drive *d)
{
    for (size_t i = 0; i < g->nr_drives && g->drives[i] != d; i++) {
        const struct drive *other = g->drives[i];

        if (other->fd >= 0 && !other->readonly
            && is_same_disk (d->fd, other->fd))
            return fail (&g->error, EBUSY, "%s: two drives write to it: it "
                         "was added before as %s", d->filename,
                         other->filename);
    }
    return image_lock (d->fd, d->filename, &g->error);
}

static int
open_drive (guestfs_h *g, struct drive *d)
{
    if (d->fd >= 0)
        return 0;
    if (d->remote)
        return open_remote (g, d);
    if (strcmp (d->filename, "/dev/null") == 0) {
        d->fd = open_scratch (g, NULL_DRIVE_SIZE);
        return d->fd < 0 ? -1 : find_format (g, d);
    }
    d->fd = open_file (g, d->filename, d->readonly);
    if (d->fd < 0)
        return -1;
    remember_odd_size (d);
    if (above_stdio (&d->fd, &g->error) < 0
        || (!d->readonly && lock_drive (g, d) < 0)
        || find_format (g, d) < 0 || check_discard (g, d) < 0)
        return -1;
    return d->readonly ? overlay_open (g, d) : 0;
}

int
drives_open (guestfs_h *g)
{
    int r = 0;

    for (size_t i = 0; i < g->nr_drives && r == 0; i++)
        if (g->drives[i]->remote)
            r = remote_begin (g, g->drives[i]);
    for (size_t i = 0; i < g->nr_drives && r == 0; i++)
        r = open_drive (g, g->drives[i]);
    if (r < 0)
        drives_close (g);
    return r;
}

int
drives_renew (guestfs_h *g)
{
    cleanup_free bool *is_old = xcalloc (g->nr_drives + 1, sizeof *is_old);

    for (size_t i = 0; i < g->nr_drives; i++) {
        struct drive *d = g->drives[i];

        if (!d->remote || !remote_is_old (d->remote))
            continue;
        debug (g, "launch: connecting again to %s", d->filename);
        is_old[i] = true;
        remote_close (d->remote);
        if (remote_begin (g, d) < 0)
            return -1;
    }
    for (size_t i = 0; i < g->nr_drives; i++)
        if (is_old[i] && remote_open (g, g->drives[i]) < 0)
            return -1;
    return 0;
}

void
drives_close (guestfs_h *g)
{
    for (size_t i = 0; i < g->nr_drives; i++) {
        close_fd (&g->drives[i]->overlay);
        if (g->drives[i]->remote)
            remote_close (g->drives[i]->remote);
        if (g->drives[i]->fd >= 0 && !g->drives[i]->scratch) {
            restore_odd_size (g, g->drives[i]);
            close_fd (&g->drives[i]->fd);
        }
    }
}

void
drives_forget (guestfs_h *g)
{
    for (size_t i = 0; i < g->nr_drives; i++)
        g->drives[i]->odd_size = 0;
    drives_close (g);
}

static bool
needs_flush (const struct drive *d)
{
    bool unsafe = d->cachemode && strcmp (d->cachemode, "unsafe") == 0;

    return d->fd >= 0 && !d->readonly && !d->scratch && !unsafe
           && !d->through_storage;
}

int
drives_flush_all (guestfs_h *g)
{
    int r = 0;

    for (size_t i = 0; i < g->nr_drives; i++) {
        const struct drive *d = g->drives[i];

        if (needs_flush (d) && fdatasync (d->fd) < 0)
            r = fail (&g->error, errno, "%s: writing to the disk: %m",
                      d->filename);
    }
    return r;
}

int
drives_flush (guestfs_h *g)
{
    struct appliance *a = g->appliance;
    uint32_t flushes;

    if (!a->transport->ops->flushes)
        return 0;
    flushes = a->transport->ops->flushes (a->transport);
    if (flushes == a->flushes)
        return 0;
    a->flushes = flushes;
    return drives_flush_all (g);
}
