/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: which file systems belong to a guest, and where they are
 * mounted, as its fstab says.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fstab.h"
#include "inspect.h"

/* No guest has more. */
#define ENTRIES_MAX 1000
#define FSTAB_MAX (256 << 10)

static void
add_mountpoint (struct os *os, const char *path, const char *mountable)
{
    for (size_t i = 0; i < os->mountpoints.count; i += 2)
        if (strcmp (os->mountpoints.item[i], path) == 0)
            return;
    strings_add (&os->mountpoints, path);
    strings_add (&os->mountpoints, mountable);
}

static const struct subvolume *
find_subvolume (const struct candidate *c, const char *path, const char *id)
{
    for (size_t i = 0; i < c->subvolumes.count; i++) {
        const struct subvolume *s = &c->subvolumes.item[i];

        if (path ? strcmp (s->path, path) == 0
                 : strtoull (id, NULL, 10) == s->id)
            return s;
    }
    return NULL;
}

/* The mountable with a btrfs's options "subvol" and "subvolid".  One that is
 * not there is named all the same.
 */
static char *
btrfs_mountable (const struct candidate *c, const char *options)
{
    cleanup_free char *path = fstab_option (options, "subvol");
    cleanup_free char *id = fstab_option (options, "subvolid");
    const char *name = path;
    const struct subvolume *s;

    while (name && *name == '/')
        name++;
    if (name && !*name)
        name = NULL;
    if (!name && !id)
        return xstrdup (c->name);
    s = find_subvolume (c, name, id);
    if (s)
        return subvolume_name (c, s);
    return name ? xasprintf ("btrfsvol:%s/%s", c->name, name)
                : xstrdup (c->name);
}

static char *
mountable_of (const struct candidate *c, const char *options)
{
    return strcmp (c->type, "btrfs") == 0 ? btrfs_mountable (c, options)
                                          : xstrdup (c->name);
}

static bool
is_bind_mount (const char *options)
{
    cleanup_free char *bind = fstab_option (options, "bind");
    cleanup_free char *rbind = fstab_option (options, "rbind");

    return bind || rbind;
}

static void
add_entry (struct os *os, const struct candidate *c,
           const struct fstab_entry *entry)
{
    cleanup_free char *mountable = mountable_of (c, entry->options);
    cleanup_free char *path = fstab_mountpoint (entry->file);

    if (path && strcmp (path, "/") == 0) {
        if (!os->own_root)
            os->own_root = steal (&mountable);
        return;
    }
    if (path)
        add_mountpoint (os, path, mountable);
    if (path || strcmp (entry->type, "swap") == 0)
        strings_add_once (&os->filesystems, mountable);
}

static void
read_fstab (const struct inspection *in, const struct guest_files *files,
            struct os *os)
{
    cleanup_free char *text = guest_text_up_to (files, "/etc/fstab",
                                                FSTAB_MAX);
    const char *p = text ? text : "";
    struct fstab_entry entry;

    for (int n = 0; n < ENTRIES_MAX && fstab_next (&p, &entry); n++) {
        const struct candidate *c = guest_device (in, files, entry.spec);

        if (c && !is_bind_mount (entry.options))
            add_entry (os, c, &entry);
        fstab_entry_free (&entry);
    }
}

/* CoreOS has no fstab: its /usr is one of two partitions by these names. */
static const char *const usr_partitions[] = { "USR-A", "USR-B" };

static const struct candidate *
find_usr (const struct inspection *in, struct os *os)
{
    for (size_t i = 0; i < os->mountpoints.count; i += 2)
        if (strcmp (os->mountpoints.item[i], "/usr") == 0)
            return candidate_by_name (in, os->mountpoints.item[i + 1]);
    for (size_t i = 0; i < sizeof usr_partitions / sizeof *usr_partitions;
         i++) {
        const struct candidate *c
            = candidate_by_part_label (in, usr_partitions[i]);

        if (c && c->filesystem) {
            add_mountpoint (os, "/usr", c->name);
            strings_add_once (&os->filesystems, c->name);
            return c;
        }
    }
    return NULL;
}

/* The rest of the system is there if it isn't in the root. */
static void
open_usr (const struct inspection *in, struct guest_files *files,
          struct os *os)
{
    cleanup_error struct error err = { 0 };
    const struct candidate *c = find_usr (in, os);

    if (!c || strcmp (c->type, "btrfs") == 0)
        return;
    files->usr = candidate_open (c, &err);
    if (files->usr < 0)
        fprintf (stderr, "guestfsd: %s\n", err.message);
}

void
inspect_mounts (const struct inspection *in, struct guest_files *files,
                struct os *os)
{
    add_mountpoint (os, "/", os->root);
    strings_add_once (&os->filesystems, os->root);
    read_fstab (in, files, os);
    if (!guest_has_directory (files, "/usr/bin"))
        open_usr (in, files, os);
}
