/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that belong to calls: what the library sends in chunks, and
 * what is sent to it.
 */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "server.h"

int
receive_pieces (struct call *call, struct iovec *iov, int max)
{
    struct daemon *d = call->daemon;
    int count = 0;

    while (count < max && call->file == FILE_RECEIVING) {
        enum chunk_kind kind;
        struct packet packet;
        int n = receiver_next (&d->receiver, &packet, &call->err);

        if (n == 0 && count > 0)
            break;
        if (n < 0
            || (n == 0 && receiver_wait_next (&d->receiver, d->transport,
                                              &packet, &call->err) < 0)
            || chunk_decode (&packet, &kind, &iov[count], &call->err) < 0)
            return -1;
        if (kind != CHUNK_DATA)
            call->file = FILE_NONE;
        if (kind == CHUNK_CANCEL)
            return fail (&call->err, ECANCELED,
                         "the library has cancelled the transfer");
        count += kind == CHUNK_DATA;
    }
    return count;
}

static uint64_t
total_size (const struct iovec *iov, int count)
{
    uint64_t size = 0;

    for (int i = 0; i < count; i++)
        size += iov[i].iov_len;
    return size;
}

int
receive_file (struct call *call, file_writer write, void *opaque)
{
    struct iovec iov[CHUNK_BATCH];
    uint64_t position = 0;
    int count;

    while ((count = receive_pieces (call, iov, CHUNK_BATCH)) > 0) {
        if (write (opaque, iov, count, &call->err) < 0)
            return -1;
        position += total_size (iov, count);
        if (call->hint > 0)
            progress (call, position, call->hint);
    }
    return count;
}

/* Has the library had enough of the file? */
static int
check_cancelled (struct call *call)
{
    struct daemon *d = call->daemon;
    struct packet packet;
    int n;

    if (receiver_fill (&d->receiver, d->transport, &call->err) < 0)
        return -1;
    n = receiver_next (&d->receiver, &packet, &call->err);
    if (n <= 0)
        return n;
    if (packet.word == WIRE_CANCEL_FLAG)
        return fail (&call->err, ECANCELED, "the library has cancelled it");
    return fail (&call->err, EPROTO, "a message while a file is sent");
}

static int
begin_sending (struct call *call)
{
    if (call->file == FILE_SENDING)
        return check_cancelled (call);
    if (reply (call, NULL, NULL) < 0)
        return -1;
    call->file = FILE_SENDING;
    return 0;
}

static int
send_batch (struct call *call, size_t size)
{
    struct daemon *d = call->daemon;

    return transport_write_full (d->transport, d->batch.buffer,
                                 chunk_batch_seal (&d->batch, size),
                                 &call->err);
}

/* Copy into the batch's places. */
static size_t
fill_batch (struct chunk_batch *batch, const char *data, size_t size)
{
    size_t done = 0;

    for (int i = 0; i < CHUNK_BATCH && done < size; i++) {
        size_t n = size - done < WIRE_CHUNK_MAX ? size - done
                                                : WIRE_CHUNK_MAX;

        memcpy (batch->iov[i].iov_base, data + done, n);
        done += n;
    }
    return done;
}

int
send_file (struct call *call, const void *data, size_t size)
{
    const char *p = data;

    if (begin_sending (call) < 0)
        return -1;
    while (size > 0) {
        size_t n = fill_batch (&call->daemon->batch, p, size);

        if (send_batch (call, n) < 0)
            return -1;
        p += n;
        size -= n;
    }
    return 0;
}

/* Read up to size bytes into the batch; a short last place is possible. */
static ssize_t
read_batch (struct chunk_batch *batch, int fd, int64_t size)
{
    struct iovec iov[CHUNK_BATCH];
    int count = 0;
    ssize_t n;

    for (; count < CHUNK_BATCH && size > 0; count++) {
        iov[count] = batch->iov[count];
        if (size < WIRE_CHUNK_MAX)
            iov[count].iov_len = (size_t) size;
        size -= WIRE_CHUNK_MAX;
    }
    do
        n = readv (fd, iov, count);
    while (n < 0 && errno == EINTR);
    return n;
}

int
send_file_fd (struct call *call, int fd, int64_t size, const char *name)
{
    int64_t left = size < 0 ? INT64_MAX : size;
    int64_t position = 0;

    while (left > 0) {
        ssize_t n = read_batch (&call->daemon->batch, fd, left);

        if (n < 0)
            return fail (&call->err, errno, "%s: %m", name);
        if (n == 0)
            break;
        if (begin_sending (call) < 0 || send_batch (call, (size_t) n) < 0)
            return -1;
        left -= n;
        position += n;
        if (size > 0)
            progress (call, (uint64_t) position, (uint64_t) size);
    }
    return begin_sending (call);
}

/* When the first progress message of a call may come, and how often then:
 * nobody wants a bar for what is done at once.
 */
#define PROGRESS_FIRST_NS 2000000000
#define PROGRESS_INTERVAL_NS 333333333

static int64_t
now_ns (void)
{
    struct timespec t;

    clock_gettime (CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
send_progress (struct call *call, uint64_t position, uint64_t total)
{
    char buffer[PROGRESS_MESSAGE_SIZE];
    cleanup_error struct error ignored = { 0 };
    wire_progress p = {
        .proc = call->proc,
        .serial = call->serial,
        .position = position,
        .total = total,
    };

    call->progress_total = position < total ? total : 0;
    progress_encode (buffer, &p);
    /* If the channel is broken, the reply will find out. */
    transport_write_full (call->daemon->transport, buffer, sizeof buffer,
                          &ignored);
}

void
progress (struct call *call, uint64_t position, uint64_t total)
{
    int64_t now;

    if (position >= total) {
        progress_end (call);
        return;
    }
    now = now_ns ();
    if (call->progress_next == 0)
        call->progress_next = now + PROGRESS_FIRST_NS;
    if (now < call->progress_next)
        return;
    call->progress_next = now + PROGRESS_INTERVAL_NS;
    send_progress (call, position, total);
}

void
progress_end (struct call *call)
{
    if (call->progress_total > 0)
        send_progress (call, call->progress_total, call->progress_total);
}
