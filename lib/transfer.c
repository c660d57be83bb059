/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The local file of a call that sends or receives one. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "appliance.h"
#include "chunk.h"
#include "io.h"
#include "message.h"
#include "transfer.h"

/* Writing may not sleep where a cancel is not heard.  But the file is opened
 * so that it may: a FIFO needs somebody at its other end.
 */
static int
open_local (struct transfer *t, int flags, struct error *err)
{
    struct stat st;

    t->fd = open (t->name, flags | O_NOCTTY | O_CLOEXEC, 0666);
    if (t->fd < 0 || fstat (t->fd, &st) < 0)
        return fail (err, errno, "%s: %m", t->name);
    t->waits = !S_ISREG (st.st_mode) && !S_ISBLK (st.st_mode);
    if (t->waits && (flags & O_WRONLY)
        && fcntl (t->fd, F_SETFL, O_WRONLY | O_NONBLOCK) < 0)
        return fail (err, errno, "%s: %m", t->name);
    if (S_ISREG (st.st_mode))
        t->size = (uint64_t) st.st_size;
    return 0;
}

int
transfer_open (struct transfer *t, const char *file_in, const char *file_out,
               struct error *err)
{
    *t = TRANSFER_NONE;
    t->name = file_in ? file_in : file_out;
    return file_in ? open_local (t, O_RDONLY, err) : 0;
}

void
transfer_close (struct transfer *t)
{
    close_fd (&t->fd);
}

static int
fail_cancelled (struct error *err)
{
    return fail (err, EINTR, "cancelled by the user");
}

/* While a file is sent: does the daemon want no more of it?  1: yes. */
static int
daemon_cancelled (guestfs_h *g)
{
    struct packet packet;
    int n = appliance_poll (g, &packet);

    if (n <= 0)
        return n;
    if (packet.word == WIRE_CANCEL_FLAG)
        return 1;
    return fail (&g->error, EPROTO, "the daemon broke the protocol: "
                 "a message while a file is sent to it");
}

static bool
is_ready (const struct transfer *t)
{
    struct pollfd pfd = { .fd = t->fd, .events = POLLIN };

    return !t->waits || poll (&pfd, 1, 0) != 0;
}

static ssize_t
read_batch (struct transfer *t, struct chunk_batch *batch, struct error *err)
{
    ssize_t n;

    do
        n = readv (t->fd, batch->iov, CHUNK_BATCH);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fail (err, errno, "%s: %m", t->name);
    return n;
}

/* 0 at the end of the file, 1 if it was given up: the daemon wants no more,
 * or *local says why.
 */
static int
send_chunks (guestfs_h *g, struct transfer *t, struct chunk_batch *batch,
             struct error *local)
{
    int cancelled;

    while ((cancelled = daemon_cancelled (g)) == 0) {
        ssize_t n;

        if (g->user_cancel)
            fail_cancelled (local);
        if (local->message)
            return 1;
        /* A pipe may have nothing for ever. */
        if (!is_ready (t)) {
            if (appliance_wait_or (g, TRANSPORT_READ, t->fd, POLLIN, -1) < 0)
                return -1;
            continue;
        }
        n = read_batch (t, batch, local);
        if (n == 0)
            return 0;
        if (n > 0
            && appliance_send (g, batch->buffer,
                               chunk_batch_seal (batch, (size_t) n)) < 0)
            return -1;
    }
    return cancelled;
}

int
transfer_send (guestfs_h *g, struct transfer *t, struct error *local)
{
    cleanup_chunk_batch struct chunk_batch batch;
    char end[CHUNK_HEADER_SIZE];
    int cancelled;

    chunk_batch_init (&batch);
    cancelled = send_chunks (g, t, &batch, local);
    if (cancelled < 0)
        return -1;
    chunk_put_end (end, cancelled);
    return appliance_send (g, end, sizeof end);
}

/* Receiving: chunks are gathered, and written many at once. */
struct gathered {
    struct iovec iov[CHUNK_BATCH];
    int count;
};

static void
skip_written (struct gathered *got, size_t n)
{
    size_t i = 0;

    for (; i < (size_t) got->count && n >= got->iov[i].iov_len; i++)
        n -= got->iov[i].iov_len;
    got->count -= (int) i;
    memmove (got->iov, got->iov + i, (size_t) got->count * sizeof *got->iov);
    if (n > 0) {
        got->iov[0].iov_base = (char *) got->iov[0].iov_base + n;
        got->iov[0].iov_len -= n;
    }
}

/* writev (2), to a pipe perhaps that nobody reads: that is an error of ours,
 * and no reason to let the program be killed.
 */
