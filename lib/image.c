/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about image files on the host: making them, and what they are.
 * QEMU's code, which knows the formats, looks into an image only where it
 * is confined.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance.h"
#include "command.h"
#include "image.h"
#include "image-format.h"
#include "impl.h"
#include "io.h"
#include "remote.h"

#define QEMU_IMG "/usr/bin/qemu-img"

/* What qemu-img says about an image is a few KiB long. */
#define INFO_MAX (1 << 20)

static void
cleanup_supervised_ (struct supervised *p)
{
    supervised_end (p);
}

#define cleanup_supervised __attribute__ ((cleanup (cleanup_supervised_)))

static int
open_image (guestfs_h *g, const char *filename)
{
    cleanup_fd int fd = open (filename, O_RDONLY | O_CLOEXEC | O_NONBLOCK
                                            | O_NOCTTY);
    struct stat st;

    if (fd < 0 || fstat (fd, &st) < 0)
        return fail (&g->error, errno, "%s: %m", filename);
    if (!S_ISREG (st.st_mode) && !S_ISBLK (st.st_mode))
        return fail (&g->error, EINVAL,
                     "%s: neither a file nor a block device", filename);
    if (above_stdio (&fd, &g->error) < 0)
        return -1;
    return steal_fd (&fd);
}

/* Like read (2), but nobody waits for ever. */
static ssize_t
read_until (int fd, void *buffer, size_t size, int64_t end_ms)
{
    struct pollfd pfd = { .fd = fd, .events = POLLIN };
    int64_t left = end_ms - monotonic_ms ();
    int n;

    if (left > INT_MAX)
        left = INT_MAX;
    n = left > 0 ? poll (&pfd, 1, (int) left) : 0;
    if (n == 0)
        errno = ETIMEDOUT;
    return n > 0 ? read (fd, buffer, size) : -1;
}

