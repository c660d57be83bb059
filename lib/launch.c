/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Launching the appliance, and shutting it down. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "appliance.h"
#include "backend.h"
#include "drive.h"
#include "events.h"
#include "impl.h"
#include "launch.h"
#include "mount-local.h"

void
launch_progress (guestfs_h *g, uint64_t position)
{
    const uint64_t array[4] = { 0, 0, position, LAUNCH_STEPS };

    event_send (g, GUESTFS_EVENT_PROGRESS, NULL, 0, array, 4);
}

int
launch_receive (guestfs_h *g, struct packet *ret)
{
    int n;

    while ((n = appliance_poll (g, ret)) == 0)
        if (appliance_wait (g, TRANSPORT_READ, g->launch_timeout_ms) < 0)
            return -1;
    return n < 0 ? -1 : 0;
}

/* The daemon's first word. */
static int
wait_for_daemon (guestfs_h *g)
{
    struct packet packet;

    if (launch_receive (g, &packet) < 0)
        return -1;
    if (packet.word == WIRE_SETUP_FLAG && g->launched->send_setup
        && !g->appliance->setup_sent
        && (g->launched->send_setup (g) < 0
            || launch_receive (g, &packet) < 0))
        return -1;
    if (packet.word != WIRE_LAUNCH_FLAG)
        return fail (&g->error, EPROTO, "the daemon broke the protocol: its "
                     "first word is 0x%x", packet.word);
    return 0;
}

static int
check_settings (guestfs_h *g)
{
    switch (g->state) {
    case STATE_CONFIG:
        break;
    case STATE_LAUNCHING:
        return fail (&g->error, EINVAL, "launch is running already");
    case STATE_READY:
    case STATE_BUSY:
        return fail (&g->error, EINVAL, "the appliance runs already");
    }
    if (g->nr_drives > (size_t) g->backend->max_disks)
        return fail (&g->error, EINVAL, "%zu drives were added; the back end "
                     "'%s' can have %d", g->nr_drives, g->backend_name,
                     g->backend->max_disks);
    return 0;
}

static void
begin_attempt (guestfs_h *g)
{
    g->launch_end_ms = monotonic_ms ()
                       + (int64_t) g->launch_timeout_ms * LAUNCH_PATIENCE;
}

int
launch_with (guestfs_h *g, const struct backend *backend)
{
    begin_attempt (g);
    g->launched = backend;
    appliance_free (g->appliance);
    g->appliance = appliance_new ();
    if (drives_renew (g) < 0 || backend->launch (g) < 0)
        return -1;
    launch_progress (g, 6);
    return wait_for_daemon (g);
}

static int
start (guestfs_h *g)
{
    backend_warn_settings (g);
    if (drives_open (g) < 0)
        return -1;
    launch_progress (g, 3);
    g->launched = NULL;
    g->accelerator = NULL;
    if (g->backend == &backend_auto)
        return auto_launch (g);
    return g->backend == &backend_direct ? direct_launch (g)
                                         : launch_with (g, g->backend);
}

static double
seconds_since (const struct timespec *begin)
{
    struct timespec now;

    clock_gettime (CLOCK_MONOTONIC, &now);
    return (double) (now.tv_sec - begin->tv_sec)
           + (double) (now.tv_nsec - begin->tv_nsec) / 1e9;
}

int
impl_launch (guestfs_h *g)
{
    struct timespec begin;

    if (check_settings (g) < 0)
        return -1;
    clock_gettime (CLOCK_MONOTONIC, &begin);
    debug (g, "launch: back end %s, %zu drives", g->backend_name,
           g->nr_drives);
    g->state = STATE_LAUNCHING;
    launch_progress (g, 0);
    if (start (g) < 0) {
        explain_limit (&g->error);
        if (g->appliance && g->appliance->origin)
            fail_context (&g->error, "%s", g->appliance->origin);
        return appliance_abandon (g);
    }
    g->state = STATE_READY;
    debug (g, "launch: ready after %.3f s", seconds_since (&begin));
    launch_progress (g, LAUNCH_STEPS);
    event_send (g, GUESTFS_EVENT_LAUNCH_DONE, NULL, 0, NULL, 0);
    return 0;
}

/* Nothing to wait for: launch returns when the appliance is ready. */
int
impl_wait_ready (guestfs_h *g)
{
    (void) g;
    return 0;
}

int
impl_get_pid (guestfs_h *g)
{
    if (g->appliance && g->appliance->machine.pid > 0)
        return g->appliance->machine.pid;
    return fail (&g->error, EINVAL, "the appliance is not running");
}

/* The appliance goes on without this copy. */
static int
forget (guestfs_h *g)
{
    appliance_free (steal (&g->appliance));
    drives_forget (g);
    g->state = STATE_CONFIG;
    return 0;
}

/* Everything that was written is on the host's disks when this returns,
 * unless it fails.
 */
int
impl_shutdown (guestfs_h *g)
{
    int r = 0;

    if (g->state == STATE_CONFIG)
        return 0;
    if (g->state != STATE_READY)
        return fail (&g->error, EBUSY, "a call is running on this handle");
    if (g->closing && appliance_is_copy (g->appliance))
        return forget (g);
    appliance_take_over (g->appliance);
    mount_local_end (g);
    if (g->state != STATE_READY) /* it died of that */
        return -1;
    if (g->autosync)
        r = impl_internal_autosync (g);
    if (g->state == STATE_CONFIG) /* that call found the appliance dead */
        return r;
    debug (g, "shutdown: ending the appliance");
    g->state = STATE_BUSY; /* for callbacks, while there is no channel */
    appliance_finish (g);
    if (r == 0)
        r = drives_flush_all (g);
    appliance_free (steal (&g->appliance));
    drives_close (g);
    g->state = STATE_CONFIG;
    event_send (g, GUESTFS_EVENT_SUBPROCESS_QUIT, NULL, 0, NULL, 0);
    return r;
}

int
impl_kill_subprocess (guestfs_h *g)
{
    if (g->state == STATE_CONFIG)
        return fail (&g->error, EINVAL, "the appliance is not running");
    return impl_shutdown (g);
}
