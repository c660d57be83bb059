/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: its session, and batches of requests. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "in-place.h"
#include "local.h"
#include "local-check.h"
#include "mount-local.h"
#include "server.h"
#include "sysroot.h"

/* Of descriptors there are those of nodes, and one more for each file that
 * was removed and is still in use.
 */
#define DESCRIPTORS_MAX (1 << 18)

#define ALIGN(size) (((size) + 7) & ~(size_t) 7)

/* The length of the message that comes first, which is its first word; 0 if it
 * can't be carried out.
 */
static size_t
next_request (const char *p, size_t left)
{
    uint32_t size;

    if (left < sizeof size)
        return 0;
    memcpy (&size, p, sizeof size);
    if (ALIGN ((size_t) size) > left || !local_check_request (p, size))
        return 0;
    return size;
}

/* All requests of a batch, and their replies to where they belong in the
 * message.
 */
static int
serve_batch (struct call *call, const struct in_place *requests,
             struct in_place *ret)
{
    struct local *local = call->daemon->local;
    const char *p = requests->data;
    size_t left = requests->size;

    local->replies = call->daemon->send_buffer + IN_PLACE_OFFSET;
    local->size = 0;
    while (left > 0) {
        size_t size = next_request (p, left);

        if (size == 0)
            return fail (&call->err, EINVAL, "a FUSE request breaks off");
        local_serve (local, p, size);
        p += ALIGN (size);
        left -= ALIGN (size);
    }
    *ret = (struct in_place) { .size = (u_int) local->size };
    return 0;
}

static int
check_session (struct call *call)
{
    if (call->daemon->local)
        return 0;
    return fail (&call->err, EINVAL, "nothing is mounted locally");
}

static int
run_fuse (struct call *call, XDR *xdrs)
{
    struct local *local = call->daemon->local;
    struct in_place requests, replies;

    if (check_session (call) < 0)
        return -1;
    if (decode_args (call, xdrs, (xdrproc_t) xdr_in_place, &requests,
                     sizeof requests) < 0)
        return -1;
    local->flushed = false;
    if (serve_batch (call, &requests, &replies) < 0)
        return -1;
    call->flushed_nothing = !local->flushed;
    return reply (call, (xdrproc_t) xdr_in_place, &replies);
}

static void
local_free (struct local *local)
{
    if (!local)
        return;
    local_session_end (local);
    local_streams_free (local);
    nodes_free (&local->nodes);
    free (local->devices);
    free (local->aligned);
    free (local);
}

/* As many descriptors as there can be. */
static void
raise_limit (void)
{
    struct rlimit limit = { DESCRIPTORS_MAX, DESCRIPTORS_MAX };

    if (setrlimit (RLIMIT_NOFILE, &limit) == 0)
        return;
    if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit (RLIMIT_NOFILE, &limit);
    }
}

static int
run_begin (struct call *call, XDR *xdrs)
{
    struct local *local;
    wire_fuse_begin_args how;
    struct stat st;
    int fd;

    if (decode_args (call, xdrs, (xdrproc_t) xdr_wire_fuse_begin_args, &how,
                     sizeof how) < 0)
        return -1;
    if (!sysroot_is_mounted (call->daemon))
        return fail (&call->err, EINVAL, "no file system is mounted: call "
                     "mount first");
    fd = sysroot_open (call, "/", O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return -1;
    if (fstat (fd, &st) < 0) {
        fail (&call->err, errno, "/: %m");
        close_fd (&fd);
        return -1;
    }
    local_free (steal (&call->daemon->local));
    raise_limit ();
    local = xcalloc (1, sizeof *local);
    local->daemon = call->daemon;
    local->how = how;
    nodes_init (&local->nodes, fd, &st);
    local_inode (local, st.st_dev, st.st_ino);
    if (local_session_begin (local, &call->err) < 0) {
        local_free (local);
        return -1;
    }
    call->daemon->local = local;
    return reply (call, NULL, NULL);
}

static int
run_end (struct call *call, XDR *xdrs)
{
    (void) xdrs;
    if (check_session (call) < 0)
        return -1;
    local_free (steal (&call->daemon->local));
    return reply (call, NULL, NULL);
}

const struct procedure fuse_begin_procedure = {
    .name = "fuse_begin", .run = run_begin
};

const struct procedure fuse_procedure = {
    .name = "fuse", .run = run_fuse, .often = true
};

const struct procedure fuse_end_procedure = {
    .name = "fuse_end", .run = run_end
};