/* All that a confined program prints, until it closes its stdout. */
static char *
read_output (guestfs_h *g, int fd)
{
    cleanup_free char *text = xmalloc (INFO_MAX + 1);
    int64_t end_ms = monotonic_ms ()
                     + (int64_t) g->launch_timeout_ms * LAUNCH_PATIENCE;
    size_t size = 0;
    ssize_t n;

    while ((n = read_until (fd, text + size, INFO_MAX - size, end_ms)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_null (&g->error, errno, "qemu-img: %m");
        size += (size_t) n;
        if (size == INFO_MAX)
            return fail_null (&g->error, EFBIG, "qemu-img: said more than "
                              "%d bytes about an image", INFO_MAX);
    }
    text[size] = '\0';
    return steal (&text);
}

static json_t *
parse_info (guestfs_h *g, const char *filename, const char *text,
            struct supervised *program)
{
    json_error_t error;
    json_t *json = json_loads (text, 0, &error);

    if (json_is_object (json))
        return json;
    json_decref (json);
    if (supervised_explain (program, &g->error))
        return NULL;
    /* What is no JSON is why it failed. */
    return fail_null (&g->error, EINVAL, "%s: %s", filename, text);
}

/* The image is opened as QEMU's name for it says, from what start keeps;
 * if that says the format, too, format is NULL.
 */
static json_t *
run_info (guestfs_h *g, struct start *start, const char *filename,
          const char *format, const char *qemu_name)
{
    cleanup_supervised struct supervised program = SUPERVISED_NONE;
    cleanup_free char *text = NULL;
    cleanup_fd int ours = -1, theirs = -1;

    if (socket_pair (&ours, &theirs, &g->error) < 0)
        return NULL;
    start_argument (start, "%s", QEMU_IMG);
    start_argument (start, "info");
    start_argument (start, "-U");
    start_argument (start, "--output=json");
    if (format) {
        start_argument (start, "-f");
        start_argument (start, "%s", format);
    }
    start_argument (start, "%s", qemu_name);
    if (start_supervised (g, start, theirs, &program) < 0)
        return NULL;
    close_fd (&theirs);
    text = read_output (g, ours);
    return text ? parse_info (g, filename, text, &program) : NULL;
}

static json_t *
image_info (guestfs_h *g, int fd, const char *filename, const char *format)
{
    cleanup_start struct start start = { 0 };
    cleanup_free char *qemu_name = xasprintf ("/proc/self/fd/%d", fd);

    start_init (&start, "storage");
    start_keep_disk (&start, fd, true);
    return run_info (g, &start, filename, format, qemu_name);
}

static json_t *
remote_image_info (guestfs_h *g, const struct drive *d)
{
    cleanup_start struct start start = { 0 };
    int connection = d->remote->spare;
    cleanup_json json_t *node
        = json_made (json_pack ("{s:s, s:o}", "driver", d->format, "file",
                                remote_node (d->remote, connection)));
    cleanup_free char *text = json_text (node);
    cleanup_free char *qemu_name = xasprintf ("json:%s", text);

    start_init (&start, "storage");
    start_keep (&start, connection);
    return run_info (g, &start, d->filename, NULL, qemu_name);
}

static int64_t
size_in_info (guestfs_h *g, const char *filename, const json_t *info)
{
    json_t *size = json_object_get (info, "virtual-size");

    if (!info)
        return -1;
    if (!json_is_integer (size) || json_integer_value (size) < 0)
        return fail (&g->error, EINVAL, "%s: its size is not known",
                     filename);
    return json_integer_value (size);
}

static int64_t
virtual_size (guestfs_h *g, int fd, const char *filename, const char *format)
{
    cleanup_json json_t *info = NULL;

    /* The usual one, and it costs a start of qemu-img. */
    if (strcmp (format, "qcow2") == 0)
        return qcow2_virtual_size (fd, filename, &g->error);
    info = image_info (g, fd, filename, format);
    return size_in_info (g, filename, info);
}

int64_t
drive_virtual_size (guestfs_h *g, const struct drive *d)
{
    cleanup_json json_t *info = NULL;

    if (!d->remote)
        return virtual_size (g, d->fd, d->filename, d->format);
    if (strcmp (d->format, "qcow2") == 0)
        return qcow2_virtual_size (d->remote->header, d->filename, &g->error);
    info = remote_image_info (g, d);
    return size_in_info (g, d->filename, info);
}

/* The format is found out by us: QEMU's own guess may not be ours. */
static const char *
format_of (guestfs_h *g, const char *filename)
{
    cleanup_fd int fd = open_image (g, filename);

    return fd < 0 ? NULL : probe_format (fd, filename, &g->error);
}

char *
impl_disk_format (guestfs_h *g, const char *filename)
{
    const char *format = format_of (g, filename);

    return format ? xstrdup (format) : NULL;
}

int64_t
impl_disk_virtual_size (guestfs_h *g, const char *filename)
{
    cleanup_fd int fd = open_image (g, filename);
    const char *format;

    if (fd < 0)
        return -1;
    format = probe_format (fd, filename, &g->error);
    return format ? virtual_size (g, fd, filename, format) : -1;
}

int
impl_disk_has_backing_file (guestfs_h *g, const char *filename)
{
    cleanup_fd int fd = open_image (g, filename);
    cleanup_json json_t *info = NULL;
    const char *format;

    if (fd < 0)
        return -1;
    format = probe_format (fd, filename, &g->error);
    if (!format)
        return -1;
    info = image_info (g, fd, filename, format);
    return info ? json_object_get (info, "backing-filename") != NULL : -1;
}

/* disk_create */

static int
create_raw (guestfs_h *g, const char *filename, int64_t size, bool full)
{
    cleanup_fd int fd = open (filename, O_WRONLY | O_CREAT | O_TRUNC
                                            | O_NOCTTY | O_CLOEXEC, 0666);
    int r;

    if (fd < 0)
        return fail (&g->error, errno, "%s: %m", filename);
    if (set_file_size (fd, size) < 0)
        return fail (&g->error, errno, "%s: making it %lld bytes long: %m",
                     filename, (long long) size);
    r = full && size > 0 ? posix_fallocate (fd, 0, size) : 0;
    if (r != 0) {
        unlink (filename);
        return fail (&g->error, r, "%s: allocating %lld bytes: %m", filename,
                     (long long) size);
    }
    return 0;
}

static int
check_raw_options (guestfs_h *g, const struct guestfs_disk_create_argv *o)
{
    if (o->backingfile || o->backingformat || o->compat || o->clustersize)
        return fail (&g->error, EINVAL, "a raw image has no backing file, "
                     "compat level or clusters");
    if (o->preallocation && strcmp (o->preallocation, "off") != 0
        && strcmp (o->preallocation, "sparse") != 0
        && strcmp (o->preallocation, "full") != 0)
        return fail (&g->error, EINVAL, "preallocation '%s' of a raw image "
                     "is neither 'sparse' nor 'full'", o->preallocation);
    return 0;
}

static int
check_qcow2_options (guestfs_h *g, int64_t size,
                     const struct guestfs_disk_create_argv *o)
{
    static const char *const preallocations[] = { "off", "sparse", "metadata",
                                                  "full" };
    bool known = !o->preallocation;

    for (size_t i = 0; i < 4 && !known; i++)
        known = strcmp (o->preallocation, preallocations[i]) == 0;
    if (!known)
        return fail (&g->error, EINVAL, "preallocation '%s' is none of off, "
                     "sparse, metadata and full", o->preallocation);
    if (o->compat && strcmp (o->compat, "0.10") != 0
        && strcmp (o->compat, "1.1") != 0)
        return fail (&g->error, EINVAL, "compat '%s' is neither 0.10 nor 1.1",
                     o->compat);
    if (o->bitmask & GUESTFS_DISK_CREATE_CLUSTERSIZE_BITMASK
        && (o->clustersize < 512 || o->clustersize > 2 << 20
            || (o->clustersize & (o->clustersize - 1)) != 0))
        return fail (&g->error, EINVAL, "clustersize %d is no power of 2 "
                     "from 512 to 2097152", o->clustersize);
    if (size == -1 && !o->backingfile)
        return fail (&g->error, EINVAL,
                     "a size of -1 stands for the backing file's");
    return 0;
}

/* Commas separate the options of -o. */
static void
add_qcow2_options (struct command *c,
                   const struct guestfs_disk_create_argv *o)
{
    if (o->preallocation)
        command_add_format (c, "-opreallocation=%s",
                            strcmp (o->preallocation, "sparse") == 0
                                ? "off" : o->preallocation);
    if (o->compat)
        command_add_format (c, "-ocompat=%s", o->compat);
    if (o->clustersize)
        command_add_format (c, "-ocluster_size=%d", o->clustersize);
}

static int
create_qcow2 (guestfs_h *g, const char *filename, int64_t size,
              const struct guestfs_disk_create_argv *o)
{
    cleanup_command struct command c = COMMAND_NONE;
    const char *backing_format = o->backingformat;

    if (check_qcow2_options (g, size, o) < 0)
        return -1;
    command_add (&c, QEMU_IMG, "create", "-q", "-f", "qcow2", NULL);
    add_qcow2_options (&c, o);
    if (o->backingfile) {
        if (!backing_format)
            backing_format = format_of (g, o->backingfile);
        if (!backing_format)
            return -1;
        command_add (&c, "-b", o->backingfile, "-F", backing_format, NULL);
    }
    /* "file:": a name with a colon is no protocol. */
    command_add_format (&c, "file:%s", filename);
    if (size >= 0)
        command_add_format (&c, "%lld", (long long) size);
    return command_check (&c, &g->error);
}

int
impl_disk_create (guestfs_h *g, const char *filename, const char *format,
                  int64_t size, const struct guestfs_disk_create_argv *o)
{
    if (size < -1)
        return fail (&g->error, EINVAL, "size %lld must not be negative",
                     (long long) size);
    if (strcmp (format, "qcow2") == 0)
        return create_qcow2 (g, filename, size, o);
    if (strcmp (format, "raw") != 0)
        return fail (&g->error, EINVAL, "format '%s': images can be made "
                     "in the formats 'raw' and 'qcow2'", format);
    if (size == -1)
        return fail (&g->error, EINVAL, "a raw image needs a size");
    if (check_raw_options (g, o) < 0)
        return -1;
    return create_raw (g, filename, size,
                       o->preallocation
                           && strcmp (o->preallocation, "full") == 0);
}
