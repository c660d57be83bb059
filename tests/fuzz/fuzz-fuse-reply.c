/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: the daemon's replies to requests of the host's kernel.  The
 * input is a number of requests, each a byte for what is asked and four for
 * how much, and then all replies.
 */

#include "config.h"

#include "error.h"
#include "fuse-check.h"
#include "fuzz.h"
#include "memory.h"

#define REQUESTS_MAX 16

static uint32_t
next_word (struct script *script)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < 4; i++)
        word |= (uint32_t) next_byte (script) << 8 * i;
    return word;
}

/* A request that asks for so many bytes, in whatever way it does. */
static void
add_request (struct fuse_batch *batch, uint64_t unique, uint32_t opcode,
             uint32_t size)
{
    union {
        struct fuse_in_header header;
        char room[256];
    } request = {
        .header = { .opcode = opcode, .unique = unique, .nodeid = 1 },
    };
    void *body = &request.header + 1;

    request.header.len = sizeof request;
    if (opcode == FUSE_READ || opcode == FUSE_READDIR
        || opcode == FUSE_READDIRPLUS)
        ((struct fuse_read_in *) body)->size = size;
    else if (opcode == FUSE_WRITE)
        ((struct fuse_write_in *) body)->size = size;
    else if (opcode == FUSE_GETXATTR || opcode == FUSE_LISTXATTR)
        ((struct fuse_getxattr_in *) body)->size = size;
    else if (opcode == FUSE_COPY_FILE_RANGE)
        ((struct fuse_copy_file_range_in *) body)->len = size;
    fuse_batch_add (batch, &request.header);
}

/* What was accepted is what the kernel would be given. */
static void
check_accepted (const struct fuse_batch *batch, const char *replies,
                size_t size)
{
    size_t answered = 0, count = 0;

    for (size_t i = 0; i < batch->count; i++)
        answered += batch->item[i].answered
                    && !fuse_opcode_silent (batch->item[i].opcode);
    for (const char *p = replies; p < replies + size; count++) {
        struct fuse_out_header header;
        const char *next = fuse_batch_reply (
            p, (size_t) (replies + size - p), &header);

        check (next != NULL && next > p && next <= replies + size);
        check (header.error <= 0 && header.error > -512);
        check (header.error == 0 || header.len == sizeof header);
        check (header.len <= FUSE_REPLY_MAX);
        p = next;
    }
    check (answered == count);
    check (size <= batch->reply_room);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct script script = { data, data + size };
    cleanup_error struct error err = { 0 };
    static struct fuse_batch batch;
    unsigned n = next_byte (&script) % REQUESTS_MAX;
    size_t left;
    char *replies;

    fuse_batch_begin (&batch);
    for (unsigned i = 1; i <= n; i++) {
        uint32_t opcode = next_byte (&script), asked = next_word (&script);

        if (fuse_opcode_forwarded (opcode))
            add_request (&batch, i, opcode, asked);
    }
    left = bytes_left (&script);
    /* Just as long, so that a byte too many is noticed. */
    replies = left ? xmemdup (script.p, left) : NULL;
    if (fuse_batch_check (&batch, replies, left, &err) == 0)
        check_accepted (&batch, replies, left);
    else
        for (size_t i = 0; i < batch.count; i++)
            check (batch.item[i].answered
                   == fuse_opcode_silent (batch.item[i].opcode));
    free (replies);
    return 0;
}
