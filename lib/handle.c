/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and closing a handle. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "action.h"
#include "appliance.h"
#include "backend.h"
#include "call.h"
#include "drive.h"
#include "environment.h"
#include "errors.h"
#include "events.h"
#include "handle.h"
#include "impl.h"
#include "fuse-session.h"
#include "launch.h"
#include "mount-local.h"
#include "private-data.h"
#include "test-calls.h"

#define DEFAULT_MEMSIZE 256 /* MiB */
#define LAUNCH_TIMEOUT_MS 60000

/* Handles that atexit closes. */
static pthread_mutex_t handles_lock = PTHREAD_MUTEX_INITIALIZER;
static guestfs_h *handles;
static pthread_once_t at_exit_once = PTHREAD_ONCE_INIT;

/* False if atexit has found it: it will still look at it. */
static bool
list_remove (guestfs_h *g)
{
    bool ours;

    pthread_mutex_lock (&handles_lock);
    ours = !g->at_exit;
    for (guestfs_h **p = &handles; ours && *p; p = &(*p)->next)
        if (*p == g) {
            *p = g->next;
            break;
        }
    pthread_mutex_unlock (&handles_lock);
    return ours;
}

static guestfs_h *
list_take_at_exit (void)
{
    guestfs_h *g;

    pthread_mutex_lock (&handles_lock);
    for (g = handles; g && g->at_exit; g = g->next)
        continue;
    if (g)
        g->at_exit = true;
    pthread_mutex_unlock (&handles_lock);
    return g;
}

/* The end of all that happens with a handle; its lock is held.  False if
 * that has begun already.
 */
static bool
end (guestfs_h *g)
{
    struct action action;

    if (g->closing)
        return false;
    g->closing = true;
    if (!g->appliance || !appliance_is_copy (g->appliance))
        mount_local_end (g);
    action_begin (&action, g, "close");
    trace_call (&action);
    debug (g, "close: handle %p (state %d)", (void *) g, (int) g->state);
    if (g->state != STATE_CONFIG)
        guestfs_shutdown (g);
    /* If a callback exits the program, the appliance can't be asked to. */
    appliance_free (steal (&g->appliance));
    event_send (g, GUESTFS_EVENT_CLOSE, NULL, 0, NULL, 0);
    action_end (&action);
    drives_free (g);
    return true;
}

/* How long another thread's call may go on when the program exits. */
#define EXIT_TIMEOUT 5 /* seconds */

/* Wait for the call of another thread, if any, to end. */
static bool
lock_at_exit (guestfs_h *g)
{
    struct timespec until;

    impl_user_cancel (g);
    clock_gettime (CLOCK_REALTIME, &until);
    until.tv_sec += EXIT_TIMEOUT;
    return pthread_mutex_timedlock (&g->lock, &until) == 0;
}

/* A handle that is in use even now is left alone: its appliance ends with
 * the program.  None is freed: a callback may be what exits, and other
 * threads may still come to the lock.
 */
static void
close_at_exit (void)
{
    guestfs_h *g;

    while ((g = list_take_at_exit ()))
        if (lock_at_exit (g)) {
            end (g);
            pthread_mutex_unlock (&g->lock);
        }
}

static void
register_at_exit (void)
{
    atexit (close_at_exit);
}

static void
list_add (guestfs_h *g)
{
    pthread_once (&at_exit_once, register_at_exit);
    pthread_mutex_lock (&handles_lock);
    g->next = handles;
    handles = g;
    pthread_mutex_unlock (&handles_lock);
}

static void
init_lock (guestfs_h *g)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init (&attr);
    pthread_mutexattr_settype (&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init (&g->lock, &attr);
    pthread_mutexattr_destroy (&attr);
    pthread_cond_init (&g->run_ended, NULL);
}

static void
set_defaults (guestfs_h *g)
{
    g->cancel_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
    g->autosync = true;
    g->recovery_proc = true;
    g->memsize = DEFAULT_MEMSIZE;
    g->launch_timeout_ms = LAUNCH_TIMEOUT_MS;
    g->smp = 1;
    g->out_of_memory = abort;
    g->program = xstrdup (program_invocation_short_name);
    g->identifier = xstrdup ("");
    g->path = xstrdup (LIBGUESTFS_DEFAULT_PATH);
    g->backend = backend_default ();
    g->backend_name = xstrdup (g->backend->name);
    errors_init (g);
}

static void
free_handle (guestfs_h *g)
{
    private_data_free (g);
    events_free (g);
    errors_free (g);
    strings_free (&g->backend_settings);
    strings_free (&g->hv_params);
    free (g->backend_name);
    free (g->path);
    free (g->append);
    free (g->hv);
    free (g->shown_hv);
    free (g->program);
    free (g->identifier);
    free (g->tmpdir);
    free (g->cachedir);
    free (g->sockdir);
    free (g->env_tmpdir);
    free (g->env_runtime_dir);
    free (g->libvirt_auth);
    test_output_close (g);
    close_fd (&g->cancel_fd);
    pthread_mutex_destroy (&g->lock);
    pthread_cond_destroy (&g->run_ended);
    free (g);
}

guestfs_h *
guestfs_create (void)
{
    return guestfs_create_flags (0);
}

guestfs_h *
guestfs_create_flags (unsigned flags, ...)
{
    guestfs_h *g = calloc (1, sizeof *g);

    if (!g)
        return NULL;
    init_lock (g);
    set_defaults (g);
    if (!(flags & GUESTFS_CREATE_NO_ENVIRONMENT)
        && guestfs_parse_environment (g) < 0) {
        free_handle (g);
        return NULL;
    }
    if (!(flags & GUESTFS_CREATE_NO_CLOSE_ON_EXIT))
        list_add (g);
    debug (g, "create: handle %p, program %s", (void *) g, g->program);
    return g;
}

/* Waits for the calls of other threads.  In a callback, the calls that it
 * is inside of come to their end first: they use the handle.
 */
void
guestfs_close (guestfs_h *g)
{
    if (!g)
        return;
    handle_lock (g);
    g->close_wanted = true;
    handle_unlock (g);
}

void
handle_lock (guestfs_h *g)
{
    atomic_fetch_add (&g->waiting, 1);
    pthread_mutex_lock (&g->lock);
    atomic_fetch_sub (&g->waiting, 1);
    g->depth++;
}

/* Who waits in mount_local_run may have missed it. */
static void
wake_runner (guestfs_h *g)
{
    if (!g->local || !g->local->running)
        return;
    if (g->run_cancel)
        impl_user_cancel (g);
    else if (g->local->left)
        fuse_session_leave (g);
}

void
handle_unlock (guestfs_h *g)
{
    bool ended = --g->depth == 0 && g->close_wanted && end (g);

    if (!ended)
        wake_runner (g);
    pthread_mutex_unlock (&g->lock);
    if (ended && list_remove (g))
        free_handle (g);
}

unsigned
handle_pause (guestfs_h *g)
{
    unsigned paused = g->depth;

    g->depth = 0;
    pthread_mutex_unlock (&g->lock);
    return paused;
}

void
handle_resume (guestfs_h *g, unsigned paused)
{
    atomic_fetch_add (&g->waiting, 1);
    pthread_mutex_lock (&g->lock);
    atomic_fetch_sub (&g->waiting, 1);
    g->depth = paused;
}

void
handle_wait (guestfs_h *g, pthread_cond_t *cond)
{
    unsigned paused = g->depth;

    g->depth = 0;
    pthread_cond_wait (cond, &g->lock);
    g->depth = paused;
}
