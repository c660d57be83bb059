/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images on a server, while the appliance runs: connecting, and what must
 * be known of an image before that.
 */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "appliance.h"
#include "drive.h"
#include "image-format.h"
#include "io.h"
#include "launch.h"
#include "remote.h"

/* More than any format has to say at its beginning, and what the last
 * signature is in.
 */
#define HEAD_SIZE 65536
#define TAIL_SIZE 512

/* QEMU's own servers of NBD, the bridge among them, hang up after
 * ten seconds (since CVE-2024-7409).
 */
#define SILENCE_MAX_MS 4000

static int
connect_directly (const struct drive *d, int *connection, struct error *err)
{
    int fd = nbd_connect (&d->remote->servers[0], d->filename, err);

    if (fd < 0)
        return -1;
    *connection = fd;
    if (above_stdio (connection, err) < 0)
        return -1;
    return nbd_await_greeting (*connection, NBD_TIMEOUT_MS, d->filename, err);
}

static int
copy_to_header (const struct drive *d, int connection, uint64_t offset,
                size_t size, struct error *err)
{
    cleanup_free char *data = xmalloc (size);

    if (nbd_read (connection, data, size, offset, d->filename, err) < 0)
        return -1;
    if (pwrite (d->remote->header, data, size, (off_t) offset)
        != (ssize_t) size)
        return fail (err, errno, "%s: its header: %m", d->filename);
    return 0;
}

/* What finds out formats works on files: make one that is like the image
 * where formats have their signatures.
 */
static int
fetch_header (const struct drive *d, int connection, uint64_t size,
              struct error *err)
{
    struct remote *r = d->remote;
    size_t head = size < HEAD_SIZE ? (size_t) size : HEAD_SIZE;

    r->header = memfd_create ("guestfs-header", MFD_CLOEXEC);
    if (r->header < 0 || set_file_size (r->header, (int64_t) size) < 0)
        return fail (err, errno, "%s: a file for its header: %m",
                     d->filename);
    if (head > 0 && copy_to_header (d, connection, 0, head, err) < 0)
        return -1;
    if (size <= HEAD_SIZE)
        return 0;
    return copy_to_header (d, connection, size - TAIL_SIZE, TAIL_SIZE, err);
}

static int
check_export (const struct drive *d, const struct nbd_export *export,
              struct error *err)
{
    if (export->readonly && !d->readonly && !d->write_protected)
        return fail (err, EROFS, "%s: the server offers it for reading only; "
                     "it can be added with the option 'readonly'",
                     d->filename);
    if (!export->can_discard && d->discard
        && strcmp (d->discard, "enable") == 0)
        return fail (err, ENOTSUP, "%s: discard 'enable': the server can not "
                     "discard blocks", d->filename);
    return 0;
}

/* Nobody may choose a file of this host by writing its name into an image
 * on a server.
 */
static int
check_backing (const struct drive *d, struct error *err)
{
    cleanup_backing struct backing b = { 0 };

    if (strcmp (d->format, "qcow2") != 0)
        return 0;
    if (read_backing (d->remote->header, d->filename, &b, err) < 0)
        return -1;
    if (b.file)
        return fail (err, ENOTSUP, "%s: it has a backing file, '%s', which "
                     "images on servers can't have", d->filename, b.file);
    return 0;
}

static int
look_at_image (struct drive *d, int connection, struct error *err)
{
    struct nbd_export export;

    if (nbd_open (connection, remote_export (d->remote), d->filename, &export,
                  err) < 0
        || check_export (d, &export, err) < 0
        || fetch_header (d, connection, export.size, err) < 0)
        return -1;
    nbd_disconnect (connection);
    if (!d->format) {
        const char *format = probe_format (d->remote->header, d->filename,
                                           err);

        if (!format)
            return -1;
        d->format = xstrdup (format);
    }
    if (d->remote->protocol->has_files && !d->readonly
        && strcmp (d->format, "raw") != 0)
        return fail (err, ENOTSUP, "%s: with protocol '%s' only raw images "
                     "can be written to, and it is in the format %s; it can "
                     "be added with the option 'readonly'", d->filename,
                     d->remote->protocol->name, d->format);
    return check_backing (d, err);
}

/* Some servers take one connection only; so one that is raw and to be
 * written to is left to QEMU's code altogether.
 */
static bool
must_look (const struct drive *d)
{
    return d->readonly || !d->format || strcmp (d->format, "raw") != 0
           || (d->discard && strcmp (d->discard, "enable") == 0);
}

/* The size of the disk in them is known from the header. */
static bool
has_plain_size (const struct drive *d)
{
    return !d->readonly || strcmp (d->format, "raw") == 0
           || strcmp (d->format, "qcow2") == 0;
}

static int
open_nbd (struct drive *d, struct error *err)
{
    if (must_look (d)) {
        cleanup_fd int connection = -1;

        if (connect_directly (d, &connection, err) < 0
            || look_at_image (d, connection, err) < 0
            || (!has_plain_size (d)
                && connect_directly (d, &d->remote->spare, err) < 0))
            return -1;
    }
    return connect_directly (d, &d->remote->connection, err);
}

int
remote_begin (guestfs_h *g, struct drive *d)
{
    struct remote *r = d->remote;
    int connections[3] = { -1, -1, -1 };
    int begun;

    if (!r->protocol->node || r->connection >= 0)
        return 0;
    r->opened = monotonic_ms ();
    begun = bridge_start (g, d, connections, must_look (d) ? 3 : 1);
    r->connection = connections[0];
    r->look = connections[1];
    r->spare = connections[2];
    return begun;
}

static int
open_bridged (guestfs_h *g, struct drive *d)
{
    if (remote_begin (g, d) < 0)
        return -1;
    if (nbd_await_greeting (d->remote->connection, g->launch_timeout_ms,
                            d->filename, &g->error) < 0)
        return bridge_failed (d, &g->error);
    if (must_look (d) && look_at_image (d, d->remote->look, &g->error) < 0)
        return -1;
    close_fd (&d->remote->look);
    return 0;
}

int
remote_open (guestfs_h *g, struct drive *d)
{
    if (d->remote->protocol->node)
        return open_bridged (g, d);
    d->remote->opened = monotonic_ms ();
    return open_nbd (d, &g->error);
}

bool
remote_is_old (const struct remote *r)
{
    return monotonic_ms () - r->opened >= SILENCE_MAX_MS;
}

void
remote_close (struct remote *r)
{
    close_fd (&r->connection);
    close_fd (&r->spare);
    close_fd (&r->look);
    close_fd (&r->header);
    supervised_end (&r->bridge);
    close_fd (&r->messages);
}
