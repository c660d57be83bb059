/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receiving: the stream of bytes cut into packets. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "memory.h"
#include "message.h"
#include "receiver.h"

/* Read this much at once, so that small messages stay in the first pages
 * of the buffer and a stream of chunks comes in batches.
 */
#define FILL_SIZE (1 << 20)
#define RECEIVER_BUFFER_SIZE (MESSAGE_BUFFER_SIZE + FILL_SIZE)

void
receiver_init (struct receiver *r)
{
    *r = (struct receiver) { .buffer = xmalloc (RECEIVER_BUFFER_SIZE) };
}

void
receiver_free (struct receiver *r)
{
    free (r->buffer);
    *r = (struct receiver) { 0 };
}

void
receiver_reset (struct receiver *r)
{
    r->start = r->end = 0;
}

/* What a length word promises, which receiver_next () has checked before
 * it asked for more.
 */
static void
make_room (struct receiver *r)
{
    if (r->start == r->end) {
        r->start = r->end = 0;
    } else if (RECEIVER_BUFFER_SIZE - r->end < FILL_SIZE) {
        memmove (r->buffer, r->buffer + r->start, r->end - r->start);
        r->end -= r->start;
        r->start = 0;
    }
}

int
receiver_fill (struct receiver *r, struct transport *t, struct error *err)
{
    size_t room;
    ssize_t n;

    make_room (r);
    room = RECEIVER_BUFFER_SIZE - r->end;
    if (room > FILL_SIZE)
        room = FILL_SIZE;
    n = t->ops->read (t, r->buffer + r->end, room, err);
    if (n < 0)
        return -1;
    r->end += (size_t) n;
    return n > 0;
}

/* How many bytes follow the word; -1 if no such word exists. */
static int
body_size (uint32_t word, size_t *ret, struct error *err)
{
    if (word == WIRE_LAUNCH_FLAG || word == WIRE_CANCEL_FLAG
        || word == WIRE_SETUP_FLAG)
        *ret = 0;
    else if (word == WIRE_PROGRESS_FLAG)
        *ret = WIRE_PROGRESS_SIZE;
    else if (word <= WIRE_MESSAGE_MAX)
        *ret = word;
    else
        return fail (err, EPROTO,
                     "message of %u bytes is longer than the protocol allows",
                     word);
    return 0;
}

int
receiver_next (struct receiver *r, struct packet *ret, struct error *err)
{
    size_t available = r->end - r->start, size = 0;
    uint32_t word;

    if (available < 4)
        return 0;
    word = word_get (r->buffer + r->start);
    if (body_size (word, &size, err) < 0)
        return -1;
    if (available - 4 < size)
        return 0;
    *ret = (struct packet) {
        .word = word,
        .body = r->buffer + r->start + 4,
        .size = size,
    };
    r->start += 4 + size;
    return 1;
}

int
receiver_wait_next (struct receiver *r, struct transport *t,
                    struct packet *ret, struct error *err)
{
    for (;;) {
        int n = receiver_next (r, ret, err);

        if (n < 0)
            return -1;
        if (n > 0)
            return 0;
        n = receiver_fill (r, t, err);
        if (n < 0 || (n == 0 && t->ops->wait (t, TRANSPORT_READ, err) < 0))
            return -1;
    }
}