static ssize_t
write_quietly (struct transfer *t, const struct gathered *got)
{
    const struct timespec now = { 0 };
    sigset_t pipe, before, pending;
    ssize_t n;
    int errnum;

    if (!t->waits)
        return writev (t->fd, got->iov, got->count);
    sigemptyset (&pipe);
    sigaddset (&pipe, SIGPIPE);
    sigpending (&pending);
    pthread_sigmask (SIG_BLOCK, &pipe, &before);
    n = writev (t->fd, got->iov, got->count);
    errnum = errno;
    /* One that was there before is somebody else's. */
    if (n < 0 && errnum == EPIPE && !sigismember (&pending, SIGPIPE))
        while (sigtimedwait (&pipe, NULL, &now) < 0 && errno == EINTR)
            continue;
    pthread_sigmask (SIG_SETMASK, &before, NULL);
    errno = errnum;
    return n;
}

/* What can't be written is reported in *local. */
static int
write_gathered (guestfs_h *g, struct transfer *t, struct gathered *got,
                struct error *local)
{
    while (got->count > 0 && !local->message) {
        ssize_t n = write_quietly (t, got);

        if (n >= 0)
            skip_written (got, (size_t) n);
        else if (errno == EAGAIN && g->user_cancel)
            fail_cancelled (local);
        else if (errno == EAGAIN) {
            if (appliance_wait_or (g, 0, t->fd, POLLOUT, -1) < 0)
                return -1;
        } else if (errno != EINTR)
            fail (local, errno, "%s: %m", t->name);
    }
    return 0;
}

/* Something went wrong here: the daemon is told once, and what it had sent
 * before it heard of it is thrown away.
 */
static int
check_local (guestfs_h *g, bool *told, struct error *local)
{
    char flag[4];

    if (g->user_cancel && !local->message)
        fail_cancelled (local);
    if (*told || !local->message)
        return 0;
    *told = true;
    word_put (flag, WIRE_CANCEL_FLAG);
    return appliance_send (g, flag, sizeof flag);
}

/* The daemon gave the file up. */
static void
fail_given_up (const char *name, const struct iovec *data,
               struct error *local)
{
    wire_error reason;

    if (!chunk_get_reason (data, &reason)) {
        fail (local, EIO, "%s: the appliance could not send all of it "
              "(its log has the reason)", name);
        return;
    }
    fail (local, errno_from_name (reason.errno_name), "%s", reason.message);
    xdr_free ((xdrproc_t) xdr_wire_error, &reason);
}

/* The chunks that are there: 1 at the end of the file, 0 if more come. */
static int
receive_batch (guestfs_h *g, const char *name, struct gathered *got, bool told,
               struct error *local)
{
    struct packet packet;
    int n = 0;

    got->count = 0;
    while (got->count < CHUNK_BATCH
           && (n = receiver_next (&g->appliance->receiver, &packet,
                                  &g->error)) > 0) {
        enum chunk_kind kind;

        if (packet.word == WIRE_PROGRESS_FLAG) {
            if (appliance_progress (g, &packet) < 0)
                return -1;
            continue;
        }
        if (packet_is_flag (&packet))
            return fail (&g->error, EPROTO, "the daemon broke the protocol: "
                         "a flag inside a file");
        if (chunk_decode (&packet, &kind, &got->iov[got->count],
                          &g->error) < 0)
            return -1;
        if (kind == CHUNK_CANCEL && !told && !local->message)
            fail_given_up (name, &got->iov[got->count], local);
        if (kind != CHUNK_DATA)
            return 1;
        got->count++;
    }
    return n < 0 ? -1 : 0;
}

/* Wait until more has come, or the user cancels. */
static int
await_more (guestfs_h *g)
{
    struct appliance *a = g->appliance;
    int n = receiver_fill (&a->receiver, a->transport, &g->error);

    if (n < 0)
        return appliance_died (g);
    return n > 0 ? 0 : appliance_wait (g, TRANSPORT_READ, -1);
}

int
transfer_receive (guestfs_h *g, struct transfer *t, struct error *local)
{
    struct gathered got = { .count = 0 };
    bool told = false;
    int end = 0;

    open_local (t, O_WRONLY | O_CREAT | O_TRUNC, local);
    while (end == 0) {
        if (check_local (g, &told, local) < 0)
            return -1;
        end = receive_batch (g, t->name, &got, told, local);
        if (end < 0)
            return -1;
        if (end == 0 && got.count == 0 && await_more (g) < 0)
            return -1;
        if (write_gathered (g, t, &got, local) < 0)
            return -1;
    }
    if (!local->message && close (steal_fd (&t->fd)) < 0)
        fail (local, errno, "%s: %m", t->name);
    return 0;
}
