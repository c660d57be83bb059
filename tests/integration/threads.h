/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of threads have in common.  Their daemon is an ordinary
 * process, so that the thread sanitizer can look at the library alone.
 */
#ifndef TESTS_INTEGRATION_THREADS_H
#define TESTS_INTEGRATION_THREADS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "support.h"

#define CALLBACK_ARGS                                                   \
    guestfs_h *g, void *opaque, uint64_t event, int event_handle,       \
        int flags, const char *buf, size_t buf_len,                     \
        const uint64_t *array, size_t array_len

#define UNUSED_CALLBACK_ARGS                                            \
    (void) g, (void) opaque, (void) event, (void) event_handle,         \
        (void) flags, (void) buf, (void) buf_len, (void) array,         \
        (void) array_len

/* The guest's root and whatever else a test puts there; cmocka's setup and
 * teardown of the group.
 */
extern char folder[];
int make_folder (void **state);
int remove_folder (void **state);

/* A handle that says nothing when calls fail, with its daemon; NULL if it
 * can't be had.  Any thread may call this.
 */
guestfs_h *launched_process (void);

/* An upload that goes on until it is cancelled or the pipe's other end is
 * closed.
 */
struct long_call {
    pthread_t thread;
    guestfs_h *g;
    int pipe[2];
    int r;
    atomic_bool begun, done;
};

void long_call_prepare (struct long_call *l, guestfs_h *g);

/* Make it in this thread, or in one of its own: then it has begun, but not
 * ended, when this returns.
 */
void long_call_make (struct long_call *l);
void long_call_start (struct long_call *l);

/* Wait for its thread. */
void long_call_join (struct long_call *l);

#endif /* TESTS_INTEGRATION_THREADS_H */
