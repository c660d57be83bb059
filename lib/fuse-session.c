/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carrying FUSE requests to the daemon, and its replies back.
 *
 * All requests that wait are one call on the wire, whose bytes are read from
 * the kernel into the message, and written to it from the receiver's buffer.
 * What needs no guest is answered here.
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "appliance.h"
#include "call.h"
#include "fuse-init.h"
#include "fuse-session.h"
#include "in-place.h"

/* For other mount namespaces.  Programs that isolate themselves leave what they
 * have copied at once.
 */
#define COPY_PATIENCE_MS 1000

_Static_assert (FUSE_REQUEST_MAX < IN_PLACE_MAX
                && FUSE_REPLY_MAX < IN_PLACE_MAX,
                "at least one request fits into a message");

/* What the daemon is never asked, and what the kernel is told: that it need
 * not ask again (ENOSYS), and does by itself what is to be done.
 */
static const struct own_answer {
    uint32_t opcode;
    int errnum;
    const char *name;
} own_answers[] = {
    { FUSE_OPEN, ENOSYS, "OPEN" },
    { FUSE_OPENDIR, ENOSYS, "OPENDIR" },
    { FUSE_CREATE, ENOSYS, "CREATE" }, /* but MKNOD */
    { FUSE_FLUSH, ENOSYS, "FLUSH" },
    { FUSE_RELEASE, 0, "RELEASE" },
    { FUSE_RELEASEDIR, 0, "RELEASEDIR" },
    { FUSE_ACCESS, ENOSYS, "ACCESS" },
    { FUSE_INTERRUPT, ENOSYS, "INTERRUPT" },
    { FUSE_GETLK, ENOSYS, "GETLK" },
    { FUSE_SETLK, ENOSYS, "SETLK" },
    { FUSE_SETLKW, ENOSYS, "SETLKW" },
    { FUSE_BMAP, ENOSYS, "BMAP" },
    { FUSE_IOCTL, ENOSYS, "IOCTL" },
    { FUSE_POLL, ENOSYS, "POLL" },
};

static const struct own_answer *
find_own_answer (uint32_t opcode)
{
    static const struct own_answer unknown = { 0, ENOSYS, "request" };
    size_t n = sizeof own_answers / sizeof *own_answers;

    for (size_t i = 0; i < n; i++)
        if (own_answers[i].opcode == opcode)
            return &own_answers[i];
    return &unknown;
}

/* A file system that has been unmounted meanwhile, or a request that was
 * aborted: nobody wants the reply.
 */
static void
write_reply (const struct fuse_session *s, const void *reply, size_t size)
{
    ssize_t n;

    do
        n = write (s->fd, reply, size);
    while (n < 0 && errno == EINTR);
}

static void
answer (const struct fuse_session *s, uint64_t unique, int errnum)
{
    const struct fuse_out_header header = {
        .len = sizeof header,
        .error = -errnum,
        .unique = unique,
    };

    write_reply (s, &header, sizeof header);
}

static void
debug_request (const struct fuse_session *s, const char *name, uint64_t node,
               uint32_t size, int errnum)
{
    if (!s->options.debug)
        return;
    fprintf (stderr, "libguestfs: fuse: %s node %" PRIu64, name, node);
    if (size > 0)
        fprintf (stderr, " size %" PRIu32, size);
    fprintf (stderr, ": %s\n", errnum ? strerror (errnum) : "ok");
}

/* With allow_root, others than root and who mounted are kept out. */
static bool
is_let_in (const struct fuse_session *s, const struct fuse_in_header *request)
{
    return !s->options.only_root || request->uid == 0
           || request->uid == s->options.session.user
           || fuse_opcode_silent (request->opcode);
}

/* Answer what the daemon is not asked: true. */
static bool
answer_here (const struct fuse_session *s,
             const struct fuse_in_header *request)
{
    const char *name = fuse_opcode_name (request->opcode);
    int errnum = 0;

    if (!is_let_in (s, request)) {
        errnum = EACCES;
    } else if (!fuse_opcode_forwarded (request->opcode)) {
        const struct own_answer *own = find_own_answer (request->opcode);

        errnum = own->errnum;
        name = own->name;
    } else if (s->lost) {
        errnum = ENOTCONN;
    } else {
        return false;
    }
    if (!fuse_opcode_silent (request->opcode))
        answer (s, request->unique, errnum);
    debug_request (s, name, request->nodeid, 0, errnum);
    return true;
}

/* One request of the kernel's.  Returns its size; 0 if there is none now;
 * -1 with errno set: ENODEV if it is unmounted.
 */
