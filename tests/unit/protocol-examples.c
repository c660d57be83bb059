/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what the real encoders make of the examples of PROTOCOL.md, and
 * the values of the constants that it names, for test-protocol-doc.py:
 *
 *     wire NAME HEX          bytes in the order of the stream
 *     words NAME OFFSET HEX  a word of memory that is not 0
 *     constant NAME HEX
 */

#include "config.h"

#include <inttypes.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "cleanup.h"
#include "in-place.h"
#include "memory.h"
#include "message.h"
#include "ring.h"
#include "setup.h"
#include "transport.h"

_Noreturn void
out_of_memory (void)
{
    abort ();
}

static void
print_wire (const char *name, const char *bytes, size_t size)
{
    printf ("wire %s ", name);
    for (size_t i = 0; i < size; i++)
        printf ("%02x", (unsigned char) bytes[i]);
    putchar ('\n');
}

static void
print_message (const char *name, wire_header header, xdrproc_t xdr,
               void *body)
{
    cleanup_free char *buffer = xmalloc (MESSAGE_BUFFER_SIZE);
    cleanup_error struct error err = { 0 };
    ssize_t size;

    header.prog = WIRE_PROGRAM;
    header.vers = WIRE_VERSION;
    size = message_encode (buffer, &header, xdr, body, &err);
    if (size < 0)
        abort ();
    print_wire (name, buffer, (size_t) size);
}

static void
print_in_place (const char *name, wire_header header, const void *data,
                u_int size)
{
    cleanup_free char *buffer = xmalloc (MESSAGE_BUFFER_SIZE);
    cleanup_error struct error err = { 0 };
    struct in_place bytes = { .size = size };
    ssize_t n;

    header.prog = WIRE_PROGRAM;
    header.vers = WIRE_VERSION;
    if (size > 0)
        memcpy (buffer + IN_PLACE_OFFSET, data, size);
    n = message_encode (buffer, &header, (xdrproc_t) xdr_in_place, &bytes,
                        &err);
    if (n < 0)
        abort ();
    print_wire (name, buffer, (size_t) n);
}

static void
print_calls (void)
{
    wire_touch_args touch = { .path = (char *) "/new" };
    wire_umount_args umount = { .pathordevice = (char *) "/",
                                .lazyunmount = true };
    wire_upload_args upload = { .remotefilename = (char *) "/new" };

    print_message ("touch-call",
                   (wire_header) { .proc = WIRE_PROC_TOUCH, .serial = 1 },
                   (xdrproc_t) xdr_wire_touch_args, &touch);
    print_message ("umount-call",
                   (wire_header) { .proc = WIRE_PROC_UMOUNT,
                                   .serial = 2,
                                   .optargs_bitmask = 1 << 1 },
                   (xdrproc_t) xdr_wire_umount_args, &umount);
    print_message ("mounts-call",
                   (wire_header) { .proc = WIRE_PROC_MOUNTS, .serial = 4 },
                   NULL, NULL);
    print_message ("upload-call",
                   (wire_header) { .proc = WIRE_PROC_UPLOAD,
                                   .serial = 5,
                                   .progress_hint = 6 },
                   (xdrproc_t) xdr_wire_upload_args, &upload);
}

static void
print_replies (void)
{
    char *devices[] = { (char *) "/dev/sda", (char *) "/dev/sdb1" };
    wire_mounts_ret mounts = { .devices = { 2, devices } };
    wire_error error = { .errno_name = (char *) "ENOENT",
                         .message = (char *) "/no/new: No such file" };
    wire_header reply = { .direction = WIRE_REPLY };

    reply.proc = WIRE_PROC_TOUCH;
    reply.serial = 1;
    print_message ("touch-reply", reply, NULL, NULL);
    reply.serial = 3;
    reply.status = WIRE_ERROR;
    print_message ("error-reply", reply, (xdrproc_t) xdr_wire_error, &error);
    reply.proc = WIRE_PROC_MOUNTS;
    reply.serial = 4;
    reply.status = WIRE_OK;
    print_message ("mounts-reply", reply, (xdrproc_t) xdr_wire_mounts_ret,
                   &mounts);
}

/* Bytes of a message that stand in its buffer already. */
static void
print_fuse (void)
{
    struct {
        struct fuse_in_header header;
        struct fuse_forget_in forget;
    } request = {
        .header = { .len = sizeof request, .opcode = FUSE_FORGET,
                    .unique = 8, .nodeid = 5 },
        .forget = { .nlookup = 2 },
    };
    wire_header header = { .proc = WIRE_PROC_FUSE, .serial = 6 };

    print_in_place ("fuse-call", header, &request, sizeof request);
    header.direction = WIRE_REPLY;
    print_in_place ("fuse-reply", header, NULL, 0);
}

static void
print_network (void)
{
    wire_network_args network = {
        .resolv_conf = (char *) "nameserver 203.0.113.1\n",
        .ipv6 = true,
    };

    print_message ("network-call",
                   (wire_header) { .proc = WIRE_PROC_NETWORK, .serial = 7 },
                   (xdrproc_t) xdr_wire_network_args, &network);
}

