/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Beginnings and ends of text files, and counting in them. */

#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "calls.h"
#include "content.h"
#include "lines.h"

/* Some lines of a file: */
struct selection {
    int64_t skip;  /* after this many, */
    int64_t count; /* at most this many; */
    int64_t left;  /* bytes, after which the file is as good as over */
    struct line_splitter splitter;
    struct string_result lines;
};

static int
select_line (void *opaque, const char *line, size_t size, struct error *err)
{
    struct selection *s = opaque;

    if (s->skip > 0) {
        s->skip--;
        return 0;
    }
    if (s->count == 0)
        return 1;
    if (string_result_add (&s->lines, line, size, err) < 0)
        return -1;
    return --s->count == 0;
}

static int
select_block (void *opaque, const char *data, size_t size, struct error *err)
{
    struct selection *s = opaque;
    size_t n = (int64_t) size < s->left ? size : (size_t) s->left;
    int r = split_block (&s->splitter, data, n, err);

    s->left -= (int64_t) n;
    return r == 0 && s->left == 0 ? 1 : r;
}

static char **
select_lines (struct call *call, int fd, const char *path,
              struct selection *s)
{
    int r;

    s->splitter = (struct line_splitter) { .fn = select_line, .opaque = s };
    r = s->count == 0 || s->left == 0
            ? 0 : content_read (call, fd, path, select_block, s);
    if (r >= 0 && s->count > 0)
        r = split_end (&s->splitter, &call->err);
    line_splitter_free (&s->splitter);
    if (r >= 0)
        return string_result_steal (&s->lines);
    string_result_free (&s->lines);
    return NULL;
}

/* Count the newlines of a block backwards: the offset after the one that
 * brings *count to 0, or -1.
 */
static int64_t
scan_back (const char *block, int64_t start, size_t size, int64_t *count)
{
    const char *p = block + size;

    while ((p = memrchr (block, '\n', (size_t) (p - block))))
        if (--*count == 0)
            return start + (p - block) + 1;
    return -1;
}

/* Where the last count lines begin.  The newline at the very end begins no
 * line.
 */
static int64_t
find_last_lines (struct call *call, int fd, const char *path, int64_t count)
{
    cleanup_free char *block = xmalloc (CONTENT_BLOCK);
    int64_t size = content_size (call, fd, path), start = size - 1;

    if (size < 0)
        return -1;
    if (count == 0 || size == 0)
        return size;
    while (start > 0) {
        size_t n = start < CONTENT_BLOCK ? (size_t) start : CONTENT_BLOCK;
        ssize_t r = pread (fd, block, n, start - (int64_t) n);
        int64_t found;

        if (r < (ssize_t) n)
            return fail (&call->err, r < 0 ? errno : EIO, "%s: %m", path);
        start -= (int64_t) n;
        found = scan_back (block, start, n, &count);
        if (found >= 0)
            return found;
    }
    return 0;
}

char **
do_head_n (struct call *call, int nrlines, const char *path)
{
    cleanup_fd int fd = content_open (call, path, false);
    struct selection s = { .count = nrlines, .left = INT64_MAX };

    if (fd < 0)
        return NULL;
    if (nrlines < 0) {
        s.count = INT64_MAX;
        s.left = find_last_lines (call, fd, path, -(int64_t) nrlines);
        if (s.left < 0)
            return NULL;
    }
    return select_lines (call, fd, path, &s);
}

char **
do_head (struct call *call, const char *path)
{
    return do_head_n (call, 10, path);
}

char **
do_tail_n (struct call *call, int nrlines, const char *path)
{
    cleanup_fd int fd = content_open (call, path, false);
    struct selection s = { .count = nrlines == 0 ? 0 : INT64_MAX,
                           .left = INT64_MAX };
    int64_t start;

    if (fd < 0)
        return NULL;
    /* -3: from the third line on. */
    if (nrlines < 0)
        s.skip = -(int64_t) nrlines - 1;
    if (nrlines > 0) {
        start = find_last_lines (call, fd, path, nrlines);
        if (start < 0)
            return NULL;
        if (lseek (fd, start, SEEK_SET) < 0)
            return fail_null (&call->err, errno, "%s: %m", path);
    }
    return select_lines (call, fd, path, &s);
}

char **
do_tail (struct call *call, const char *path)
{
    return do_tail_n (call, 10, path);
}

struct counter {
    int64_t lines, words, bytes;
    bool in_word;
};

static int
count_lines (void *opaque, const char *data, size_t size, struct error *err)
{
    struct counter *c = opaque;
    const char *end = data + size;

    (void) err;
    for (; (data = memchr (data, '\n', (size_t) (end - data))); data++)
        c->lines++;
    return 0;
}

static int
count_words (void *opaque, const char *data, size_t size, struct error *err)
{
    struct counter *c = opaque;

    (void) err;
    for (size_t i = 0; i < size; i++) {
        bool in_word = !isspace ((unsigned char) data[i]);

        c->words += in_word && !c->in_word;
        c->in_word = in_word;
    }
    return 0;
}

static int
count_bytes (void *opaque, const char *data, size_t size, struct error *err)
{
    struct counter *c = opaque;

    (void) data, (void) err;
    c->bytes += (int64_t) size;
    return 0;
}

/* The result is an int of the API. */
static int
to_int (struct call *call, const char *path, int64_t count)
{
    if (count <= INT_MAX)
        return (int) count;
    return fail (&call->err, EOVERFLOW, "%s: %lld is more than the result "
                 "can be", path, (long long) count);
}

static int
count_file (struct call *call, const char *path, block_fn fn,
            struct counter *c)
{
    cleanup_fd int fd = content_open (call, path, false);
    struct stat st;

    if (fd < 0)
        return -1;
    if (fstat (fd, &st) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    /* Files of /proc and the like have no size, whatever they hold. */
    if (fn == count_bytes && st.st_size > 0) {
        c->bytes = st.st_size;
        return 0;
    }
    return content_read (call, fd, path, fn, c);
}

int
do_wc_l (struct call *call, const char *path)
{
    struct counter c = { 0 };

    if (count_file (call, path, count_lines, &c) < 0)
        return -1;
    return to_int (call, path, c.lines);
}

int
do_wc_w (struct call *call, const char *path)
{
    struct counter c = { 0 };

    if (count_file (call, path, count_words, &c) < 0)
        return -1;
    return to_int (call, path, c.words);
}

int
do_wc_c (struct call *call, const char *path)
{
    struct counter c = { 0 };

    if (count_file (call, path, count_bytes, &c) < 0)
        return -1;
    return to_int (call, path, c.bytes);
}
