/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipe between a call that sends or receives an archive and a thread that
 * packs or unpacks it here.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "errors.h"
#include "io.h"
#include "tar-pack.h"
#include "tar-pipe.h"

#define BLOCK_SIZE (256 << 10)

static int
open_pipe (struct tar_pipe *pipe, bool packing)
{
    int fds[2];

    if (pipe2 (fds, O_CLOEXEC) < 0)
        return fail (&pipe->g->error, errno, "pipe: %m");
    /* Larger is faster, but not everybody may have it. */
    (void) fcntl (fds[1], F_SETPIPE_SZ, 1 << 20);
    pipe->fd = fds[packing ? 1 : 0];
    pipe->call_fd = fds[packing ? 0 : 1];
    snprintf (pipe->name, sizeof pipe->name, "/proc/self/fd/%d",
              pipe->call_fd);
    return 0;
}

static la_ssize_t
write_pipe (struct archive *a, void *opaque, const void *data, size_t size)
{
    struct tar_pipe *pipe = opaque;

    if (write_full (pipe->fd, data, size) == 0)
        return (la_ssize_t) size;
    pipe->la->archive_set_error (a, errno, "%s", strerror (errno));
    return -1;
}

struct reader {
    struct tar_pipe *pipe;
    char buffer[BLOCK_SIZE];
};

static la_ssize_t
read_pipe (struct archive *a, void *opaque, const void **ret)
{
    struct reader *r = opaque;
    ssize_t n = read (r->pipe->fd, r->buffer, sizeof r->buffer);

    if (n < 0)
        r->pipe->la->archive_set_error (a, errno, "%s", strerror (errno));
    *ret = r->buffer;
    return n;
}

static void
pack (struct tar_pipe *pipe)
{
    const struct libarchive *la = pipe->la;
    struct archive *a = la->archive_write_new ();
    int r = tar_pack_format (la, a, &pipe->error);

    la->archive_write_set_bytes_per_block (a, BLOCK_SIZE);
    la->archive_write_set_bytes_in_last_block (a, 1);
    if (r == 0
        && la->archive_write_open (a, pipe, NULL, write_pipe, NULL)
               != ARCHIVE_OK)
        r = archive_failed (la, a, &pipe->error);
    if (r == 0)
        r = pipe->work (pipe, a);
    if (r < 0)
        la->archive_write_fail (a);
    else if (la->archive_write_close (a) != ARCHIVE_OK)
        archive_failed (la, a, &pipe->error);
    la->archive_write_free (a);
}

/* Take what the call still sends, or it would wait for ever. */
static void
drain (struct reader *r)
{
    while (read (r->pipe->fd, r->buffer, sizeof r->buffer) > 0)
        ;
}

static void
unpack (struct tar_pipe *pipe)
{
    const struct libarchive *la = pipe->la;
    struct archive *a = la->archive_read_new ();
    struct reader *reader = xmalloc (sizeof *reader);

    reader->pipe = pipe;
    if (la->archive_read_support_format_tar (a) != ARCHIVE_OK
        || la->archive_read_support_format_empty (a) != ARCHIVE_OK
        || la->archive_read_open (a, reader, NULL, read_pipe, NULL)
               != ARCHIVE_OK)
        archive_failed (la, a, &pipe->error);
    else
        pipe->work (pipe, a);
    drain (reader);
    la->archive_read_free (a);
    free (reader);
}

static void *
pack_thread (void *opaque)
{
    struct tar_pipe *pipe = opaque;

    set_memory_handle (pipe->g);
    pack (pipe);
    close_fd (&pipe->fd);
    return NULL;
}

static void *
unpack_thread (void *opaque)
{
    struct tar_pipe *pipe = opaque;

    set_memory_handle (pipe->g);
    unpack (pipe);
    close_fd (&pipe->fd);
    return NULL;
}

/* The thread gets no signals: they are the program's, and SIGPIPE would come
 * when the call ends early.
 */
static int
start (struct tar_pipe *pipe, void *(*run) (void *))
{
    sigset_t all, before;
    int r;

    pipe->la = load_libarchive (&pipe->g->error);
    if (!pipe->la || open_pipe (pipe, run == pack_thread) < 0)
        return -1;
    sigfillset (&all);
    pthread_sigmask (SIG_BLOCK, &all, &before);
    r = pthread_create (&pipe->thread, NULL, run, pipe);
    pthread_sigmask (SIG_SETMASK, &before, NULL);
    if (r == 0)
        return 0;
    close_fd (&pipe->fd);
    close_fd (&pipe->call_fd);
    return fail (&pipe->g->error, r, "pthread_create: %m");
}

int
tar_pipe_start_packing (struct tar_pipe *pipe)
{
    return start (pipe, pack_thread);
}

int
tar_pipe_start_unpacking (struct tar_pipe *pipe)
{
    return start (pipe, unpack_thread);
}

int
tar_pipe_finish (struct tar_pipe *pipe)
{
    close_fd (&pipe->call_fd);
    pthread_join (pipe->thread, NULL);
    return pipe->error.message ? -1 : 0;
}
