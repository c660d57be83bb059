/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many system calls by one, by liburing: io_uring(7). */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "cleanup.h"
#include "library.h"
#include "memory.h"
#include "uring.h"

#define URING_FUNCTIONS(LIBRARY)        \
    LIBRARY (io_uring_queue_exit)       \
    LIBRARY (io_uring_queue_init)       \
    LIBRARY (io_uring_submit_and_wait)

DECLARE_LIBRARY (liburing, URING_FUNCTIONS)
DEFINE_LIBRARY (liburing, "liburing.so.2", URING_FUNCTIONS)

struct uring {
    const struct liburing *lib; /* NULL until the ring is there */
    struct io_uring ring;
    struct io_uring_sqe *added[URING_SIZE]; /* and not yet run */
    unsigned count;                         /* of them */
};

/* Since Linux 5.12 it has what whoever asks for an operation wants: no answer
 * is lost, and threads that belong to the process do what must wait.
 */
#define FEATURES (IORING_FEAT_NODROP | IORING_FEAT_NATIVE_WORKERS)

struct uring *
uring_new (void)
{
    cleanup_uring struct uring *u = xcalloc (1, sizeof *u);
    cleanup_error struct error ignored = { 0 };
    const struct liburing *lib = load_liburing (&ignored);

    if (!lib || lib->io_uring_queue_init (URING_SIZE, &u->ring, 0) < 0)
        return NULL;
    u->lib = lib;
    if ((u->ring.features & FEATURES) != FEATURES)
        return NULL;
    return steal (&u);
}

void
uring_free (struct uring *u)
{
    if (u && u->lib)
        u->lib->io_uring_queue_exit (&u->ring);
    free (u);
}

void
uring_cleanup_ (struct uring **u)
{
    uring_free (*u);
}

struct io_uring_sqe *
uring_add (struct uring *u)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe (&u->ring);

    assert (sqe && u->count < URING_SIZE);
    u->added[u->count++] = sqe;
    return sqe;
}

/* Take what has ended.  Returns how many. */
static unsigned
collect (struct uring *u, int32_t results[URING_SIZE])
{
    struct io_uring_cqe *cqe;
    unsigned head, count = 0;

    io_uring_for_each_cqe (&u->ring, head, cqe) {
        results[cqe->user_data] = cqe->res;
        count++;
    }
    io_uring_cq_advance (&u->ring, count);
    return count;
}

void
uring_run (struct uring *u, int32_t results[URING_SIZE])
{
    unsigned wait = u->count;

    for (unsigned i = 0; i < u->count; i++)
        io_uring_sqe_set_data64 (u->added[i], i);
    u->count = 0;
    while (wait > 0) {
        int r = u->lib->io_uring_submit_and_wait (&u->ring, wait);

        /* A signal, or short of memory: once more. */
        assert (r >= 0 || r == -EINTR || r == -EAGAIN || r == -EBUSY);
        wait -= collect (u, results);
    }
}
