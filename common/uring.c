/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many system calls by one: io_uring(7), of which this needs so little that
 * it does without liburing.
 *
 * Two rings are shared with the kernel.  What is submitted stands in sqes,
 * in the order of the submission ring's indices, which never change here;
 * of the completion ring there is always enough, since no more is under way
 * than fits.
 */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "memory.h"
#include "uring.h"

struct uring {
    int fd;
    char *rings;
    size_t rings_size;
    struct io_uring_sqe *sqes;
    struct io_uring_params params;
    unsigned added; /* and not yet run */
};

static unsigned *
submission (const struct uring *u, uint32_t offset)
{
    return (unsigned *) (u->rings + offset);
}

static void *
map_ring (const struct uring *u, size_t size, off_t what)
{
    void *p = mmap (NULL, size, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_POPULATE, u->fd, what);

    return p == MAP_FAILED ? NULL : p;
}

/* Since Linux 5.12 it is as the rest of this file, and whoever asks for an
 * operation, want to have it: both rings in one piece of memory, and threads
 * that belong to the process do what must wait.
 */
#define FEATURES (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP \
                  | IORING_FEAT_NATIVE_WORKERS)

static bool
map (struct uring *u)
{
    const struct io_uring_params *p = &u->params;
    size_t submissions = p->sq_off.array + p->sq_entries * sizeof (unsigned);
    size_t completions = p->cq_off.cqes
                         + p->cq_entries * sizeof (struct io_uring_cqe);
    unsigned *array;

    if ((p->features & FEATURES) != FEATURES)
        return false;
    u->rings_size = submissions > completions ? submissions : completions;
    u->rings = map_ring (u, u->rings_size, IORING_OFF_SQ_RING);
    u->sqes = map_ring (u, p->sq_entries * sizeof *u->sqes, IORING_OFF_SQES);
    if (!u->rings || !u->sqes)
        return false;
    array = submission (u, p->sq_off.array);
    for (unsigned i = 0; i < p->sq_entries; i++)
        array[i] = i;
    return true;
}

struct uring *
uring_new (void)
{
    cleanup_uring struct uring *u = xcalloc (1, sizeof *u);

    u->fd = (int) syscall (SYS_io_uring_setup, URING_SIZE, &u->params);
    if (u->fd < 0 || !map (u))
        return NULL;
    return steal (&u);
}

void
uring_free (struct uring *u)
{
    if (!u)
        return;
    if (u->sqes)
        munmap (u->sqes, u->params.sq_entries * sizeof *u->sqes);
    if (u->rings)
        munmap (u->rings, u->rings_size);
    close_fd (&u->fd);
    free (u);
}

void
uring_cleanup_ (struct uring **u)
{
    uring_free (*u);
}

struct io_uring_sqe *
uring_add (struct uring *u, uint8_t opcode, int fd, const void *address)
{
    const struct io_sqring_offsets *o = &u->params.sq_off;
    unsigned mask = *submission (u, o->ring_mask);
    struct io_uring_sqe *sqe;

    assert (u->added < URING_SIZE);
    sqe = &u->sqes[(*submission (u, o->tail) + u->added) & mask];
    *sqe = (struct io_uring_sqe) {
        .opcode = opcode,
        .fd = fd,
        .addr = (uintptr_t) address,
        .user_data = u->added++,
    };
    return sqe;
}

/* Submit and wait for as many.  Returns how many the kernel took. */
static unsigned
enter (const struct uring *u, unsigned submit, unsigned wait)
{
    long n = syscall (SYS_io_uring_enter, u->fd, submit, wait,
                      IORING_ENTER_GETEVENTS, NULL, 0);

    /* A signal, or short of memory: once more. */
    assert (n >= 0 || errno == EINTR || errno == EAGAIN || errno == EBUSY);
    return n > 0 ? (unsigned) n : 0;
}

/* Take what has ended.  Returns how many. */
static unsigned
collect (const struct uring *u, int32_t results[URING_SIZE])
{
    const struct io_cqring_offsets *o = &u->params.cq_off;
    const struct io_uring_cqe *cqes
        = (const struct io_uring_cqe *) (u->rings + o->cqes);
    unsigned mask = *submission (u, o->ring_mask);
    unsigned head = *submission (u, o->head);
    unsigned tail = __atomic_load_n (submission (u, o->tail),
                                     __ATOMIC_ACQUIRE);

    for (unsigned i = head; i != tail; i++)
        results[cqes[i & mask].user_data] = cqes[i & mask].res;
    __atomic_store_n (submission (u, o->head), tail, __ATOMIC_RELEASE);
    return tail - head;
}

void
uring_run (struct uring *u, int32_t results[URING_SIZE])
{
    unsigned *tail = submission (u, u->params.sq_off.tail);
    unsigned submit = u->added, wait = u->added;

    __atomic_store_n (tail, *tail + u->added, __ATOMIC_RELEASE);
    u->added = 0;
    while (submit > 0 || wait > 0) {
        submit -= enter (u, submit, wait);
        wait -= collect (u, results);
    }
}
