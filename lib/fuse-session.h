/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mount of the guest on the host: the kernel's requests are carried to the
 * daemon, and its replies back.
 */
#ifndef LIB_FUSE_SESSION_H
#define LIB_FUSE_SESSION_H

#include "call.h"
#include "fuse-check.h"
#include "handle.h"
#include "in-place.h"
#include "mount-local-options.h"

/* So many batches may be under way. */
#define FUSE_BATCHES 2

struct fuse_session {
    int fd;     /* the kernel's requests; non-blocking */
    char *path; /* where it is mounted, absolute and without links */
    struct local_options options;
    struct fuse_flight {
        struct fuse_batch batch;
        struct client_call call;
        struct in_place requests, replies;
    } flights[FUSE_BATCHES]; /* a ring: those under way, in their order */
    unsigned first, flying;
    char *buffer;         /* for requests while there is no appliance */
    bool running;         /* a thread is in fuse_session_serve () */
    bool left;            /* it is not served any more: fuse_session_leave () */
    bool lost;            /* the appliance that we began with is gone */
    struct error why;     /* and this is what it died of */
};

/* Takes the descriptor and path, also if it fails.  The kernel's first
 * request is there already; the daemon answers it.
 */
struct fuse_session *fuse_session_new (guestfs_h *g, int take_fd,
                                       char *take_path,
                                       struct local_options *take_options);

void fuse_session_free (struct fuse_session *s);

/* The appliance is gone, as g->error says.  The mount, if there is one, stays,
 * or programs would go on in the folder below; everything in it fails.
 */
void fuse_session_lose (guestfs_h *g);

/* Has it been unmounted, by whomever? */
bool fuse_session_unmounted (const struct fuse_session *s);

/* A mount namespace that was made meanwhile has a copy of the mount, mostly for
 * a moment: until it lets that go, the kernel does not say that the mount is
 * gone.  Wait for it a little, by a descriptor like s->fd.
 */
bool fuse_wait_unmounted (int fd);

/* It was unmounted here, and a copy remains: it is left to its fate. */
void fuse_session_leave (guestfs_h *g);

/* Carry requests until it is unmounted: 0, or -1 if the appliance has died
 * meanwhile.  Ends earlier, with EINTR, if the handle is cancelled, or, with
 * 0, if until_fd (unless it is -1) can be read.  The handle's lock is let go
 * whenever there is nothing to do.
 */
int fuse_session_serve (guestfs_h *g, int until_fd);

#endif /* LIB_FUSE_SESSION_H */
