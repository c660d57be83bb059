/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens beside serving: signals that end the program, and programs
 * that look for it.  A thread does this, since unmounting waits for what the
 * mount's server answers.
 */
#ifndef GUESTMOUNT_WATCH_H
#define GUESTMOUNT_WATCH_H

#include <pthread.h>
#include <stdbool.h>

#include "error.h"
#include "guestfs.h"

struct watch {
    guestfs_h *g;
    const char *mountpoint;
    int signals;   /* a signalfd */
    int announced; /* server.h */
    int *client;   /* connections of programs that wait for our end */
    size_t clients;
    int end;       /* an eventfd */
    bool unmounted; /* a signal came, and it is done */
    pthread_t thread;
};

/* From now on SIGINT, SIGTERM and SIGHUP wait for watch_start, in all
 * threads that are made later.
 */
void watch_block_signals (void);

/* Unmount at the first of these signals.  If that can't be done because
 * programs use the file system, it is taken away from them, when what they
 * wrote is written: then mount_local_run ends with EINTR.
 */
int watch_start (guestfs_h *g, const char *mountpoint, struct watch *ret,
                 struct error *err);

/* Before the handle is closed.  Signals have no effect any more.  True if one
 * has unmounted; if it came early, mount_local_run found nothing to serve.
 */
bool watch_end (struct watch *w);

/* After it is closed: tell those who wait what is missing, or NULL. */
void watch_tell (struct watch *w, const char *failure);

#endif /* GUESTMOUNT_WATCH_H */