static void
print_chunks (void)
{
    cleanup_chunk_batch struct chunk_batch batch;
    char end[CHUNK_HEADER_SIZE + WIRE_CHUNK_MAX];
    wire_error reason = { .errno_name = (char *) "EIO",
                          .message = (char *) "/a: broken" };
    size_t size;

    chunk_batch_init (&batch);
    memcpy (batch.iov[0].iov_base, "hello\n", 6);
    size = chunk_batch_seal (&batch, 6);
    print_wire ("chunk", batch.buffer, size);
    chunk_put_end (end, false);
    print_wire ("last-chunk", end, CHUNK_HEADER_SIZE);
    chunk_put_end (end, true);
    print_wire ("cancel-chunk", end, CHUNK_HEADER_SIZE);
    print_wire ("reason-chunk", end, chunk_put_reason (end, &reason));
}

static void
print_flags (void)
{
    char word[4], buffer[PROGRESS_MESSAGE_SIZE];
    wire_progress progress = { .proc = WIRE_PROC_UPLOAD,
                               .serial = 5,
                               .position = 3 << 20,
                               .total = UINT64_C (5) << 30 };

    word_put (word, WIRE_LAUNCH_FLAG);
    print_wire ("launch-flag", word, sizeof word);
    word_put (word, WIRE_CANCEL_FLAG);
    print_wire ("cancel-flag", word, sizeof word);
    progress_encode (buffer, &progress);
    print_wire ("progress", buffer, sizeof buffer);
}

/* The daemon's question, and the library's answer. */
static void
print_setup (void)
{
    cleanup_free char *buffer = xmalloc (SETUP_BUFFER_SIZE);
    cleanup_error struct error err = { 0 };
    char *labels[] = { (char *) "", (char *) "data" };
    char word[4], entropy[] = { 0x5e, 0x1f, 0x00, (char) 0xc4, 0x77 };
    wire_setup setup = { .seconds = 1795283000,
                         .nanoseconds = 500000000,
                         .entropy = { sizeof entropy, entropy },
                         .network = true,
                         .labels = { 2, labels } };
    ssize_t size = setup_encode (buffer, &setup, &err);

    if (size < 0)
        abort ();
    word_put (word, WIRE_SETUP_FLAG);
    print_wire ("setup-question", word, sizeof word);
    print_wire ("setup", buffer, (size_t) size);
}

static void
print_words (const char *name, const struct ring_control *control)
{
    uint32_t words[sizeof *control / 4];

    memcpy (words, control, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i])
            printf ("words %s %zx %08" PRIx32 "\n", name, i * 4, words[i]);
}

/* Fresh, while the reader sleeps, and after something was written. */
static void
print_ring (void)
{
    static struct ring_control control;
    static char data[RING_DATA_SIZE];
    cleanup_error struct error err = { 0 };
    struct ring reader, writer;
    bool must_ring;

    ring_format (&control, sizeof data);
    print_words ("ring-fresh", &control);
    ring_attach (&reader, RING_READER, &control, data, sizeof data);
    ring_attach (&writer, RING_WRITER, &control, data, sizeof data);
    ring_announce_sleep (&reader);
    print_words ("ring-reader-sleeps", &control);
    if (ring_write (&writer, "touch", 5, &must_ring, &err) != 5 || !must_ring)
        abort ();
    print_words ("ring-written", &control);
}

static void
print_constants (void)
{
    static const struct {
        const char *name;
        uint32_t value;
    } constants[] = {
#define CONSTANT(name) { #name, (uint32_t) name }
        CONSTANT (WIRE_PROGRAM),
        CONSTANT (WIRE_VERSION),
        CONSTANT (WIRE_MESSAGE_MAX),
        CONSTANT (WIRE_ERROR_MAX),
        CONSTANT (WIRE_ERRNO_NAME_MAX),
        CONSTANT (WIRE_CHUNK_MAX),
        CONSTANT (WIRE_HEADER_SIZE),
        CONSTANT (WIRE_PROGRESS_SIZE),
        CONSTANT (WIRE_LAUNCH_FLAG),
        CONSTANT (WIRE_CANCEL_FLAG),
        CONSTANT (WIRE_PROGRESS_FLAG),
        CONSTANT (WIRE_SETUP_FLAG),
        CONSTANT (WIRE_SETUP_MAX),
        CONSTANT (WIRE_ENTROPY_MAX),
        CONSTANT (WIRE_PROC_FUSE_BEGIN),
        CONSTANT (WIRE_PROC_FUSE),
        CONSTANT (WIRE_PROC_FUSE_END),
        CONSTANT (WIRE_PROC_NETWORK),
        CONSTANT (WIRE_RESOLV_CONF_MAX),
        CONSTANT (TRANSPORT_RING_SIZE),
        CONSTANT (RING_CONTROL_TO_DAEMON),
        CONSTANT (RING_CONTROL_TO_LIBRARY),
        CONSTANT (RING_DATA_TO_DAEMON),
        CONSTANT (RING_DATA_TO_LIBRARY),
        CONSTANT (RING_DATA_SIZE),
        CONSTANT (RING_MAGIC),
        CONSTANT (RING_FIRST_INDEX),
#undef CONSTANT
#define MEMBER(name) { #name, (uint32_t) offsetof (struct ring_control, name) }
        MEMBER (magic),
        MEMBER (size),
        MEMBER (head),
        MEMBER (tail),
        MEMBER (reader_sleeps),
        MEMBER (writer_sleeps),
        MEMBER (flushes),
#undef MEMBER
    };

    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        printf ("constant %s %" PRIx32 "\n", constants[i].name,
                constants[i].value);
}

int
main (void)
{
    print_calls ();
    print_replies ();
    print_chunks ();
    print_fuse ();
    print_network ();
    print_flags ();
    print_setup ();
    print_ring ();
    print_constants ();
    return 0;
}
