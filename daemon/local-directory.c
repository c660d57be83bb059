/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: reading directories.  A program reads one in
 * many small steps: the large pieces that we read are kept in between.
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dents.h"
#include "local.h"

#define STREAM_BUFFER (32 << 10)

static void
stream_close (struct stream *s)
{
    if (s->node == 0)
        return;
    close_fd (&s->fd);
    free (steal (&s->buffer));
    s->node = 0;
}

void
local_streams_free (struct local *local)
{
    for (size_t i = 0; i < STREAMS; i++)
        stream_close (&local->streams[i]);
}

/* The node's stream, or the one that is not needed for the longest time. */
static struct stream *
stream_find (struct local *local, uint64_t node)
{
    struct stream *oldest = &local->streams[0];

    for (size_t i = 0; i < STREAMS; i++) {
        struct stream *s = &local->streams[i];

        if (s->node == node)
            return s;
        if (s->node == 0 || (oldest->node != 0 && s->last < oldest->last))
            oldest = s;
    }
    return oldest;
}

static int
stream_open (struct local_request *r, struct stream *s)
{
    int dirfd = local_open (r, NODE_READ), fd;

    if (dirfd < 0)
        return dirfd;
    fd = openat (dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    stream_close (s);
    *s = (struct stream) {
        .node = r->node->id,
        .fd = fd,
        .buffer = xmalloc (STREAM_BUFFER),
    };
    return 0;
}

/* The stream of a directory, at an offset that reading had come to, or 0,
 * where all of it is read anew.
 */
static int
stream_at (struct local_request *r, int64_t offset, struct stream **ret)
{
    struct stream *s = stream_find (r->local, r->node->id);

    /* A number that was another directory's is closed with it. */
    if (s->node != r->node->id || offset == 0) {
        int error = stream_open (r, s);

        if (error)
            return error;
    }
    if (s->next != offset) {
        if (lseek (s->fd, offset, SEEK_SET) < 0)
            return -errno;
        s->used = s->size = 0;
        s->next = offset;
    }
    s->last = ++r->local->clock;
    *ret = s;
    return 0;
}

/* The entry that comes next, which is not taken.  1; 0 at the end; -errno. */
static int
stream_peek (struct stream *s, const struct dirent64 **ret)
{
    if (s->used == s->size) {
        ssize_t n = getdents64 (s->fd, s->buffer, STREAM_BUFFER);

        if (n <= 0)
            return n < 0 ? -errno : 0;
        s->used = 0;
        s->size = (size_t) n;
    }
    *ret = (const struct dirent64 *) (s->buffer + s->used);
    return 1;
}

static void
stream_take (struct stream *s, const struct dirent64 *entry)
{
    s->used += entry->d_reclen;
    s->next = entry->d_off;
}

/* All that an entry says. */
static struct stat
entry_stat (struct local_request *r, const struct dirent64 *entry)
{
    return (struct stat) {
        .st_ino = local_inode (r->local, r->node->dev, entry->d_ino),
        .st_mode = DTTOIF (entry->d_type),
    };
}

/* What the kernel is told of a file with its name; node 0 if it has to ask
 * itself.
 */
static void
fill_entry (struct local_request *r, int dirfd, const struct dirent64 *entry,
            struct fuse_entry_param *ret)
{
    struct stat st;

    if (!is_dots (entry->d_name)
        && fstatat (dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0
        && local_fill_entry (r, entry->d_name, &st, ret) == 0)
        return;
    *ret = (struct fuse_entry_param) { .attr = entry_stat (r, entry) };
}

/* Put one entry at p.  Returns how long it is; 0 if there is no room. */
static size_t
put_entry (struct local_request *r, const struct stream *s,
           const struct dirent64 *entry, char *p, size_t room)
{
    const struct stat st = entry_stat (r, entry);
    size_t size = libfuse ()->fuse_add_direntry (r->req, p, room,
                                                 entry->d_name, &st,
                                                 entry->d_off);

    (void) s;
    return size <= room ? size : 0;
}

/* With its attributes.  The kernel is told of a node only if there is room. */
static size_t
put_entry_plus (struct local_request *r, const struct stream *s,
                const struct dirent64 *entry, char *p, size_t room)
{
    const struct libfuse *fuse = libfuse ();
    struct fuse_entry_param param;

    if (fuse->fuse_add_direntry_plus (r->req, NULL, 0, entry->d_name, NULL, 0)
        > room)
        return 0;
    fill_entry (r, s->fd, entry, &param);
    return fuse->fuse_add_direntry_plus (r->req, p, room, entry->d_name,
                                         &param, entry->d_off);
}

typedef size_t (*put_function) (struct local_request *r,
                                const struct stream *s,
                                const struct dirent64 *entry, char *p,
                                size_t room);

static int
read_directory (struct local_request *r, size_t size, int64_t offset,
                put_function put)
{
    size_t room = size < r->room ? size : r->room, done = 0;
    const struct dirent64 *entry = NULL;
    struct stream *s = NULL;
    int n = stream_at (r, offset, &s);

    if (n < 0)
        return n;
    while ((n = stream_peek (s, &entry)) > 0) {
        size_t length = put (r, s, entry, r->out + done, room - done);

        if (length == 0)
            break;
        done += length;
        stream_take (s, entry);
    }
    return n < 0 && done == 0 ? n : local_reply_data (r, done);
}

void
local_readdir (fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
               struct fuse_file_info *fi)
{
    struct local_request r;

    (void) fi;
    if (local_begin (&r, req, ino, false))
        local_end (&r, read_directory (&r, size, offset, put_entry));
}

void
local_readdirplus (fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                   struct fuse_file_info *fi)
{
    struct local_request r;

    (void) fi;
    if (local_begin (&r, req, ino, false))
        local_end (&r, read_directory (&r, size, offset, put_entry_plus));
}
