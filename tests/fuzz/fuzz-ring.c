/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: a peer that does to the shared memory and the doorbell
 * whatever the input says.  Nothing may be touched outside of the memory,
 * and nothing may take for ever.
 *
 * The input is a script.  Its first byte chooses the stage: a ring alone,
 * with both ends (even), or the library's transport with a hostile daemon
 * (odd).  After that come steps of one byte each, with their arguments.
 */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "fuzz.h"
#include "memory.h"
#include "ring.h"
#include "transport.h"

static uint32_t
next_word (struct script *script)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < 4; i++)
        word = word << 8 | next_byte (script);
    return word;
}

static _Atomic uint32_t *
word_of (struct ring_control *control, unsigned i)
{
    _Atomic uint32_t *words[] = { &control->head, &control->tail,
                                  &control->reader_sleeps,
                                  &control->writer_sleeps };

    return words[i % 4];
}

/* The first stage. */
struct stage {
    struct ring_control control;
    struct ring reader;
    struct ring writer;
    bool honest;       /* nobody has written an index that is not its own */
    uint8_t sent;      /* the next byte to write, and the next to read: */
    uint8_t received;  /* they count up, as long as all are honest */
    struct error err;
};

/* An operation has ended: is what it returned possible? */
static void
check_moved (struct stage *stage, const struct ring *r, ssize_t moved,
             size_t asked, uint32_t index_before)
{
    check (moved <= (ssize_t) asked && moved <= (ssize_t) r->size);
    if (moved < 0) {
        check (moved == -1 && !stage->honest);
        check (stage->err.errnum == EPROTO && stage->err.message);
        check (r->index == index_before);
        error_clear (&stage->err);
    } else {
        check (r->index == index_before + (uint32_t) moved);
        check (atomic_load (r->own_index) == r->index || moved == 0);
    }
}

static void
step_write (struct stage *stage, size_t size)
{
    cleanup_free uint8_t *bytes = xmalloc (size);
    uint32_t index = stage->writer.index;
    bool must_ring;
    ssize_t n;

    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t) (stage->sent + i);
    n = ring_write (&stage->writer, bytes, size, &must_ring, &stage->err);
    check_moved (stage, &stage->writer, n, size, index);
    if (n > 0)
        stage->sent = (uint8_t) (stage->sent + n);
}

static void
step_read (struct stage *stage, size_t size)
{
    cleanup_free uint8_t *bytes = xmalloc (size);
    uint32_t index = stage->reader.index;
    bool must_ring;
    ssize_t n;

    n = ring_read (&stage->reader, bytes, size, &must_ring, &stage->err);
    check_moved (stage, &stage->reader, n, size, index);
    for (ssize_t i = 0; stage->honest && i < n; i++)
        check (bytes[i] == stage->received++);
}

static void
step_ring (struct stage *stage, struct script *script)
{
    uint8_t what = next_byte (script), which;

    switch (what % 8) {
    case 0:
        step_write (stage, next_byte (script));
        break;
    case 1:
        step_read (stage, next_byte (script));
        break;
    case 2:
        which = next_byte (script);
        *word_of (&stage->control, which) = next_word (script);
        if (which % 4 < 2)
            stage->honest = false;
        break;
    case 3:
        /* A lie that is near the truth. */
        which = next_byte (script);
        *word_of (&stage->control, which % 2) += next_byte (script) - 128U;
        stage->honest = false;
        break;
    case 4:
        ring_announce_sleep (&stage->reader);
        break;
    case 5:
        ring_announce_sleep (&stage->writer);
        break;
    case 6:
        ring_withdraw_sleep (&stage->reader);
        break;
    default:
        ring_withdraw_sleep (&stage->writer);
    }
}

static void
fuzz_ring (struct script *script)
{
    struct stage stage = { .honest = true };
    uint32_t size = 4U << next_byte (script) % 8;
    /* Allocated, so that a sanitizer sees where it ends. */
    cleanup_free char *data = xcalloc (1, size);
    uint32_t start = next_word (script);

    ring_format (&stage.control, size);
    check (ring_check_format (&stage.control, size, &stage.err) == 0);
    ring_attach (&stage.reader, RING_READER, &stage.control, data, size);
    ring_attach (&stage.writer, RING_WRITER, &stage.control, data, size);
    stage.reader.index = stage.writer.index = start;
    stage.control.head = stage.control.tail = start;
    while (script->p < script->end)
        step_ring (&stage, script);
}

/* The second stage. */
struct victim {
    struct transport *t;
    char *memory;
    int peer; /* the daemon's end of the doorbell */
    struct error err;
};

static void
check_error (struct victim *v, ssize_t result)
{
    if (result >= 0)
        return;
    check (result == -1 && v->err.message);
    check (v->err.errnum == EPROTO || v->err.errnum == EPIPE);
    error_clear (&v->err);
}

static void
step_move (struct victim *v, bool is_read, size_t size)
{
    cleanup_free char *bytes = xcalloc (1, size);
    ssize_t n = is_read ? v->t->ops->read (v->t, bytes, size, &v->err)
                        : v->t->ops->write (v->t, bytes, size, &v->err);

    check (n <= (ssize_t) size);
    check_error (v, n);
}

static void
step_poll (struct victim *v, int want)
{
    struct pollfd pfd;

    if (v->t->ops->arm (v->t, want, &pfd.fd, &pfd.events))
        return;
    check (poll (&pfd, 1, 0) >= 0);
    check_error (v, v->t->ops->disarm (v->t, &v->err));
}

static void
step_victim (struct victim *v, struct script *script)
{
    uint8_t what = next_byte (script), n = next_byte (script);
    struct ring_control *control
        = (void *) (v->memory + (n & 4 ? RING_CONTROL_TO_LIBRARY
                                       : RING_CONTROL_TO_DAEMON));
    char bytes[256] = "";

    switch (what % 8) {
    case 0:
        step_move (v, true, (size_t) n << 8);
        break;
    case 1:
        step_move (v, false, (size_t) n << 8);
        break;
    case 2:
        *word_of (control, n) = next_word (script);
        break;
    case 3:
        *word_of (control, n) += next_byte (script) - 128U;
        break;
    case 4:
        step_poll (v, n % 4);
        break;
    case 5:
        send (v->peer, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        break;
    case 6:
        recv (v->peer, bytes, n, MSG_DONTWAIT);
        break;
    default:
        shutdown (v->peer, n & 1 ? SHUT_RD : SHUT_WR);
    }
}

static void
fuzz_transport (struct script *script)
{
    struct victim v = { 0 };
    int fds[2];

    v.memory = mmap (NULL, TRANSPORT_RING_SIZE, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check (v.memory != MAP_FAILED);
    check (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    v.peer = fds[1];
    v.t = transport_new_ring (RING_END_LIBRARY, v.memory, fds[0], &v.err);
    check (v.t);
    while (script->p < script->end)
        step_victim (&v, script);

    /* A peer that is gone can't make anybody sleep. */
    close (v.peer);
    check_error (&v, v.t->ops->wait (v.t, TRANSPORT_READ, &v.err));
    check_error (&v, v.t->ops->wait (v.t, TRANSPORT_WRITE, &v.err));
    transport_free (v.t);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct script script = { .p = data, .end = data + size };

    if (next_byte (&script) & 1)
        fuzz_transport (&script);
    else
        fuzz_ring (&script);
    return 0;
}
