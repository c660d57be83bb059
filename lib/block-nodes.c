/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nodes of QEMU's block layer that a drive is made of. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "block-nodes.h"
#include "image-format.h"
#include "overlay.h"

/* A chain of backing files longer than this is a loop. */
#define CHAIN_MAX 64

void
block_nodes_free (struct block_nodes *n)
{
    for (size_t i = 0; i < n->nr_files; i++)
        close_fd (&n->files[i]);
    free (n->files);
    *n = (struct block_nodes) { 0 };
}

/* One image of a chain, while the arguments for it are made. */
struct layer {
    int fd;
    char *filename;
    char *format;
    bool readonly;
};

static void
layer_free (struct layer *l)
{
    free (l->filename);
    free (l->format);
}

#define cleanup_layer __attribute__ ((cleanup (layer_free)))

/* A relative name is relative to the image that names it. */
static char *
resolve_backing (const char *image, const char *file)
{
    const char *slash = strrchr (image, '/');

    if (file[0] == '/' || !slash)
        return xstrdup (file);
    return xasprintf ("%.*s/%s", (int) (slash - image), image, file);
}

/* QEMU's names for sources on the network ("nbd:...", "json:{...}"), which
 * a file name could only be by accident.
 */
static bool
is_no_file (const char *file)
{
    size_t n = strspn (file, "abcdefghijklmnopqrstuvwxyz+-");

    return n > 0 && file[n] == ':';
}

/* A name of a format that can stand in an argument as it is. */
static bool
is_format_name (const char *format)
{
    return *format && !format[strspn (format, "abcdefghijklmnopqrstuvwxyz"
                                              "0123456789_-")];
}

/* Open a file of the chain, which is closed with the nodes. */
static int
open_file (struct block_nodes *n, const char *image, const char *filename,
           struct error *err)
{
    int fd = open (filename, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0)
        return fail (err, errno, "%s: its backing file %s: %m", image,
                     filename);
    n->files = xreallocarray (n->files, n->nr_files + 1, sizeof *n->files);
    n->files[n->nr_files] = fd;
    if (above_stdio (&n->files[n->nr_files++], err) < 0)
        return -1;
    fd = n->files[n->nr_files - 1];
    if (fstat (fd, &st) < 0)
        return fail (err, errno, "%s: %m", filename);
    if (!S_ISREG (st.st_mode) && !S_ISBLK (st.st_mode))
        return fail (err, EINVAL, "%s: its backing file %s is neither a file "
                     "nor a block device", image, filename);
    return fd;
}

static int
open_backing (struct block_nodes *n, const char *image, struct backing *b,
              struct layer *ret, struct error *err)
{
    if (is_no_file (b->file))
        return fail (err, ENOTSUP, "%s: its backing file '%s' is not a local "
                     "file", image, b->file);
    if (b->format && !is_format_name (b->format))
        return fail (err, EINVAL, "%s: the format of its backing file is "
                     "damaged", image);
    ret->filename = resolve_backing (image, b->file);
    ret->format = steal (&b->format);
    ret->readonly = true;
    ret->fd = open_file (n, image, ret->filename, err);
    return ret->fd < 0 ? -1 : 0;
}

static const char *
driver_of_file (int fd)
{
    struct stat st;

    return fstat (fd, &st) == 0 && S_ISBLK (st.st_mode) ? "host_device"
                                                        : "file";
}

/* The two nodes of a layer: its file, and its format on top.  All values
 * are ours or were checked to be plain words: nothing needs quoting.
 */