static ssize_t
read_request (const struct fuse_session *s, char *buffer)
{
    for (;;) {
        ssize_t n = read (s->fd, buffer, FUSE_REQUEST_MAX);

        if (n >= (ssize_t) sizeof (struct fuse_in_header))
            return n;
        if (n >= 0) {
            errno = EPROTO;
            return -1;
        }
        if (errno == EAGAIN)
            return 0;
        if (errno != EINTR && errno != ENOENT)
            return -1;
    }
}

/* All requests that wait and fit, one after the other.  Returns their size;
 * -1 with errno set.
 */
static ssize_t
read_requests (const struct fuse_session *s, struct fuse_batch *batch,
               char *buffer)
{
    size_t size = 0;

    fuse_batch_begin (batch);
    while (batch->count < FUSE_BATCH_MAX
           && size + FUSE_REQUEST_MAX <= IN_PLACE_MAX
           && batch->reply_room + FUSE_REPLY_MAX <= IN_PLACE_MAX) {
        const struct fuse_in_header *request = (void *) (buffer + size);
        ssize_t n = read_request (s, buffer + size);

        if (n < 0)
            return -1;
        if (n == 0)
            break;
        if (answer_here (s, request))
            continue;
        fuse_batch_add (batch, request);
        memset (buffer + size + n, 0, FUSE_ALIGN ((size_t) n) - (size_t) n);
        size += FUSE_ALIGN ((size_t) n);
    }
    return (ssize_t) size;
}

/* Whoever has got no answer gets this one. */
static void
answer_rest (const struct fuse_session *s, const struct fuse_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct fuse_pending *p = &batch->item[i];

        if (p->answered)
            continue;
        answer (s, p->unique, EIO);
        debug_request (s, fuse_opcode_name (p->opcode), p->node, p->size, EIO);
    }
}

static const struct fuse_pending *
find_request (const struct fuse_batch *batch, uint64_t unique)
{
    static const struct fuse_pending none;

    for (size_t i = 0; i < batch->count; i++)
        if (batch->item[i].unique == unique)
            return &batch->item[i];
    return &none;
}

/* Replies that were checked. */
static void
write_replies (const struct fuse_session *s, const struct fuse_batch *batch,
               const struct in_place *replies)
{
    const char *p = replies->data, *end = p + replies->size;

    while (p < end) {
        struct fuse_out_header header;
        const char *next = fuse_batch_reply (p, (size_t) (end - p), &header);

        write_reply (s, p, header.len);
        if (s->options.debug) {
            const struct fuse_pending *r = find_request (batch, header.unique);

            debug_request (s, fuse_opcode_name (r->opcode), r->node, r->size,
                           -header.error);
        }
        p = next;
    }
}

/* One of the batches under way, or, behind them, the next one. */
static struct fuse_flight *
flight (struct fuse_session *s, unsigned i)
{
    return &s->flights[(s->first + i) % FUSE_BATCHES];
}

/* The batch that was sent first has ended. */
static void
land (struct fuse_session *s)
{
    answer_rest (s, &flight (s, 0)->batch);
    s->first++;
    s->flying--;
}

/* What has gone wrong is known to all requests that fail of it, and to who
 * asks for messages.
 */
static void
drop_error (guestfs_h *g)
{
    debug (g, "mount_local: %s", g->error.message);
    error_clear (&g->error);
}

/* Wait for the replies to the batch that was sent first, and pass them on.
 * The daemon may refuse all of it.
 */
static void
receive_batch (guestfs_h *g)
{
    struct fuse_session *s = g->local;
    struct fuse_flight *first = flight (s, 0);
    int r = client_call_receive (g, &first->call, s->flying == 1);

    if (r == 0 && fuse_batch_check (&first->batch, first->replies.data,
                                    first->replies.size, &g->error) < 0)
        r = appliance_abandon (g);
    if (r == 0)
        write_replies (s, &first->batch, &first->replies);
    else
        drop_error (g);
    land (s);
    while (s->lost && s->flying > 0)
        land (s);
}

/* The daemon does not read while it writes, and neither do we: of what is
 * under way, one direction must fit into whatever lies in between.
 */
#define SURELY_BUFFERED 16384

static bool
may_follow (struct fuse_session *s, size_t size)
{
    size_t room = 0;

    for (unsigned i = 0; i < s->flying; i++)
        room += flight (s, i)->batch.reply_room;
    return size <= SURELY_BUFFERED || room <= SURELY_BUFFERED;
}

