/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -a: images, devices and disks of servers. */

#include "config.h"

#include "cleanup.h"
#include "guest.h"
#include "memory.h"
#include "uri.h"

struct image {
    char *name; /* a file's name or a URI */
    char *format;
    int blocksize;
};

static int
image_add (guestfs_h *g, const struct guest_options *o, const void *what,
           struct error *err)
{
    struct guestfs_add_drive_opts_argv opts = { .bitmask = 0 };
    cleanup_uri struct uri uri = { .path = NULL };
    const struct image *image = what;

    if (uri_parse (image->name, &uri, err) < 0)
        return -1;
    uri_options (&uri, &opts);
    if (o->read_only) {
        opts.bitmask |= GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK;
        opts.readonly = 1;
    }
    if (image->format) {
        opts.bitmask |= GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK;
        opts.format = image->format;
    }
    if (image->blocksize) {
        opts.bitmask |= GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE_BITMASK;
        opts.blocksize = image->blocksize;
    }
    if (guestfs_add_drive_opts_argv (g, uri.path, &opts) < 0)
        return guest_error (g, err);
    return 1;
}

static void
image_free (void *what)
{
    struct image *image = what;

    free (image->name);
    free (image->format);
    free (image);
}

static const struct drive_kind image_kind = {
    .add = image_add,
    .free = image_free,
};

void
drives_add_image (struct drives *d, const char *name, const char *format,
                  int blocksize)
{
    struct image *image = xcalloc (1, sizeof *image);

    image->name = xstrdup (name);
    image->format = format ? xstrdup (format) : NULL;
    image->blocksize = blocksize;
    drives_add (d, &image_kind, image);
}
