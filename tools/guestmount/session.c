/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mount from its beginning to its end. */

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "cleanup.h"
#include "guestmount.h"
#include "io.h"
#include "memory.h"
#include "pid-file.h"
#include "report.h"
#include "watch.h"

static int
open_handle (guestfs_h **ret, const struct guest_options *o,
             struct error *err)
{
    guestfs_h *g = guestfs_create ();

    if (!g)
        return fail (err, ENOMEM, "no handle could be made");
    guestfs_set_error_handler (g, NULL, NULL);
    *ret = g;
    /* Ctrl-C is for us: the appliance has to be there while we unmount. */
    if (guestfs_set_pgroup (g, 1) < 0)
        return guest_error (g, err);
    return guest_settings (g, o, err);
}

static int
open_guest (guestfs_h *g, const struct guest_options *o, struct error *err)
{
    if (guest_attach (g, o, err) < 0 || guest_launch (g, o, err) < 0)
        return -1;
    if (o->mounts.count > 0 || o->inspector)
        return 0;
    fail (err, EINVAL, "nothing says what to mount: -m DEVICE names a file "
          "system,\n-i looks for those of a guest");
    return add_filesystems (g, err);
}

/* What was given comes last, and can undo what we want. */
static char *
join_options (const struct request *r)
{
    cleanup_strings struct strings all = STRINGS_EMPTY;

    if (!r->guest.read_only)
        strings_add (&all, "writeback_cache");
    for (size_t i = 0; i < r->fuse_options.count; i++)
        strings_add (&all, r->fuse_options.item[i]);
    return strings_join (&all, ",");
}

static int
mount_local (guestfs_h *g, const struct request *r, struct error *err)
{
    cleanup_free char *options = join_options (r);
    struct guestfs_mount_local_argv opts = {
        .bitmask = GUESTFS_MOUNT_LOCAL_OPTIONS_BITMASK
                   | GUESTFS_MOUNT_LOCAL_READONLY_BITMASK
                   | GUESTFS_MOUNT_LOCAL_DEBUGCALLS_BITMASK,
        .options = options,
        .readonly = r->guest.read_only,
        .debugcalls = r->guest.trace,
    };

    if (r->cache_timeout >= 0) {
        opts.bitmask |= GUESTFS_MOUNT_LOCAL_CACHETIMEOUT_BITMASK;
        opts.cachetimeout = r->cache_timeout;
    }
    if (guestfs_mount_local_argv (g, r->mountpoint, &opts) < 0)
        return guest_error (g, err);
    return 0;
}

/* An eventfd takes nothing but numbers of eight bytes. */
static int
tell_descriptor (int fd, struct error *err)
{
    const uint64_t one = 1;

    if (fd < 0)
        return 0;
    if (write_full (fd, "1", 1) < 0
        && (errno != EINVAL || write_full (fd, &one, sizeof one) < 0))
        return fail (err, errno, "--fd=%d: %m", fd);
    close (fd);
    return 0;
}

/* Out of everybody's way: no terminal, and no folder that could not be
 * unmounted because of us.
 */
static int
go_to_background (struct background *b, struct error *err)
{
    if (chdir ("/") < 0)
        return fail (err, errno, "/: %m");
    setsid ();
    if (background_ready (b, err) < 0)
        return -1;
    report_to_log ();
    return 0;
}

/* Everything is there: all who wait may know. */
static int
tell_all (const struct request *r, struct background *background,
          struct error *err)
{
    if (r->pid_file && pid_file_write (r->pid_file, err) < 0)
        return -1;
    if (tell_descriptor (r->ready_fd, err) < 0)
        return -1;
    return background ? go_to_background (background, err) : 0;
}

static int
serve (guestfs_h *g, const struct request *r, struct background *background,
       struct watch *watch, struct error *err)
{
    int result = 0;

    if (watch_start (g, r->mountpoint, watch, err) < 0)
        return -1;
    if (tell_all (r, background, err) < 0)
        result = -1;
    else if (guestfs_mount_local_run (g) < 0)
        result = guest_error (g, err);
    if (watch_end (watch) && (err->errnum == EBUSY || err->errnum == EINVAL))
        result = 0;
    if (err->errnum == EINTR)
        result = 0;
    if (result == 0)
        error_clear (err);
    return result;
}

/* What can't be written any more is found out here.  Who only unmounts does
 * not notice that there is no appliance any more.
 */
static int
shut_down (guestfs_h *g, bool served, struct error *err)
{
    if (guestfs_is_ready (g) == 1)
        return guestfs_shutdown (g) < 0 ? guest_error (g, err) : 0;
    if (served)
        return fail (err, EIO, "the appliance has died; what it had not "
                     "written yet is lost");
    return 0;
}

static int
mount_and_serve (guestfs_h *g, const struct request *r,
                 struct background *background, struct watch *watch,
                 struct error *err)
{
    if (open_guest (g, &r->guest, err) < 0)
        return -1;
    watch_block_signals ();
    if (mount_local (g, r, err) < 0)
        return -1;
    return serve (g, r, background, watch, err);
}

int
session_run (const struct request *r, struct background *background,
             struct error *err)
{
    cleanup_error struct error end = { 0 };
    struct watch watch = { .clients = 0 };
    guestfs_h *g = NULL;
    int result = open_handle (&g, &r->guest, err);

    if (result == 0)
        result = mount_and_serve (g, r, background, &watch, err);
    if (g && shut_down (g, result == 0, &end) < 0) {
        if (result == 0)
            error_move (err, &end);
        result = -1;
    }
    if (g)
        guestfs_close (g);
    if (r->pid_file)
        pid_file_remove (r->pid_file);
    watch_tell (&watch, result < 0 ? err->message : NULL);
    return result;
}
