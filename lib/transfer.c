/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The local file of a call that sends or receives one. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "appliance.h"
#include "chunk.h"
#include "io.h"
#include "message.h"
#include "transfer.h"

int
transfer_open (struct transfer *t, const char *file_in, const char *file_out,
               struct error *err)
{
    const char *name = file_in ? file_in : file_out;
    struct stat st;
    int fd;

    if (!name)
        return 0;
    fd = file_in ? open (name, O_RDONLY | O_CLOEXEC)
                 : open (name, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY
                                   | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail (err, errno, "%s: %m", name);
    *t = (struct transfer) { .fd = fd, .name = name };
    if (file_in && fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
        t->size = (uint64_t) st.st_size;
    return 0;
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

/* A pipe may have nothing for ever: whoever cancels is heard even so, and
 * the appliance's end is noticed.
 */
static int
await_input (guestfs_h *g, const struct transfer *t)
{
    struct pollfd fds[] = {
        { .fd = t->fd, .events = POLLIN },
        { .fd = g->cancel_fd, .events = POLLIN },
        { .fd = g->appliance->machine.control, .events = POLLIN },
    };

    while (!g->user_cancel && !fds[0].revents) {
        uint64_t count;

        if (poll (fds, 3, -1) < 0 && errno != EINTR)
            return fail (&g->error, errno, "poll: %m");
        if (fds[2].revents && appliance_wait (g, 0, 0) < 0)
            return -1;
        /* It may be left over from before. */
        if (fds[1].revents)
            (void) !read (g->cancel_fd, &count, sizeof count);
    }
    return 0;
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

int
transfer_send (guestfs_h *g, struct transfer *t, struct error *local)
{
    cleanup_chunk_batch struct chunk_batch batch;
    char end[CHUNK_HEADER_SIZE];
    int cancelled = 0;

    chunk_batch_init (&batch);
    while ((cancelled = daemon_cancelled (g)) == 0) {
        ssize_t n;

        if (await_input (g, t) < 0)
            return -1;
        n = g->user_cancel ? fail_cancelled (local)
                           : read_batch (t, &batch, local);
        if (n <= 0) {
            cancelled = n < 0;
            break;
        }
        if (appliance_send (g, batch.buffer,
                            chunk_batch_seal (&batch, (size_t) n)) < 0)
            return -1;
    }
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

static int
write_gathered (struct transfer *t, struct gathered *got, struct error *err)
{
    struct iovec *iov = got->iov;

    while (got->count > 0) {
        ssize_t n = writev (t->fd, iov, got->count);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail (err, errno, "%s: %m", t->name);
        for (; got->count > 0 && (size_t) n >= iov->iov_len; got->count--)
            n -= (ssize_t) iov++->iov_len;
        if (n > 0) {
            iov->iov_base = (char *) iov->iov_base + n;
            iov->iov_len -= (size_t) n;
        }
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

/* The chunks that are there: 1 at the end of the file, 0 if more come. */
static int
receive_batch (guestfs_h *g, const char *name, struct gathered *got, bool told,
               struct error *local)
{
    got->count = 0;
    while (got->count < CHUNK_BATCH) {
        struct packet packet;
        enum chunk_kind kind;
        struct iovec data;
        int n = receiver_next (&g->appliance->receiver, &packet, &g->error);

        if (n == 0 && got->count > 0)
            return 0;
        if (n < 0 || (n == 0 && appliance_receive (g, &packet) < 0))
            return -1;
        if (packet.word == WIRE_PROGRESS_FLAG) {
            if (appliance_progress (g, &packet) < 0)
                return -1;
            continue;
        }
        if (packet_is_flag (&packet))
            return fail (&g->error, EPROTO, "the daemon broke the protocol: "
                         "a flag inside a file");
        if (chunk_decode (&packet, &kind, &data, &g->error) < 0)
            return -1;
        if (kind == CHUNK_CANCEL && !told && !local->message)
            fail (local, EIO, "%s: the appliance could not send all of it "
                  "(its log has the reason)", name);
        if (kind != CHUNK_DATA)
            return 1;
        got->iov[got->count++] = data;
    }
    return 0;
}

int
transfer_receive (guestfs_h *g, struct transfer *t, struct error *local)
{
    struct gathered got;
    bool told = false;
    int end = 0;

    while (end == 0) {
        if (check_local (g, &told, local) < 0)
            return -1;
        end = receive_batch (g, t->name, &got, told, local);
        if (end < 0)
            return -1;
        if (!local->message)
            write_gathered (t, &got, local);
    }
    if (!local->message && close (steal_fd (&t->fd)) < 0)
        fail (local, errno, "%s: %m", t->name);
    return 0;
}
