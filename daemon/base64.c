/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in base64 (RFC 4648), in lines of 76 characters, as base64(1) has
 * them.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "calls.h"
#include "content.h"
#include "output.h"

/* One line: this many bytes become 76 characters. */
#define LINE_BYTES 57
#define LINE_CHARACTERS 77 /* with the newline */

struct encoder {
    struct output output;
    unsigned char rest[LINE_BYTES]; /* of the last block, less than a line */
    size_t rest_size;
};

static int
add_line (struct encoder *e, const unsigned char *p, size_t size)
{
    char line[LINE_CHARACTERS];
    char *end = base64_encode (line, p, size);

    *end++ = '\n';
    return output_add (&e->output, line, (size_t) (end - line));
}

static int
encode_block (void *opaque, const char *data, size_t size, struct error *err)
{
    struct encoder *e = opaque;
    const unsigned char *p = (const unsigned char *) data;

    (void) err;
    while (e->rest_size + size >= LINE_BYTES) {
        size_t n = LINE_BYTES - e->rest_size;

        if (e->rest_size > 0) {
            memcpy (e->rest + e->rest_size, p, n);
            if (add_line (e, e->rest, LINE_BYTES) < 0)
                return -1;
        } else if (add_line (e, p, LINE_BYTES) < 0)
            return -1;
        e->rest_size = 0;
        p += n;
        size -= n;
    }
    memcpy (e->rest + e->rest_size, p, size);
    e->rest_size += size;
    return 0;
}

static int
encode (struct encoder *e, int fd, const char *filename)
{
    if (content_read (e->output.call, fd, filename, encode_block, e) < 0)
        return -1;
    if (e->rest_size > 0 && add_line (e, e->rest, e->rest_size) < 0)
        return -1;
    return output_end (&e->output);
}

int
do_base64_out (struct call *call, const char *filename)
{
    cleanup_fd int fd = content_open (call, filename, false);
    struct encoder e = { .rest_size = 0 };
    int r;

    if (fd < 0)
        return -1;
    output_init (&e.output, call);
    r = encode (&e, fd, filename);
    output_free (&e.output);
    return r;
}

/* What a character stands for, if not for 0 to 63. */
enum { NO_DIGIT = -1, WHITE_SPACE = -2, PADDING = -3 };

struct decoder {
    int fd;
    const char *name;
    signed char value[256];
    uint32_t bits;
    int digits;  /* of the group of four that is being read */
    int padding; /* how many '=' it has had */
    bool ended;  /* after a group with padding */
    unsigned char *output; /* room for a whole batch of chunks */
    size_t output_size;
};

static void
init_decoder (struct decoder *d)
{
    memset (d->value, NO_DIGIT, sizeof d->value);
    for (int i = 0; i < 64; i++)
        d->value[(unsigned char) base64_alphabet[i]] = (signed char) i;
    for (const char *p = " \t\r\n\v\f"; *p; p++)
        d->value[(unsigned char) *p] = WHITE_SPACE;
    d->value['='] = PADDING;
}

/* Four characters have come. */
static void
end_group (struct decoder *d)
{
    for (int i = 0; i < 3 - d->padding; i++)
        d->output[d->output_size++] = (unsigned char) (d->bits >> (16 - 8 * i));
    d->ended = d->padding > 0;
    d->bits = 0;
    d->digits = d->padding = 0;
}

static int
decode_character (struct decoder *d, unsigned char c)
{
    int value = d->value[c];

    if (value == WHITE_SPACE)
        return 0;
    if (value == NO_DIGIT || d->ended
        || (value == PADDING && d->digits < 2)
        || (value != PADDING && d->padding > 0))
        return -1;
    if (value == PADDING)
        d->padding++;
    d->bits = d->bits << 6 | (value == PADDING ? 0 : (uint32_t) value);
    if (++d->digits == 4)
        end_group (d);
    return 0;
}

static int
decode_pieces (void *opaque, const struct iovec *iov, int count,
               struct error *err)
{
    struct decoder *d = opaque;
    struct iovec out = { .iov_base = d->output };

    d->output_size = 0;
    for (int i = 0; i < count; i++) {
        const unsigned char *p = iov[i].iov_base;

        for (size_t j = 0; j < iov[i].iov_len; j++)
            if (decode_character (d, p[j]) < 0)
                return fail (err, EINVAL, "%s: what is uploaded is no base64 "
                             "(byte 0x%02x where it can't be)", d->name,
                             p[j]);
    }
    out.iov_len = d->output_size;
    return out.iov_len > 0 ? content_write (d->fd, &out, 1, d->name, err) : 0;
}

int
do_base64_in (struct call *call, const char *filename)
{
    cleanup_fd int fd = content_create (call, filename, false, O_TRUNC);
    cleanup_free unsigned char *output = xmalloc (CHUNK_BATCH_DATA);
    struct decoder d = { .fd = fd, .name = filename, .output = output };

    if (fd < 0)
        return -1;
    init_decoder (&d);
    if (receive_file (call, decode_pieces, &d) < 0)
        return -1;
    if (d.digits > 0)
        return fail (&call->err, EINVAL, "%s: what is uploaded is no whole "
                     "base64: it ends inside a group of four characters",
                     filename);
    return 0;
}
