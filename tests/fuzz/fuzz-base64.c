/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: base64_in of the daemon with what a program sends, and
 * base64_out with what came of that.  The files are memory.
 *
 * The first byte is the size of the pieces.
 */

#include "config.h"

#include <unistd.h>

#include "calls.h"
#include "content.h"
#include "fuzz.h"
#include "memory.h"
#include "output.h"

struct bytes {
    char *p;
    size_t size;
};

/* What is sent, what the file holds, and what is sent back. */
static struct bytes sent, file, answer;
static size_t piece;

static void
append (struct bytes *to, const void *data, size_t size)
{
    to->p = xreallocarray (to->p, to->size + size + 1, 1);
    memcpy (to->p + to->size, data, size);
    to->size += size;
}

static void
clear (struct bytes *bytes)
{
    free (bytes->p);
    *bytes = (struct bytes) { 0 };
}

/* The rest of the daemon, as far as base64.c uses it. */

int
content_open (struct call *call, const char *name, bool device)
{
    (void) call, (void) name, (void) device;
    return dup (STDIN_FILENO);
}

int
content_create (struct call *call, const char *name, bool device, int flags)
{
    (void) flags;
    clear (&file);
    return content_open (call, name, device);
}

int
content_write (int fd, const struct iovec *iov, int count, const char *name,
               struct error *err)
{
    (void) fd, (void) name, (void) err;
    for (int i = 0; i < count; i++)
        append (&file, iov[i].iov_base, iov[i].iov_len);
    return 0;
}

static size_t
next_piece (const struct bytes *bytes, size_t at)
{
    return bytes->size - at < piece ? bytes->size - at : piece;
}

int
content_read (struct call *call, int fd, const char *name, block_fn fn,
              void *opaque)
{
    (void) fd, (void) name;
    for (size_t at = 0; at < file.size; at += piece)
        if (fn (opaque, file.p + at, next_piece (&file, at), &call->err) < 0)
            return -1;
    return 0;
}

int
receive_file (struct call *call, file_writer write, void *opaque)
{
    for (size_t at = 0; at < sent.size; at += piece) {
        struct iovec iov = { sent.p + at, next_piece (&sent, at) };

        if (write (opaque, &iov, 1, &call->err) < 0)
            return -1;
    }
    return 0;
}

void
output_init (struct output *o, struct call *call)
{
    *o = (struct output) { .call = call };
    clear (&answer);
}

int
output_add (struct output *o, const void *data, size_t size)
{
    (void) o;
    append (&answer, data, size);
    return 0;
}

int
output_end (struct output *o)
{
    (void) o;
    return 0;
}

void
output_free (struct output *o)
{
    (void) o;
}

/* White space means nothing. */
static void
squeeze (struct bytes *bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < bytes->size; i++)
        if (!memchr (" \t\r\n\v\f", bytes->p[i], 6))
            bytes->p[n++] = bytes->p[i];
    bytes->size = n;
}

/* What could be decoded is the same again, but for the bits of a last
 * character that stand for nothing.
 */
static void
check_answer (void)
{
    squeeze (&sent);
    squeeze (&answer);
    check (sent.size == answer.size);
    for (size_t i = 0; i < sent.size; i++)
        check (sent.p[i] == answer.p[i]
               || (i + 1 < sent.size && sent.p[i + 1] == '='));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct script script = { data, data + size };
    struct call call = { 0 };

    piece = next_byte (&script) + 1U;
    clear (&sent);
    append (&sent, script.p, bytes_left (&script));
    if (do_base64_in (&call, "/file") < 0) {
        check (call.err.message != NULL);
    } else {
        check (do_base64_out (&call, "/file") == 0);
        check_answer ();
    }
    error_clear (&call.err);
    clear (&sent);
    clear (&file);
    clear (&answer);
    return 0;
}
