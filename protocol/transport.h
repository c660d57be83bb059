/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport moves the bytes of the protocol between the library and the
 * daemon.  Every kind is a table of functions: a plain socket
 * (transport-socket.c), and rings in memory that both ends share, with a
 * terminal line as the doorbell (transport-ring.c).
 *
 * Neither end trusts the other: whatever the peer wrote (an index of a
 * ring, a length) is checked each time before it is used.
 */
#ifndef PROTOCOL_TRANSPORT_H
#define PROTOCOL_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

/* What a caller waits for; an or of these. */
#define TRANSPORT_READ 1  /* until something can be read */
#define TRANSPORT_WRITE 2 /* until something can be written */

struct transport {
    const struct transport_ops *ops;
};

struct transport_ops {
    const char *name;

    /* Move up to size bytes without waiting.  Returns how many moved; 0 if
     * none can be moved now; -1 on failure, EPIPE when the peer is gone.
     */
    ssize_t (*read) (struct transport *t, void *buffer, size_t size,
                     struct error *err);
    ssize_t (*write) (struct transport *t, const void *buffer, size_t size,
                      struct error *err);

    /* Before sleeping in poll(2) with other descriptors: returns true if
     * what is wanted can be done at once (do not sleep), or fills in *fd
     * and *events to poll for.  After poll call disarm, and read or write
     * again; a wake-up may be spurious.
     */
    bool (*arm) (struct transport *t, int want, int *fd, short *events);

    /* After arm returned false and poll ended: take the doorbell's bytes.
     * EPIPE when the peer is gone.
     */
    int (*disarm) (struct transport *t, struct error *err);

    /* Sleep until what is wanted can be done.  For a caller that has
     * nothing else to wait for.
     */
    int (*wait) (struct transport *t, int want, struct error *err);

    /* How many flushes of disks the daemon has counted: it tells the
     * library, which must do more for some of them.  NULL: the hypervisor
     * does all that a flush asks for.
     */
    void (*set_flushes) (struct transport *t, uint32_t flushes);
    uint32_t (*flushes) (struct transport *t);

    /* Leave nothing behind of the last size bytes that were written and that
     * the peer has read.  NULL: they are kept nowhere.
     */
    void (*wipe_written) (struct transport *t, size_t size);

    /* Let the peer notice that this is the end, whoever else has a copy of
     * the descriptor.  NULL: nobody has.
     */
    void (*hang_up) (struct transport *t);

    void (*free) (struct transport *t);
};

/* A connected stream socket, or a virtio port, which the transport takes and
 * makes non-blocking.
 */
struct transport *transport_new_socket (int take_fd);

/* Which end of the rings: the library made the memory. */
enum ring_end { RING_END_LIBRARY, RING_END_DAEMON };

/* Memory of TRANSPORT_RING_SIZE bytes shared with the peer, and a terminal
 * line in raw mode or a socket as the doorbell (in the library only a
 * socket); both are taken (the memory is unmapped), also on failure.  The
 * library's end initializes the memory.  If the memory is a file, whoever
 * made it seals it with F_SEAL_SHRINK: else the peer could truncate it, and
 * the next access here would be SIGBUS.
 */
#define TRANSPORT_RING_SIZE (8 << 20)

struct transport *transport_new_ring (enum ring_end end, void *take_memory,
                                      int take_doorbell, struct error *err);

/* Whole transfers, for a caller that has nothing else to wait for. */
int transport_read_full (struct transport *t, void *buffer, size_t size,
                         struct error *err);
int transport_write_full (struct transport *t, const void *buffer,
                          size_t size, struct error *err);

/* Both take NULL, too.  To free it closes our copy of the descriptor: in a
 * process that was forked this must not be the end.
 */
void transport_hang_up (struct transport *t);
void transport_free (struct transport *t);
void cleanup_transport_ (struct transport **t);

#define cleanup_transport __attribute__ ((cleanup (cleanup_transport_)))

#endif /* PROTOCOL_TRANSPORT_H */
