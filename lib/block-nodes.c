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
#include "remote.h"

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

json_t *
block_node_options (const struct drive *d, bool readonly)
{
    bool unsafe = d->cachemode && strcmp (d->cachemode, "unsafe") == 0;
    bool discard = d->discard && strcmp (d->discard, "disable") != 0;

    return json_made (json_pack ("{s:b, s:s, s:{s:b}}", "read-only", readonly,
                                 "discard", discard ? "unmap" : "ignore",
                                 "cache", "no-flush", unsafe));
}

/* One --blockdev: what is special about the node, and what all have. */
static void
add_node (struct start *start, const char *name, json_t *take_node,
          json_t *common)
{
    cleanup_json json_t *node = json_made (take_node);
    cleanup_free char *text = NULL;

    json_add (node, common);
    if (json_object_set_new (node, "node-name", json_string (name)) < 0)
        out_of_memory ();
    text = json_text (node);
    start_argument (start, "--blockdev");
    start_argument (start, "%s", text);
}

/* A file that we have opened. */
static json_t *
file_node (int fd)
{
    cleanup_free char *filename = xasprintf ("/proc/self/fd/%d", fd);

    return json_made (json_pack ("{s:s, s:s}", "driver", driver_of_file (fd),
                                 "filename", filename));
}

/* What is written to is locked by us already.  Reading is always possible,
 * whoever writes: without locks.  Others may only not write to what lies
 * below an image that is written to.
 */
static json_t *
image_node (struct start *start, const struct drive *d, const struct layer *l)
{
    json_t *node;

    if (l->fd < 0) {
        start_keep (start, d->remote->connection);
        return remote_node (d->remote, d->remote->connection);
    }
    start_keep_disk (start, l->fd, l->readonly);
    node = file_node (l->fd);
    if ((d->readonly || !l->readonly)
        && json_object_set_new (node, "locking", json_string ("off")) < 0)
        out_of_memory ();
    return node;
}

/* The two nodes of a layer: its file, and its format on top. */
static void
add_nodes (struct start *start, const struct drive *d, size_t disk,
           size_t depth, const struct layer *l, bool has_backing)
{
    cleanup_json json_t *common = block_node_options (d, l->readonly);
    cleanup_free char *file = xasprintf ("file%zu-%zu", disk, depth);
    cleanup_free char *name = xasprintf ("disk%zu-%zu", disk, depth);
    cleanup_free char *below = xasprintf ("disk%zu-%zu", disk, depth + 1);
    json_t *node = json_made (json_pack ("{s:s, s:s}", "driver", l->format,
                                         "file", file));

    if (strcmp (l->format, "qcow2") == 0
        && json_object_set_new (node, "backing",
                                has_backing ? json_string (below)
                                            : json_null ()) < 0)
        out_of_memory ();
    add_node (start, file, image_node (start, d, l), common);
    add_node (start, name, node, common);
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
    if (strcmp (l->format, "qcow2") == 0 && l->fd >= 0
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
    cleanup_free char *changes = xasprintf ("changes%zu", disk);
    cleanup_free char *name = xasprintf ("overlay%zu-0", disk);
    cleanup_free char *below = xasprintf ("disk%zu-0", disk);
    cleanup_json json_t *common
        = json_made (json_pack ("{s:s, s:{s:b}}", "discard", "unmap", "cache",
                                "no-flush", true));

    if (overlay_format (g, d) < 0)
        return -1;
    start_keep_disk (start, d->overlay, false);
    add_node (start, changes, file_node (d->overlay), common);
    add_node (start, name, json_pack ("{s:s, s:s, s:s}", "driver", "qcow2",
                                      "file", changes, "backing", below),
              common);
    return 0;
}

/* What was read from below is kept in the top one. */
static void
add_copy_on_read (struct start *start, const char *name, const char *top)
{
    cleanup_json json_t *common = json_made (json_object ());

    add_node (start, name, json_pack ("{s:s, s:s}", "driver", "copy-on-read",
                                      "file", top), common);
}

int
block_nodes_add (guestfs_h *g, struct start *start, struct block_nodes *n,
                 const struct drive *d, size_t number, char **ret_top)
{
    cleanup_free char *top
        = xasprintf ("%s%zu-0", d->overlay >= 0 ? "overlay" : "disk", number);
    cleanup_layer struct layer image = {
        .fd = d->fd,
        .filename = xstrdup (d->filename),
        .format = xstrdup (d->format),
        .readonly = d->readonly || d->write_protected,
    };

    if (add_chain (start, n, d, number, 0, &image, &g->error) < 0
        || (d->overlay >= 0 && add_overlay (g, start, d, number) < 0))
        return -1;
    if (d->copyonread) {
        *ret_top = xasprintf ("cor%zu-0", number);
        add_copy_on_read (start, *ret_top, top);
    } else {
        *ret_top = steal (&top);
    }
    return 0;
}
