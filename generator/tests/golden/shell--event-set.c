/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the events. */

#include "config.h"

#include "event-set.h"
#include "guestfs.h"

const struct event_name event_names[] = {
    { "close", GUESTFS_EVENT_CLOSE },
    { "subprocess_quit", GUESTFS_EVENT_SUBPROCESS_QUIT },
    { "launch_done", GUESTFS_EVENT_LAUNCH_DONE },
    { "progress", GUESTFS_EVENT_PROGRESS },
    { "appliance", GUESTFS_EVENT_APPLIANCE },
    { "library", GUESTFS_EVENT_LIBRARY },
    { "trace", GUESTFS_EVENT_TRACE },
    { "enter", GUESTFS_EVENT_ENTER },
    { "libvirt_auth", GUESTFS_EVENT_LIBVIRT_AUTH },
    { "warning", GUESTFS_EVENT_WARNING },
    { NULL, 0 },
};
