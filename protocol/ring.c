/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring: a stream of bytes through shared memory. */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "ring.h"

/* Memory is shared with another process, so a lock that the compiler would
 * keep elsewhere is of no use.
 */
_Static_assert (ATOMIC_INT_LOCK_FREE == 2, "atomic words need no locks");

_Static_assert (offsetof (struct ring_control, magic) == 0x000
                    && offsetof (struct ring_control, size) == 0x004
                    && offsetof (struct ring_control, head) == 0x080
                    && offsetof (struct ring_control, tail) == 0x100
                    && offsetof (struct ring_control, reader_sleeps) == 0x180
                    && offsetof (struct ring_control, writer_sleeps) == 0x200
                    && offsetof (struct ring_control, flushes) == 0x280,
                "the control block is as documented");

void
ring_format (struct ring_control *control, uint32_t size)
{
    memset (control, 0, sizeof *control);
    control->size = size;
    atomic_store (&control->head, RING_FIRST_INDEX);
    atomic_store (&control->tail, RING_FIRST_INDEX);
    control->magic = RING_MAGIC;
}

int
ring_check_format (const struct ring_control *control, uint32_t size,
                   struct error *err)
{
    uint32_t magic = control->magic, its_size = control->size;

    if (magic != RING_MAGIC)
        return fail (err, EPROTO, "ring: the memory holds no ring (0x%08x)",
                     magic);
    if (its_size != size)
        return fail (err, EPROTO, "ring: of %u bytes, %u were expected",
                     its_size, size);
    return 0;
}

void
ring_attach (struct ring *r, enum ring_side side,
             struct ring_control *control, void *data, uint32_t size)
{
    bool reads = side == RING_READER;

    assert (size >= 4 && (size & (size - 1)) == 0);
    *r = (struct ring) {
        .own_index = reads ? &control->tail : &control->head,
        .peer_index = reads ? &control->head : &control->tail,
        .own_sleeps = reads ? &control->reader_sleeps
                            : &control->writer_sleeps,
        .peer_sleeps = reads ? &control->writer_sleeps
                             : &control->reader_sleeps,
        .data = data,
        .size = size,
        .index = RING_FIRST_INDEX,
    };
}

ssize_t
ring_readable (const struct ring *r, struct error *err)
{
    uint32_t head = atomic_load (r->peer_index);
    uint32_t filled = head - r->index;

    if (filled > r->size)
        return fail (err, EPROTO,
                     "ring: the peer wrote an impossible index"
                     " (head %u, tail %u, size %u)",
                     head, r->index, r->size);
    return (ssize_t) filled;
}

ssize_t
ring_writable (const struct ring *r, struct error *err)
{
    uint32_t tail = atomic_load (r->peer_index);
    uint32_t filled = r->index - tail;

    if (filled > r->size)
        return fail (err, EPROTO,
                     "ring: the peer wrote an impossible index"
                     " (head %u, tail %u, size %u)",
                     r->index, tail, r->size);
    return (ssize_t) (r->size - filled);
}

/* Tell the peer that n bytes moved.  Sequentially consistent, not just a
 * release: it has to be visible before the peer's flag is looked at.
 */
static void
publish (struct ring *r, size_t n)
{
    r->index += (uint32_t) n;
    atomic_store (r->own_index, r->index);
}

/* Take the peer's flag, if it is set.  The load in front spares the common
 * case an exchange, which would draw the cache line away from the peer.
 */
static bool
take_sleep (struct ring *r)
{
    return atomic_load (r->peer_sleeps) != 0
           && atomic_exchange (r->peer_sleeps, 0) != 0;
}

ssize_t
ring_read (struct ring *r, void *buffer, size_t size, bool *ret_ring,
           struct error *err)
{
    ssize_t filled = ring_readable (r, err);
    size_t offset = r->index & (r->size - 1), first = r->size - offset, left;

    if (filled < 0)
        return -1;
    if (size > (size_t) filled)
        size = (size_t) filled;
    if (first > size)
        first = size;
    left = (size_t) filled - size;
    if (size > 0) {
        memcpy (buffer, r->data + offset, first);
        memcpy ((char *) buffer + first, r->data, size - first);
        publish (r, size);
    }
    /* The writer may have filled more than was seen above.  Then it is
     * woken too early, which does no harm; never too late, because what it
     * wrote is still to be read, and that ends here again.
     */
    *ret_ring = size > 0 && r->size - left >= r->size / 4 && take_sleep (r);
    return (ssize_t) size;
}

ssize_t
ring_write (struct ring *r, const void *buffer, size_t size, bool *ret_ring,
            struct error *err)
{
    ssize_t room = ring_writable (r, err);
    size_t offset = r->index & (r->size - 1), first = r->size - offset;

    if (room < 0)
        return -1;
    if (size > (size_t) room)
        size = (size_t) room;
    if (first > size)
        first = size;
    if (size > 0) {
        memcpy (r->data + offset, buffer, first);
        memcpy (r->data, (const char *) buffer + first, size - first);
        publish (r, size);
    }
    *ret_ring = size > 0 && take_sleep (r);
    return (ssize_t) size;
}

void
ring_wipe_written (struct ring *r, size_t size)
{
    size_t offset, first;

    if (size > r->size)
        size = r->size;
    offset = (r->index - size) & (r->size - 1);
    first = r->size - offset;
    if (first > size)
        first = size;
    explicit_bzero (r->data + offset, first);
    explicit_bzero (r->data, size - first);
}

void
ring_announce_sleep (struct ring *r)
{
    atomic_store (r->own_sleeps, 1);
}

bool
ring_withdraw_sleep (struct ring *r)
{
    return atomic_exchange (r->own_sleeps, 0) != 0;
}
