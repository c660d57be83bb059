/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring: a stream of bytes in one direction through memory that two
 * processes share.  This is the data structure alone; how the ends wake
 * each other is the business of transport-ring.c.
 *
 * The memory of a transport holds two rings.  Its layout is part of the
 * protocol; offsets in bytes, words of 32 bits in the byte order of the
 * host, which both ends run on:
 *
 *     0x000000  control block of the ring from the library to the daemon
 *     0x001000  control block of the ring from the daemon to the library
 *     0x002000  data of the ring from the library to the daemon
 *     0x202000  data of the ring from the daemon to the library
 *     0x402000  unused, to the end at 0x800000
 *
 * A control block; what is not named is zero:
 *
 *     0x000  RING_MAGIC
 *     0x004  size of the data in bytes, a power of two
 *     0x080  head: how many bytes were ever written
 *     0x100  tail: how many bytes were ever read
 *     0x180  not 0 while the reader sleeps until there are data
 *     0x200  not 0 while the writer sleeps until there is room
 *     0x280  how many flushes of disks the writer has counted
 *
 * Head and tail start at RING_FIRST_INDEX and run freely through 2^32; the
 * byte at an index is at that index modulo the size.  Only the writer
 * stores the head, only the reader the tail, and neither ever loads its
 * own: what the peer scribbles there has no effect on it.  The words that
 * the two ends store are 128 bytes apart, because processors fetch cache
 * lines in pairs.
 *
 * Whoever goes to sleep sets its flag and then looks at the peer's index
 * once more.  The peer publishes its index and then takes the flag (it
 * exchanges 0 for it); who took a flag rings the doorbell, once.  All of
 * these are sequentially consistent, so either the sleeper sees the new
 * index or the peer sees the flag.
 */
#ifndef PROTOCOL_RING_H
#define PROTOCOL_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

#define RING_CONTROL_TO_DAEMON 0x000000
#define RING_CONTROL_TO_LIBRARY 0x001000
#define RING_DATA_TO_DAEMON 0x002000
#define RING_DATA_TO_LIBRARY 0x202000
#define RING_DATA_SIZE 0x200000U

#define RING_MAGIC 0x31676e52U /* "Rng1" in little endian */

/* So near the end that every connection runs through 2^32 soon: nothing
 * that is done once in 4 GiB would ever be tested.
 */
#define RING_FIRST_INDEX 0xffff0000U

struct ring_control {
    uint32_t magic;
    uint32_t size;
    _Alignas (128) _Atomic uint32_t head;
    _Alignas (128) _Atomic uint32_t tail;
    _Alignas (128) _Atomic uint32_t reader_sleeps;
    _Alignas (128) _Atomic uint32_t writer_sleeps;
    _Alignas (128) _Atomic uint32_t flushes;
};

enum ring_side { RING_READER, RING_WRITER };

/* One end of one ring; private memory, that points to the shared. */
struct ring {
    _Atomic uint32_t *own_index;
    _Atomic uint32_t *peer_index;
    _Atomic uint32_t *own_sleeps;
    _Atomic uint32_t *peer_sleeps;
    char *data;
    uint32_t size;
    uint32_t index; /* the truth about *own_index */
};

/* Make an empty ring of size bytes of data, a power of two. */
void ring_format (struct ring_control *control, uint32_t size);

/* Does the memory hold a ring of that size?  EPROTO if not. */
int ring_check_format (const struct ring_control *control, uint32_t size,
                       struct error *err);

/* One end of a ring that is fresh from ring_format (). */
void ring_attach (struct ring *r, enum ring_side side,
                  struct ring_control *control, void *data, uint32_t size);

/* How many bytes the reader can read now, or the writer write.  -1 with
 * EPROTO if the peer wrote an index that can't be.
 */
ssize_t ring_readable (const struct ring *r, struct error *err);
ssize_t ring_writable (const struct ring *r, struct error *err);

/* Move up to size bytes.  Returns how many moved, 0 if none can be moved
 * now, -1 with EPROTO if the peer wrote an index that can't be.  *ret_ring
 * tells whether the peer slept and its doorbell has to be rung now.  A
 * sleeping reader is woken by the first byte; a sleeping writer, lest it
 * be woken for every few bytes, when a quarter of the ring is free.
 */
ssize_t ring_read (struct ring *r, void *buffer, size_t size,
                   bool *ret_ring, struct error *err);
ssize_t ring_write (struct ring *r, const void *buffer, size_t size,
                    bool *ret_ring, struct error *err);

/* Overwrite the last size bytes that were written, which the reader must
 * have read: that it has answered says so.
 */
void ring_wipe_written (struct ring *r, size_t size);

/* Announce that this end is about to sleep.  After that, look with
 * ring_readable () or ring_writable () before sleeping.
 */
void ring_announce_sleep (struct ring *r);

/* Take the announcement back.  Returns false if the peer was faster: it
 * has rung the doorbell for it, or is about to.
 */
bool ring_withdraw_sleep (struct ring *r);

#endif /* PROTOCOL_RING_H */
