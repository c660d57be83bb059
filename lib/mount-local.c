/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that mount the guest on the host. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "appliance.h"
#include "call.h"
#include "fuse-mount.h"
#include "fuse-session.h"
#include "impl.h"
#include "mount-local.h"
#include "mount-local-options.h"

#define CACHE_TIMEOUT 60 /* seconds */

/* For umount_local's "retry". */
#define RETRIES 5
#define RETRY_SECONDS 1

/* A call that has arguments or not, and no results. */
static int
call_daemon (guestfs_h *g, uint32_t proc, wire_fuse_begin_args *args)
{
    struct client_call call = {
        .proc = proc,
        .args_xdr = args ? (xdrproc_t) xdr_wire_fuse_begin_args : NULL,
        .args = args,
    };

    return client_call (g, &call);
}

/* Daemons of other makers don't know the procedure, and say so without an
 * errno.
 */
static int
begin (guestfs_h *g, wire_fuse_begin_args *args)
{
    if (call_daemon (g, WIRE_PROC_FUSE_BEGIN, args) == 0)
        return 0;
    if (g->state == STATE_READY
        && (g->error.errnum == 0 || g->error.errnum == ENOSYS)) {
        g->error.errnum = ENOTSUP;
        fail_context (&g->error, "this appliance can't be mounted locally");
    }
    return -1;
}

/* g->error is kept. */
static void
end (guestfs_h *g)
{
    struct error before = { 0 };

    if (g->state != STATE_READY)
        return;
    error_move (&before, &g->error);
    if (call_daemon (g, WIRE_PROC_FUSE_END, NULL) < 0)
        debug (g, "mount_local: %s", g->error.message);
    error_clear (&g->error);
    error_move (&g->error, &before);
}

static char *
resolve_folder (const char *name, struct error *err)
{
    cleanup_free char *path = realpath (name, NULL);
    struct stat st;

    if (!path || stat (path, &st) < 0)
        return fail_null (err, errno, "%s: %m", name);
    if (!S_ISDIR (st.st_mode))
        return fail_null (err, ENOTDIR, "%s: %m", name);
    return steal (&path);
}

/* Forget what was mounted, and tell the daemon. */
static void
forget (guestfs_h *g)
{
    bool lost = g->local->lost;

    fuse_session_free (steal (&g->local));
    if (!lost)
        end (g);
}

static int
check_unused (guestfs_h *g)
{
    if (!g->local)
        return 0;
    if (g->local->running
        || (!fuse_session_unmounted (g->local)
            && !fuse_wait_unmounted (g->local->fd)))
        return fail (&g->error, EBUSY, "the guest is mounted already, on %s",
                     g->local->path);
    forget (g);
    return 0;
}

static int
mount_session (guestfs_h *g, char *take_path,
               struct local_options *take_options)
{
    cleanup_free char *path = take_path;
    int fd = fuse_mount (path, take_options->mount, &g->error);

    if (fd < 0)
        return -1;
    g->local = fuse_session_new (g, fd, xstrdup (path), take_options);
    if (!g->local) {
        cleanup_error struct error ignored = { 0 };

        fuse_unmount (path, true, &ignored);
        return -1;
    }
    return 0;
}

int
impl_mount_local (guestfs_h *g, const char *localmountpoint,
                  const struct guestfs_mount_local_argv *optargs)
{
    uint64_t given = optargs->bitmask;
    cleanup_local_options struct local_options o = { 0 };
    int cachetimeout = CACHE_TIMEOUT;
    char *path;

    if (given & GUESTFS_MOUNT_LOCAL_CACHETIMEOUT_BITMASK)
        cachetimeout = optargs->cachetimeout;
    if (cachetimeout < 0)
        return fail (&g->error, EINVAL, "cachetimeout %d is negative",
                     cachetimeout);
    if (check_unused (g) < 0
        || local_options_parse (
               given & GUESTFS_MOUNT_LOCAL_OPTIONS_BITMASK ? optargs->options
                                                           : NULL,
               (given & GUESTFS_MOUNT_LOCAL_READONLY_BITMASK)
                   && optargs->readonly,
               cachetimeout, &o, &g->error) < 0)
        return -1;
    if ((given & GUESTFS_MOUNT_LOCAL_DEBUGCALLS_BITMASK)
        && optargs->debugcalls)
        o.debug = true;
    path = resolve_folder (localmountpoint, &g->error);
    if (!path)
        return -1;
    if (begin (g, &o.session) < 0) {
        free (path);
        return -1;
    }
    if (mount_session (g, path, &o) < 0) {
        end (g);
        return -1;
    }
    return 0;
}

static int
check_mounted (guestfs_h *g)
{
    if (g->local)
        return 0;
    return fail (&g->error, EINVAL, "nothing is mounted locally: call "
                 "mount_local first");
}