static void
add_nodes (struct start *start, const struct drive *d, size_t disk,
           size_t depth, const struct layer *l, bool has_backing)
{
    bool unsafe = d->cachemode && strcmp (d->cachemode, "unsafe") == 0;
    bool discard = d->discard && strcmp (d->discard, "disable") != 0;
    cleanup_free char *common
        = xasprintf ("\"read-only\":%s,\"discard\":\"%s\","
                     "\"cache\":{\"no-flush\":%s}",
                     l->readonly ? "true" : "false",
                     discard ? "unmap" : "ignore", unsafe ? "true" : "false");
    cleanup_free char *backing = xstrdup ("");

    if (strcmp (l->format, "qcow2") == 0) {
        free (backing);
        backing = has_backing ? xasprintf (",\"backing\":\"disk%zu-%zu\"",
                                           disk, depth + 1)
                              : xstrdup (",\"backing\":null");
    }
    start_keep_disk (start, l->fd, l->readonly);
    start_argument (start, "--blockdev");
    start_argument (start, "{\"driver\":\"%s\",\"node-name\":\"file%zu-%zu\","
                    "\"filename\":\"/proc/self/fd/%d\",%s}",
                    driver_of_file (l->fd), disk, depth, l->fd, common);
    start_argument (start, "--blockdev");
    start_argument (start, "{\"driver\":\"%s\",\"node-name\":\"disk%zu-%zu\","
                    "\"file\":\"file%zu-%zu\",%s%s}", l->format, disk, depth,
                    disk, depth, common, backing);
}

/* A layer and those below it, of which the lowest node must come first. */
static int
add_chain (struct start *start, struct block_nodes *n, const struct drive *d,
           size_t disk, size_t depth, struct layer *l, struct error *err)
{
    cleanup_backing struct backing b = { 0 };

    if (depth == CHAIN_MAX)
        return fail (err, ELOOP, "%s: more than %d backing files: do they go "
                     "round in a circle?", d->filename, CHAIN_MAX);
    if (!l->format) {
        const char *format = probe_format (l->fd, l->filename, err);

        if (!format)
            return -1;
        l->format = xstrdup (format);
    }
    if (strcmp (l->format, "qcow2") == 0
        && read_backing (l->fd, l->filename, &b, err) < 0)
        return -1;
    if (b.file) {
        cleanup_layer struct layer below = { .fd = -1 };

        if (open_backing (n, l->filename, &b, &below, err) < 0
            || add_chain (start, n, d, disk, depth + 1, &below, err) < 0)
            return -1;
    }
    add_nodes (start, d, disk, depth, l, b.file != NULL);
    return 0;
}

/* What is written to a read-only drive goes here, and never to a disk if it
 * need not.
 */
static int
add_overlay (guestfs_h *g, struct start *start, const struct drive *d,
             size_t disk)
{
    static const char common[] = "\"discard\":\"unmap\","
                                 "\"cache\":{\"no-flush\":true}";

    if (overlay_format (g, d) < 0)
        return -1;
    start_keep_disk (start, d->overlay, false);
    start_argument (start, "--blockdev");
    start_argument (start, "{\"driver\":\"file\","
                    "\"node-name\":\"changes%zu\","
                    "\"filename\":\"/proc/self/fd/%d\",%s}", disk,
                    d->overlay, common);
    start_argument (start, "--blockdev");
    start_argument (start, "{\"driver\":\"qcow2\","
                    "\"node-name\":\"overlay%zu-0\","
                    "\"file\":\"changes%zu\",\"backing\":\"disk%zu-0\",%s}",
                    disk, disk, disk, common);
    return 0;
}

int
block_nodes_add (guestfs_h *g, struct start *start, struct block_nodes *n,
                 const struct drive *d, size_t number, char **ret_top)
{
    const char *top = d->overlay >= 0 ? "overlay" : "disk";
    cleanup_layer struct layer image = {
        .fd = d->fd,
        .filename = xstrdup (d->filename),
        .format = xstrdup (d->format),
        .readonly = d->readonly,
    };

    if (add_chain (start, n, d, number, 0, &image, &g->error) < 0
        || (d->overlay >= 0 && add_overlay (g, start, d, number) < 0))
        return -1;
    if (d->copyonread) {
        start_argument (start, "--blockdev");
        start_argument (start, "driver=copy-on-read,node-name=cor%zu-0,"
                        "file=%s%zu-0", number, top, number);
        top = "cor";
    }
    *ret_top = xasprintf ("%s%zu-0", top, number);
    return 0;
}