/* The requests of a batch are in the message already. */
static void
send_batch (guestfs_h *g, size_t size)
{
    struct fuse_session *s = g->local;
    struct fuse_flight *f = flight (s, s->flying);

    while (s->flying > 0 && !may_follow (s, size))
        receive_batch (g);
    f->requests = (struct in_place) { .size = (u_int) size };
    f->call = (struct client_call) {
        .proc = WIRE_PROC_FUSE,
        .args_xdr = (xdrproc_t) xdr_in_place,
        .args = &f->requests,
        .ret_xdr = (xdrproc_t) xdr_in_place,
        .ret = &f->replies,
    };
    s->flying++;
    if (!s->lost && client_call_send (g, &f->call) == 0)
        return;
    if (g->error.message)
        drop_error (g);
    while (s->flying > 0)
        land (s);
}

/* Send the requests that wait.  Returns whether there were any; -1 with errno
 * set if there can't be more.
 */
static int
take_batch (guestfs_h *g)
{
    struct fuse_session *s = g->local;
    struct fuse_batch *batch = &flight (s, s->flying)->batch;
    char *buffer = s->buffer;
    ssize_t size;
    int errnum;

    if (!s->lost)
        buffer = g->appliance->send_buffer + IN_PLACE_OFFSET;
    else if (!buffer)
        buffer = s->buffer = xmalloc (IN_PLACE_MAX);
    size = read_requests (s, batch, buffer);
    errnum = errno;
    if (size > 0)
        send_batch (g, (size_t) size);
    errno = errnum;
    return size < 0 ? -1 : size > 0;
}

/* Neither cancelled nor waited for by other threads. */
static bool
is_undisturbed (guestfs_h *g)
{
    return !g->run_cancel && atomic_load (&g->waiting) == 0;
}

/* For a reply, or another request.  A reply, or its beginning, may have come
 * with the one before.  If the appliance dies meanwhile, receiving finds that,
 * too.
 */
static void
wait_for_either (guestfs_h *g)
{
    const struct receiver *receiver = &g->appliance->receiver;

    if (receiver->end > receiver->start)
        return;
    if (appliance_wait_or (g, TRANSPORT_READ, g->local->fd, POLLIN, -1) < 0)
        error_clear (&g->error);
}

/* Work until nothing waits and nothing is under way; while there is something
 * else to do, only on what is.  0; -1 with errno set.
 */
static int
serve_waiting (guestfs_h *g)
{
    struct fuse_session *s = g->local;
    bool has_waited = false;
    int r = 0, errnum = 0;

    for (;;) {
        bool may_take = r >= 0 && s->flying < FUSE_BATCHES
                        && (s->flying == 0 || is_undisturbed (g));

        if (may_take) {
            r = take_batch (g);
            errnum = errno;
        }
        if (may_take && r > 0) {
            has_waited = false;
        } else if (s->flying == 0) {
            break;
        } else if (may_take && r == 0 && !has_waited) {
            wait_for_either (g);
            has_waited = true;
        } else {
            receive_batch (g);
            has_waited = false;
        }
    }
    errno = errnum;
    return r;
}

/* Whoever waits for the handle gets it. */
static void
let_others (guestfs_h *g)
{
    for (int i = 0; i < 100 && atomic_load (&g->waiting) > 0; i++)
        sched_yield ();
}

/* Sleep until there is something to do. */
static int
wait_for_request (guestfs_h *g, int until_fd)
{
    struct pollfd fds[] = {
        { .fd = g->local->fd, .events = POLLIN },
        { .fd = g->cancel_fd, .events = POLLIN },
        { .fd = until_fd, .events = POLLIN },
    };
    unsigned depth = handle_pause (g);
    int r;

    let_others (g);
    r = poll (fds, sizeof fds / sizeof *fds, -1);
    handle_resume (g, depth);
    return r > 0 && fds[2].revents ? 1 : 0;
}

static int
serve (guestfs_h *g, int until_fd)
{
    struct fuse_session *s = g->local;

    while (!g->run_cancel) {
        if (serve_waiting (g) < 0) {
            if (errno == ENODEV)
                return 0;
            return fail (&g->error, errno, "%s: reading requests of the "
                         "kernel: %m", s->path);
        }
        if (wait_for_request (g, until_fd) > 0)
            return 0;
        if (s->left)
            return 0;
    }
    return fail (&g->error, EINTR, "%s: serving it was cancelled", s->path);
}

void
fuse_session_lose (guestfs_h *g)
{
    struct fuse_session *s = g->local;

    if (!s || s->lost)
        return;
    s->lost = true;
    fail (&s->why, g->error.errnum, "%s: %s", s->path, g->error.message);
}