int
impl_mount_local_run (guestfs_h *g)
{
    int r;

    if (check_mounted (g) < 0)
        return -1;
    if (g->local->running)
        return fail (&g->error, EBUSY, "mount_local_run is running already");
    if (g->depth > 1)
        return fail (&g->error, EBUSY, "an event callback can't serve a "
                     "local mount");
    if (g->appliance)
        appliance_take_over (g->appliance);
    g->run_cancel = 0;
    r = fuse_session_serve (g, -1);
    if (fuse_session_unmounted (g->local))
        forget (g);
    return r;
}

/* Unmounting in another thread than the one that serves. */
struct unmounting {
    const char *path;
    int fuse; /* the kernel's requests, another descriptor of them */
    bool lazily;
    int done; /* an eventfd */
    int result;
    bool left; /* a copy of the mount remains */
    struct error error;
};

/* The kernel writes what it has kept when the last copy of the mount goes,
 * which may not be this one, and not when files are in use that are unmounted
 * lazily.
 */
static void
flush (const char *path)
{
    cleanup_fd int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        syncfs (fd);
}

static void
unmount (struct unmounting *u)
{
    flush (u->path);
    u->result = fuse_unmount (u->path, u->lazily, &u->error);
    u->left = u->result == 0 && !u->lazily && !fuse_wait_unmounted (u->fuse);
}

static void *
unmount_thread (void *opaque)
{
    struct unmounting *u = opaque;
    const uint64_t one = 1;

    unmount (u);
    (void) !write (u->done, &one, sizeof one);
    return NULL;
}

/* Nobody serves the mount: until it is unmounted this thread does, since the
 * kernel may still have something to write.
 */
static int
unmount_and_serve (guestfs_h *g, struct unmounting *u)
{
    cleanup_fd int done = eventfd (0, EFD_CLOEXEC);
    pthread_t thread;
    int r;

    u->done = done;
    if (done < 0)
        return fail (&g->error, errno, "eventfd: %m");
    r = pthread_create (&thread, NULL, unmount_thread, u);
    if (r != 0)
        return fail (&g->error, r, "starting a thread: %m");
    g->run_cancel = 0;
    while (fuse_session_serve (g, done) < 0 && g->error.errnum == EINTR)
        g->run_cancel = 0;
    error_clear (&g->error);
    pthread_join (thread, NULL);
    return 0;
}

/* Once.  g->local may be gone after that. */
static int
unmount_once (guestfs_h *g, bool lazily)
{
    cleanup_free char *path = xstrdup (g->local->path);
    cleanup_fd int fuse = fcntl (g->local->fd, F_DUPFD_CLOEXEC, 0);
    struct unmounting u = { .path = path, .fuse = fuse, .lazily = lazily };
    unsigned paused;

    if (fuse < 0)
        return fail (&g->error, errno, "%s: unmounting: %m", path);
    if (!g->local->running) {
        if (unmount_and_serve (g, &u) < 0)
            return -1;
    } else {
        paused = handle_pause (g);
        unmount (&u);
        handle_resume (g, paused);
    }
    if (u.result < 0)
        error_move (&g->error, &u.error);
    if (u.left && g->local)
        fuse_session_leave (g);
    return u.result;
}

/* It is unmounted: wait until its server has gone, too. */
static void
wait_for_runner (guestfs_h *g)
{
    while (g->local && g->local->running)
        handle_wait (g, &g->run_ended);
    if (g->local)
        forget (g);
}

static void
explain_busy (guestfs_h *g)
{
    if (g->error.errnum == EBUSY && g->local)
        fail (&g->error, EBUSY, "%s: unmounting: a program still uses it "
              "('fuser -vm %s' shows which)", g->local->path,
              g->local->path);
}

int
impl_umount_local (guestfs_h *g,
                   const struct guestfs_umount_local_argv *optargs)
{
    const struct timespec pause = { .tv_sec = RETRY_SECONDS };
    bool retry = (optargs->bitmask & GUESTFS_UMOUNT_LOCAL_RETRY_BITMASK)
                 && optargs->retry;

    if (check_mounted (g) < 0)
        return -1;
    if (g->depth > 1)
        return fail (&g->error, EBUSY, "an event callback can't unmount");
    for (int tries = retry ? RETRIES : 1;
         g->local && !fuse_session_unmounted (g->local); tries--) {
        unsigned paused;

        error_clear (&g->error);
        if (unmount_once (g, false) == 0)
            break;
        if (g->error.errnum != EBUSY || tries <= 1) {
            explain_busy (g);
            return -1;
        }
        paused = handle_pause (g);
        nanosleep (&pause, NULL);
        handle_resume (g, paused);
    }
    error_clear (&g->error);
    wait_for_runner (g);
    return 0;
}

void
mount_local_end (guestfs_h *g)
{
    struct error before = { 0 };

    if (!g->local || g->depth > 1)
        return;
    error_move (&before, &g->error);
    if (!fuse_session_unmounted (g->local)
        && unmount_once (g, false) < 0 && g->local) {
        unmount_once (g, true);
        impl_user_cancel (g); /* some may go on using it for ever */
    }
    error_clear (&g->error);
    error_move (&g->error, &before);
    wait_for_runner (g);
}
