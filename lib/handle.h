/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handle, as the library's own files see it. */
#ifndef LIB_HANDLE_H
#define LIB_HANDLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>

#include "error.h"
/* What the public header declares is exported, all else is hidden. */
#pragma GCC visibility push(default)
#include "guestfs.h"
#pragma GCC visibility pop
#include "memory.h"
#include "string-list.h"

struct appliance;
struct drive;
struct event_callback;
struct libvirt_auth;
struct error_handler;
struct private_datum;
struct fuse_session;

/* guestfs_get_state () returns these numbers. */
enum state { STATE_CONFIG = 0, STATE_LAUNCHING = 1, STATE_READY = 2,
             STATE_BUSY = 3 };

struct guestfs_h {
    /* Held during every call; recursive, since callbacks may call us. */
    pthread_mutex_t lock;
    unsigned depth; /* of calls: those of callbacks are inside of others */
    atomic_uint waiting; /* threads that want the lock */
    enum state state;
    struct guestfs_h *next; /* in the list of handles to close at exit */
    bool at_exit;           /* and atexit has begun to; see handles_lock */
    bool close_wanted;      /* as soon as no call runs */
    bool closing;           /* its end has begun */

    struct fuse_session *local; /* what is mounted on the host, or NULL */
    atomic_int run_cancel;      /* mount_local_run is to end early */
    pthread_cond_t run_ended;   /* it has */

    /* What the running call has failed with, and what the last one of each
     * thread did.
     */
    struct error error;
    LIST_HEAD (, last_error) last_errors;
    struct error_handler *error_handlers; /* a stack, the top first */
    guestfs_abort_cb out_of_memory;

    struct event_callback *events; /* by event handle */
    size_t nr_events;
    struct libvirt_auth *libvirt_auth; /* NULL: was not needed yet */
    struct private_datum *private_data;
    struct private_datum *next_private;

    /* Settings. */
    bool verbose, trace, autosync, direct, recovery_proc, pgroup, network,
        selinux;
    int memsize; /* MiB */
    int smp;
    int launch_timeout_ms; /* nothing happens for so long: it hangs */
    int64_t launch_end_ms; /* monotonic_ms () when an attempt has to end */
    char *path, *append, *hv, *program, *identifier;
    char *shown_hv;                                /* what get_qemu returned */
    char *tmpdir, *cachedir, *sockdir;             /* set by the user */
    char *env_tmpdir, *env_runtime_dir;            /* of the environment */
    const struct backend *backend;
    char *backend_name; /* with what follows a colon */
    const struct backend *launched;  /* if the appliance runs or starts */
    const char *accelerator; /* "kvm" or "tcg" for QEMU; NULL: either */
    struct strings backend_settings;
    struct strings hv_params; /* pairs: parameter and value, "" for none */

    struct drive **drives;
    size_t nr_drives;

    struct appliance *appliance; /* while it runs, or starts */
    uint32_t serial;             /* of the last call that was sent */
    atomic_int user_cancel;      /* the outermost call is to end early */
    int cancel_fd;               /* an eventfd that wakes up who waits */
    FILE *test_output;           /* of internal_test_set_output, or NULL */
};

/* Around everything that a program does with a handle, but for user_cancel:
 * others wait.  After the last one the handle may be gone, if a callback
 * has closed it.
 */
void handle_lock (guestfs_h *g);
void handle_unlock (guestfs_h *g);

/* In a call that waits for what others do: let their calls come in between.
 * No other call is around this one.
 */
unsigned handle_pause (guestfs_h *g);
void handle_resume (guestfs_h *g, unsigned paused);
void handle_wait (guestfs_h *g, pthread_cond_t *cond);

/* Reported on stderr or to the program's callbacks, as it prefers. */
void debug (guestfs_h *g, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));
void warning (guestfs_h *g, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

#endif /* LIB_HANDLE_H */