int
fuse_session_serve (guestfs_h *g, int until_fd)
{
    struct fuse_session *s = g->local;
    int r;

    s->running = true;
    r = serve (g, until_fd);
    s->running = false;
    if (r == 0 && s->why.message) {
        error_move (&g->error, &s->why);
        r = -1;
    }
    pthread_cond_broadcast (&g->run_ended);
    return r;
}

static bool
is_unmounted (int fuse, int timeout_ms)
{
    struct pollfd fd = { .fd = fuse };

    return poll (&fd, 1, timeout_ms) > 0 && (fd.revents & POLLERR);
}

bool
fuse_session_unmounted (const struct fuse_session *s)
{
    return s->left || is_unmounted (s->fd, 0);
}

bool
fuse_wait_unmounted (int fd)
{
    return is_unmounted (fd, COPY_PATIENCE_MS);
}

void
fuse_session_leave (guestfs_h *g)
{
    const uint64_t one = 1;

    g->local->left = true;
    (void) !write (g->cancel_fd, &one, sizeof one);
}

/* The kernel's first request, read into a message. */
static ssize_t
read_init (guestfs_h *g, const struct fuse_session *s, char *buffer,
           struct fuse_init_in *ret)
{
    struct pollfd fd = { .fd = s->fd, .events = POLLIN };
    const struct fuse_in_header *header = (void *) buffer;
    size_t size;
    ssize_t n;

    while ((n = read_request (s, buffer)) == 0)
        poll (&fd, 1, -1);
    if (n < 0 || header->opcode != FUSE_INIT)
        return fail (&g->error, n < 0 ? errno : EPROTO,
                     "%s: the kernel's first request: %m", s->path);
    size = (size_t) n - sizeof *header;
    memset (buffer + n, 0, FUSE_ALIGN ((size_t) n) - (size_t) n);
    *ret = (struct fuse_init_in) { 0 };
    memcpy (ret, header + 1, size < sizeof *ret ? size : sizeof *ret);
    return fuse_init_check (ret, size, &g->error) < 0 ? -1 : n;
}

/* A batch of this request alone, and the reply to it. */
static int
call_init (guestfs_h *g, struct fuse_batch *batch, size_t size,
           struct fuse_init_reply *ret)
{
    struct in_place request = { .size = (u_int) FUSE_ALIGN (size) }, reply;
    struct client_call call = {
        .proc = WIRE_PROC_FUSE,
        .args_xdr = (xdrproc_t) xdr_in_place,
        .args = &request,
        .ret_xdr = (xdrproc_t) xdr_in_place,
        .ret = &reply,
    };

    if (client_call (g, &call) < 0)
        return -1;
    if (fuse_batch_check (batch, reply.data, reply.size, &g->error) < 0)
        return appliance_abandon (g);
    if (reply.size != sizeof *ret)
        return fail (&g->error, EIO, "the daemon can't serve this host's "
                     "kernel");
    memcpy (ret, reply.data, sizeof *ret);
    return 0;
}

static int
begin (guestfs_h *g, struct fuse_session *s)
{
    char *buffer = g->appliance->send_buffer + IN_PLACE_OFFSET;
    struct fuse_batch *batch = &s->flights[0].batch;
    const struct fuse_init_options o = {
        .writeback = s->options.writeback && !s->options.session.readonly,
        .acl = s->options.permissions,
    };
    struct fuse_init_in in;
    struct fuse_init_reply reply;
    ssize_t n = read_init (g, s, buffer, &in);

    if (n < 0)
        return -1;
    fuse_batch_begin (batch);
    fuse_batch_add (batch, (const struct fuse_in_header *) buffer);
    if (call_init (g, batch, (size_t) n, &reply) < 0)
        return -1;
    fuse_init_limit (&in, &o, &reply.out);
    write_reply (s, &reply, sizeof reply);
    return 0;
}

struct fuse_session *
fuse_session_new (guestfs_h *g, int take_fd, char *take_path,
                  struct local_options *take_options)
{
    struct fuse_session *s = xcalloc (1, sizeof *s);

    s->fd = take_fd;
    s->path = take_path;
    s->options = *take_options;
    take_options->mount = NULL;
    if (begin (g, s) < 0) {
        fuse_session_free (s);
        return NULL;
    }
    return s;
}

void
fuse_session_free (struct fuse_session *s)
{
    if (!s)
        return;
    close_fd (&s->fd);
    local_options_free (&s->options);
    error_clear (&s->why);
    free (s->path);
    free (s->buffer);
    free (s);
}
