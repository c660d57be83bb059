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
read_requests (struct fuse_session *s, char *buffer)
{
    size_t size = 0;

    fuse_batch_begin (&s->batch);
    while (s->batch.count < FUSE_BATCH_MAX
           && size + FUSE_REQUEST_MAX <= IN_PLACE_MAX
           && s->batch.reply_room + FUSE_REPLY_MAX <= IN_PLACE_MAX) {
        const struct fuse_in_header *request = (void *) (buffer + size);
        ssize_t n = read_request (s, buffer + size);

        if (n < 0)
            return -1;
        if (n == 0)
            break;
        if (answer_here (s, request))
            continue;
        fuse_batch_add (&s->batch, request);
        memset (buffer + size + n, 0, FUSE_ALIGN ((size_t) n) - (size_t) n);
        size += FUSE_ALIGN ((size_t) n);
    }
    return (ssize_t) size;
}

/* Whoever has got no answer gets this one. */
static void
answer_rest (const struct fuse_session *s, int errnum)
{
    for (size_t i = 0; i < s->batch.count; i++) {
        const struct fuse_pending *p = &s->batch.item[i];

        if (p->answered)
            continue;
        answer (s, p->unique, errnum);
        debug_request (s, fuse_opcode_name (p->opcode), p->node, p->size,
                       errnum);
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
write_replies (const struct fuse_session *s, const struct in_place *replies)
{
    const char *p = replies->data, *end = p + replies->size;

    while (p < end) {
        struct fuse_out_header header;
        const char *next = fuse_batch_reply (p, (size_t) (end - p), &header);

        write_reply (s, p, header.len);
        if (s->options.debug) {
            const struct fuse_pending *r = find_request (&s->batch,
                                                         header.unique);

            debug_request (s, fuse_opcode_name (r->opcode), r->node, r->size,
                           -header.error);
        }
        p = next;
    }
}

/* The daemon's replies to a batch of requests.  It may refuse all of them. */
static void
ask_daemon (guestfs_h *g, size_t size)
{
    struct fuse_session *s = g->local;
    struct in_place requests = { .size = (u_int) size };
    struct in_place replies = { .size = 0 };
    struct client_call call = {
        .proc = WIRE_PROC_FUSE,
        .args_xdr = (xdrproc_t) xdr_in_place,
        .args = &requests,
        .ret_xdr = (xdrproc_t) xdr_in_place,
        .ret = &replies,
    };

    if (client_call (g, &call) < 0) {
        debug (g, "mount_local: %s", g->error.message);
        error_clear (&g->error);
    } else if (fuse_batch_check (&s->batch, replies.data, replies.size,
                                 &g->error) < 0) {
        appliance_abandon (g);
        error_clear (&g->error);
    } else {
        write_replies (s, &replies);
    }
    answer_rest (s, EIO);
}

/* Work on what waits.  0; -1 with errno set. */
static int
serve_batch (guestfs_h *g)
{
    struct fuse_session *s = g->local;
    char *buffer = s->buffer;
    ssize_t size;

    if (!s->lost)
        buffer = g->appliance->send_buffer + IN_PLACE_OFFSET;
    if (!buffer)
        buffer = s->buffer = xmalloc (IN_PLACE_MAX);
    size = read_requests (s, buffer);
    if (s->batch.count > 0) {
        int errnum = errno;

        ask_daemon (g, size < 0 ? 0 : (size_t) size);
        errno = errnum;
    }
    return size < 0 ? -1 : 0;
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
        if (serve_batch (g) < 0) {
            if (errno == ENODEV)
                return 0;
            return fail (&g->error, errno, "%s: reading requests of the "
                         "kernel: %m", s->path);
        }
        if (wait_for_request (g, until_fd) > 0)
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

bool
fuse_session_unmounted (const struct fuse_session *s)
{
    struct pollfd fd = { .fd = s->fd };

    return poll (&fd, 1, 0) > 0 && (fd.revents & POLLERR);
}

/* The kernel's first question. */
static int
begin (struct fuse_session *s, struct error *err)
{
    struct pollfd fd = { .fd = s->fd, .events = POLLIN };
    cleanup_free char *request = xmalloc (FUSE_REQUEST_MAX);
    const struct fuse_in_header *header = (void *) request;
    const struct fuse_init_options o = {
        .writeback = s->options.writeback && !s->options.session.readonly,
        .acl = s->options.permissions,
    };
    struct {
        struct fuse_out_header header;
        struct fuse_init_out init;
    } reply = { .header = { .len = sizeof reply } };
    ssize_t n;

    while ((n = read_request (s, request)) == 0)
        poll (&fd, 1, -1);
    if (n < 0 || header->opcode != FUSE_INIT)
        return fail (err, n < 0 ? errno : EPROTO,
                     "%s: the kernel's first request: %m", s->path);
    reply.header.unique = header->unique;
    if (fuse_init_reply ((void *) (header + 1), (size_t) n - sizeof *header,
                         &o, &reply.init, err) < 0)
        return -1;
    s->minor = reply.init.minor;
    write_reply (s, &reply, sizeof reply);
    return 0;
}

struct fuse_session *
fuse_session_new (int take_fd, char *take_path,
                  struct local_options *take_options, struct error *err)
{
    struct fuse_session *s = xcalloc (1, sizeof *s);

    s->fd = take_fd;
    s->path = take_path;
    s->options = *take_options;
    take_options->mount = NULL;
    if (begin (s, err) < 0) {
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
