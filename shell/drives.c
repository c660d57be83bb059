/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What -a, -N and -m ask for. */

#include "config.h"

#include <errno.h>

#include "cleanup.h"
#include "drive-name.h"
#include "drives.h"
#include "memory.h"
#include "prepared.h"
#include "shell.h"
#include "string-list.h"
#include "uri.h"

/* An image that exists, or one that is prepared. */
struct drive {
    char *image; /* a file's name or a URI; NULL: the other one */
    char *format;
    int blocksize;
    struct prepared prepared;
};

struct mount {
    char **parts; /* of DEVICE:MOUNTPOINT:OPTIONS:FSTYPE, one at least */
};

static struct drive *
new_drive (struct drives *d)
{
    d->drive = xreallocarray (d->drive, d->count + 1, sizeof *d->drive);
    d->drive[d->count] = (struct drive) { .image = NULL };
    return &d->drive[d->count++];
}

void
drives_add_image (struct drives *d, const char *file, const char *format,
                  int blocksize)
{
    struct drive *drive = new_drive (d);

    drive->image = xstrdup (file);
    drive->format = format ? xstrdup (format) : NULL;
    drive->blocksize = blocksize;
}

int
drives_add_prepared (struct drives *d, const char *text, struct error *err)
{
    struct prepared prepared;

    if (prepared_parse (text, d->prepared + 1, &prepared, err) < 0)
        return -1;
    d->prepared++;
    new_drive (d)->prepared = prepared;
    return 0;
}

int
drives_add_mount (struct drives *d, const char *text, struct error *err)
{
    char **parts = string_split (text, ':');
    size_t count = string_array_length (parts);

    if (count < 1 || count > 4 || !*parts[0]) {
        string_array_free (parts);
        return fail (err, EINVAL, "-m %s: not of the form "
                     "DEVICE[:MOUNTPOINT[:OPTIONS[:FSTYPE]]]", text);
    }
    d->mount = xreallocarray (d->mount, d->mounts + 1, sizeof *d->mount);
    d->mount[d->mounts++].parts = parts;
    return 0;
}

static int
add_image (struct shell *sh, const struct drive *drive, struct error *err)
{
    struct guestfs_add_drive_opts_argv opts = { .bitmask = 0 };
    cleanup_uri struct uri uri = { .path = NULL };

    if (uri_parse (drive->image, &uri, err) < 0)
        return -1;
    uri_options (&uri, &opts);
    if (sh->settings.read_only) {
        opts.bitmask |= GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK;
        opts.readonly = 1;
    }
    if (drive->format) {
        opts.bitmask |= GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK;
        opts.format = drive->format;
    }
    if (drive->blocksize) {
        opts.bitmask |= GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE_BITMASK;
        opts.blocksize = drive->blocksize;
    }
    if (guestfs_add_drive_opts_argv (sh->g, uri.path, &opts) < 0)
        return library_error (sh, err);
    return 0;
}

static int
add_all (struct shell *sh, const struct drives *d, struct error *err)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct drive *drive = &d->drive[i];

        if ((drive->image ? add_image (sh, drive, err)
                          : prepared_create (sh, &drive->prepared, err)) < 0)
            return -1;
    }
    return 0;
}

static int
format_all (struct shell *sh, const struct drives *d, struct error *err)
{
    for (size_t i = 0; i < d->count; i++) {
        cleanup_free char *device = NULL;
        char letters[DRIVE_NAME_SIZE];

        if (d->drive[i].image)
            continue;
        drive_name (i, letters);
        device = xasprintf ("/dev/sd%s", letters);
        if (prepared_format (sh, &d->drive[i].prepared, device, err) < 0)
            return -1;
    }
    return 0;
}

/* A mistyped device is the usual reason; so say what could be mounted. */
static int
fail_mount (struct shell *sh, struct error *err)
{
    cleanup_string_array char **found = NULL;

    library_error (sh, err);
    found = guestfs_list_filesystems (sh->g);
    if (!found || !found[0])
        return -1;
    fputs ("guestfish: these file systems are there:\n", stderr);
    for (size_t i = 0; found[i] && found[i + 1]; i += 2)
        fprintf (stderr, "    %s (%s)\n", found[i], found[i + 1]);
    return -1;
}

static int
mount_one (struct shell *sh, char *const *parts, struct error *err)
{
    size_t count = string_array_length (parts);
    const char *mountpoint = count > 1 && *parts[1] ? parts[1] : "/";
    const char *options = count > 2 ? parts[2]
                          : sh->settings.read_only ? "ro" : "";
    int r;

    if (count > 3)
        r = guestfs_mount_vfs (sh->g, options, parts[3], parts[0],
                               mountpoint);
    else
        r = guestfs_mount_options (sh->g, options, parts[0], mountpoint);
    return r < 0 ? fail_mount (sh, err) : 0;
}

int
drives_set_up (struct shell *sh, const struct drives *d, struct error *err)
{
    if (add_all (sh, d, err) < 0)
        return -1;
    if (d->prepared == 0 && d->mounts == 0)
        return 0;
    if (guestfs_launch (sh->g) < 0)
        return library_error (sh, err);
    if (format_all (sh, d, err) < 0)
        return -1;
    for (size_t i = 0; i < d->mounts; i++)
        if (mount_one (sh, d->mount[i].parts, err) < 0)
            return -1;
    return 0;
}

void
drives_free (struct drives *d)
{
    for (size_t i = 0; i < d->count; i++) {
        free (d->drive[i].image);
        free (d->drive[i].format);
        prepared_free (&d->drive[i].prepared);
    }
    for (size_t i = 0; i < d->mounts; i++)
        string_array_free (d->mount[i].parts);
    free (d->drive);
    free (d->mount);
}
