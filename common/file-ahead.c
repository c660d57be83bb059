/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening, looking at and reading the files of a directory, many at once. */

#include "config.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "file-ahead.h"
#include "memory.h"
#include "uring.h"

_Static_assert (FILE_AHEAD_MAX <= URING_SIZE, "all in one go");

/* Larger files are not read here, nor what is left when that many bytes
 * have been.
 */
#define CONTENT_MAX (64 << 10)
#define BUFFER_SIZE (1 << 20)

static void
prepare (struct file_ahead *a)
{
    a->ring = uring_new ();
    a->impossible = !a->ring;
    if (a->impossible)
        return;
    a->file = xcalloc (FILE_AHEAD_MAX, sizeof *a->file);
    if (a->content)
        a->buffer = xmalloc (BUFFER_SIZE);
}

bool
file_ahead_ready (struct file_ahead *a)
{
    if (!a->ring && !a->impossible)
        prepare (a);
    return !a->impossible && a->count == 0;
}

void
file_ahead_free (struct file_ahead *a)
{
    file_ahead_close (a);
    uring_free (a->ring);
    free (a->file);
    free (a->buffer);
    *a = (struct file_ahead) { 0 };
}

static void
open_all (struct file_ahead *a, int dir)
{
    int32_t results[URING_SIZE];

    for (size_t i = 0; i < a->count; i++)
        io_uring_prep_openat (uring_add (a->ring), dir, a->file[i].name,
                              O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
                              | O_CLOEXEC, 0);
    uring_run (a->ring, results);
    for (size_t i = 0; i < a->count; i++) {
        a->file[i].fd = results[i] < 0 ? -1 : results[i];
        a->file[i].errnum = results[i] < 0 ? -results[i] : 0;
    }
}

static struct timespec
to_timespec (const struct statx_timestamp *t)
{
    return (struct timespec) { .tv_sec = t->tv_sec, .tv_nsec = t->tv_nsec };
}

static void
to_stat (const struct statx *x, struct stat *ret)
{
    *ret = (struct stat) {
        .st_dev = makedev (x->stx_dev_major, x->stx_dev_minor),
        .st_ino = x->stx_ino,
        .st_mode = x->stx_mode,
        .st_nlink = x->stx_nlink,
        .st_uid = x->stx_uid,
        .st_gid = x->stx_gid,
        .st_rdev = makedev (x->stx_rdev_major, x->stx_rdev_minor),
        .st_size = (off_t) x->stx_size,
        .st_blksize = x->stx_blksize,
        .st_blocks = (blkcnt_t) x->stx_blocks,
        .st_atim = to_timespec (&x->stx_atime),
        .st_mtim = to_timespec (&x->stx_mtime),
        .st_ctim = to_timespec (&x->stx_ctime),
    };
}

static void
stat_all (struct file_ahead *a)
{
    struct statx x[URING_SIZE];
    int32_t results[URING_SIZE];
    size_t n = 0;

    for (size_t i = 0; i < a->count; i++)
        if (a->file[i].fd >= 0)
            io_uring_prep_statx (uring_add (a->ring), a->file[i].fd, "",
                                 AT_EMPTY_PATH, STATX_BASIC_STATS, &x[n++]);
    uring_run (a->ring, results);
    n = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct ahead_file *f = &a->file[i];

        if (f->fd < 0)
            continue;
        if (results[n] < 0)
            f->errnum = -results[n];
        else
            to_stat (&x[n], &f->st);
        n++;
    }
}

static bool
is_small (const struct ahead_file *f)
{
    return !f->errnum && S_ISREG (f->st.st_mode) && f->st.st_size > 0
           && f->st.st_size <= CONTENT_MAX;
}

/* What can't be read whole is left to whoever needs it, with its error: so
 * it is if the file system can't tell whether it would have to wait (FUSE),
 * which O_NONBLOCK makes an error here.
 */
static void
read_small (struct file_ahead *a)
{
    struct ahead_file *reading[URING_SIZE];
    int32_t results[URING_SIZE];
    size_t n = 0, used = 0;

    for (size_t i = 0; i < a->count; i++) {
        struct ahead_file *f = &a->file[i];

        if (!is_small (f) || used + (size_t) f->st.st_size > BUFFER_SIZE)
            continue;
        f->data = a->buffer + used;
        io_uring_prep_read (uring_add (a->ring), f->fd, a->buffer + used,
                            (unsigned) f->st.st_size, 0);
        used += (size_t) f->st.st_size;
        reading[n++] = f;
    }
    uring_run (a->ring, results);
    for (size_t i = 0; i < n; i++)
        if (results[i] != reading[i]->st.st_size)
            reading[i]->data = NULL;
}

void
file_ahead_open (struct file_ahead *a, int dir, const char *const *names,
                 size_t count)
{
    assert (a->ring && a->count == 0 && count <= FILE_AHEAD_MAX);
    a->count = count;
    for (size_t i = 0; i < count; i++)
        a->file[i] = (struct ahead_file) { .name = names[i] };
    open_all (a, dir);
    stat_all (a);
    if (a->content)
        read_small (a);
}

static int
compare_fds (const void *a, const void *b)
{
    return *(const int *) a - *(const int *) b;
}

static size_t
sorted_fds (const struct file_ahead *a, int fds[FILE_AHEAD_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < a->count; i++)
        if (a->file[i].fd >= 0)
            fds[n++] = a->file[i].fd;
    qsort (fds, n, sizeof *fds, compare_fds);
    return n;
}

/* Mostly they have numbers that follow each other, in whatever order. */
void
file_ahead_close (struct file_ahead *a)
{
    int fds[FILE_AHEAD_MAX];
    size_t n = sorted_fds (a, fds);

    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && fds[end] == fds[end - 1] + 1; end++)
            ;
        close_range ((unsigned) fds[i], (unsigned) fds[end - 1], 0);
    }
    a->count = 0;
}
