/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: one look at everything. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "calls.h"
#include "device.h"
#include "fuse-server.h"
#include "inspect.h"
#include "mount.h"

/* More are not looked for: snapshots, which count here, may be so many that
 * what is known of all would not fit into memory.
 */
#define SYSTEMS_MAX 256

static void
os_free (struct os *os)
{
    free (os->root);
    free (os->product_name);
    free (os->product_variant);
    free (os->hostname);
    free (os->build_id);
    free (os->own_root);
    strings_free (&os->mountpoints);
    strings_free (&os->filesystems);
    free (os->windows.systemroot);
    free (os->windows.software_hive);
    free (os->windows.system_hive);
    free (os->windows.control_set);
    strings_free (&os->windows.drives);
}

void
inspection_free (struct inspection *in)
{
    if (!in)
        return;
    for (size_t i = 0; i < in->systems; i++)
        os_free (&in->os[i]);
    free (in->os);
    candidates_free (in);
    free (in);
}

/* What lies below a directory, which is closed: perhaps a system's root.
 * name is the mountable's.
 */
static void
look_at (struct inspection *in, const char *name, int take_root)
{
    cleanup_fd int root = take_root;
    struct guest_files files = { .root = root, .usr = -1 };
    const struct system_kind *kind
        = in->systems < SYSTEMS_MAX ? system_kind_of (&files) : NULL;
    struct os os = { .root = NULL };

    if (!kind)
        return;
    os.root = xstrdup (name);
    inspect_system (in, kind, &files, &os);
    close_fd (&files.usr);
    in->os = xreallocarray (in->os, in->systems + 1, sizeof os);
    in->os[in->systems++] = os;
}

/* A file system that could not be looked at is none of a guest's roots. */
static void
report (const struct inspection *in, const struct error *err)
{
    if (in->daemon->verbose)
        fprintf (stderr, "guestfsd: inspection: %s\n", err->message);
}

/* Its directory, by a path from the top level. */
static int
open_subvolume (int top, const char *path)
{
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };

    return (int) syscall (SYS_openat2, top, path, &how, sizeof how);
}

static bool
is_default (const struct candidate *c, const struct subvolume *s)
{
    return s->id == c->subvolumes.default_id;
}

/* The default first, then the others. */
static void
look_at_btrfs (struct inspection *in, const struct candidate *c, int take_top)
{
    cleanup_fd int top = take_top;
    int whole = -1;

    for (size_t i = 0; i < c->subvolumes.count; i++)
        if (is_default (c, &c->subvolumes.item[i]))
            whole = open_subvolume (top, c->subvolumes.item[i].path);
    if (whole < 0)
        whole = open_subvolume (top, ".");
    if (whole >= 0)
        look_at (in, c->name, whole);
    for (size_t i = 0; i < c->subvolumes.count; i++) {
        const struct subvolume *s = &c->subvolumes.item[i];
        cleanup_free char *name = subvolume_name (c, s);
        int fd = is_default (c, s) ? -1 : open_subvolume (top, s->path);

        if (fd >= 0)
            look_at (in, name, fd);
    }
}

/* A program serves it, which needs a place where it is mounted. */
static void
look_at_served (struct call *call, struct inspection *in,
                const struct candidate *c)
{
    const struct mountable m = {
        .type = MOUNTABLE_DEVICE,
        .device = c->device,
    };
    const struct umount_opts no_options = { 0 };
    cleanup_error struct error err = { 0 };
    int fd;

    if (mount_mountable (call, &m, "/", c->type, "ro") == 0) {
        fd = fcntl (in->daemon->sysroot_fd, F_DUPFD_CLOEXEC, 0);
        if (fd >= 0)
            look_at (in, c->name, fd);
        do_umount (call, "/", &no_options);
    }
    if (call->err.message) {
        error_move (&err, &call->err);
        report (in, &err);
    }
}

static void
look_at_candidate (struct call *call, struct inspection *in,
                   const struct candidate *c)
{
    cleanup_error struct error err = { 0 };
    int fd;

    if (fuse_has_type (c->type)) {
        look_at_served (call, in, c);
        return;
    }
    fd = candidate_open (c, &err);
    if (fd < 0)
        report (in, &err);
    else if (strcmp (c->type, "btrfs") == 0)
        look_at_btrfs (in, c, fd);
    else
        look_at (in, c->name, fd);
}

/* The device in the name of a mountable.  Returns its length. */
static size_t
device_of (const struct inspection *in, const char *mountable,
           const char **ret)
{
    static const char btrfs[] = "btrfsvol:";
    bool subvolume = string_starts_with (mountable, btrfs);

    *ret = mountable + (subvolume ? strlen (btrfs) : 0);
    for (size_t i = 0; subvolume && i < in->candidates; i++) {
        size_t n = strlen (in->candidate[i].name);

        if (string_starts_with (*ret, in->candidate[i].name)
            && (*ret)[n] == '/')
            return n;
    }
    return strlen (*ret);
}

/* Snapshots look like the system that they were taken of: each says itself
 * that / is another subvolume of the same btrfs, which is there.
 */
static bool
is_snapshot (const struct inspection *in, const struct os *os)
{
    const char *device, *other;
    size_t n;

    if (!os->own_root || strcmp (os->own_root, os->root) == 0)
        return false;
    n = device_of (in, os->root, &device);
    if (device_of (in, os->own_root, &other) != n
        || strncmp (device, other, n) != 0)
        return false;
    for (size_t i = 0; i < in->systems; i++)
        if (strcmp (in->os[i].root, os->own_root) == 0)
            return true;
    return false;
}

static void
drop_snapshots (struct inspection *in)
{
    bool *drop = xcalloc (in->systems + 1, sizeof *drop);
    size_t kept = 0;

    for (size_t i = 0; i < in->systems; i++)
        drop[i] = is_snapshot (in, &in->os[i]);
    for (size_t i = 0; i < in->systems; i++) {
        if (drop[i])
            os_free (&in->os[i]);
        else
            in->os[kept++] = in->os[i];
    }
    in->systems = kept;
    free (drop);
}

int
inspect_all (struct call *call)
{
    struct inspection *in;

    inspection_free (call->daemon->inspection);
    call->daemon->inspection = NULL;
    if (do_umount_all (call) < 0)
        return -1;
    in = xcalloc (1, sizeof *in);
    in->daemon = call->daemon;
    if (candidates_read (in, &call->err) < 0) {
        inspection_free (in);
        return -1;
    }
    for (size_t i = 0; i < in->candidates; i++)
        if (in->candidate[i].filesystem)
            look_at_candidate (call, in, &in->candidate[i]);
    drop_snapshots (in);
    call->daemon->inspection = in;
    return 0;
}
