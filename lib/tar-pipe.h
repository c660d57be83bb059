/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipe between a call that sends or receives an archive and a thread that
 * packs or unpacks it here.
 */
#ifndef LIB_TAR_PIPE_H
#define LIB_TAR_PIPE_H

#include <pthread.h>

#include "handle.h"
#include "libarchive.h"

struct tar_pipe {
    guestfs_h *g;
    const struct libarchive *la;
    int fd;         /* the thread's end */
    int call_fd;    /* the call's end: the call gets its name */
    char name[32];  /* /proc/self/fd/N */
    /* The thread's work: -1 with error set. */
    int (*work) (struct tar_pipe *pipe, struct archive *a);
    void *opaque;
    pthread_t thread;
    struct error error;
};

/* Packing or unpacking?  g->error says why it can't be started. */
int tar_pipe_start_packing (struct tar_pipe *pipe);
int tar_pipe_start_unpacking (struct tar_pipe *pipe);

/* The call has returned: wait for the thread.  -1 with pipe->error set if it
 * has failed.
 */
int tar_pipe_finish (struct tar_pipe *pipe);

#endif /* LIB_TAR_PIPE_H */
