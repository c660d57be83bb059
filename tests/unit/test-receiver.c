/* SPDX-License-Identifier: GPL-2.0-or-later */
/* protocol/receiver.c */

#include "unit.h"

#include <errno.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "io.h"
#include "message.h"
#include "receiver.h"

struct fixture {
    struct receiver r;
    struct transport *t;
    int peer;
};

static int
setup (void **state)
{
    struct fixture *f = xcalloc (1, sizeof *f);
    int fds[2];

    if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return -1;
    receiver_init (&f->r);
    f->t = transport_new_socket (fds[0]);
    f->peer = fds[1];
    *state = f;
    return 0;
}

static int
teardown (void **state)
{
    struct fixture *f = *state;

    transport_free (f->t);
    receiver_free (&f->r);
    close_fd (&f->peer);
    free (f);
    return 0;
}

static void
send_bytes (struct fixture *f, const void *bytes, size_t size)
{
    assert_int_equal (write_full (f->peer, bytes, size), 0);
}

/* However the bytes are cut on their way. */
static void
byte_by_byte (void **state)
{
    static const char stream[] = "\0\0\0\3abc\xf5\xf5\x5f\xf5\0\0\0\0";
    struct fixture *f = *state;
    cleanup_error struct error err = { 0 };
    struct packet packet;
    int packets = 0;

    for (size_t i = 0; i < sizeof stream - 1; i++) {
        send_bytes (f, stream + i, 1);
        assert_int_equal (receiver_fill (&f->r, f->t, &err), 1);
        packets += receiver_next (&f->r, &packet, &err);
        if (i == 6) {
            assert_int_equal (packets, 1);
            assert_int_equal (packet.size, 3);
            assert_memory_equal (packet.body, "abc", 3);
        }
        if (i == 10) {
            assert_int_equal (packets, 2);
            assert_true (packet_is_flag (&packet));
            assert_int_equal (packet.word, WIRE_LAUNCH_FLAG);
        }
    }
    assert_int_equal (packets, 3);
    assert_int_equal (packet.size, 0);
}

static void
impossible_length (void **state)
{
    struct fixture *f = *state;
    cleanup_error struct error err = { 0 };
    struct packet packet;

    send_bytes (f, "\0\x40\0\1", 4);
    assert_int_equal (receiver_wait_next (&f->r, f->t, &packet, &err), -1);
    assert_int_equal (err.errnum, EPROTO);
}

static void
peer_gone (void **state)
{
    struct fixture *f = *state;
    cleanup_error struct error err = { 0 };
    struct packet packet;

    send_bytes (f, "\0\0\0\5ab", 6);
    close_fd (&f->peer);
    assert_int_equal (receiver_wait_next (&f->r, f->t, &packet, &err), -1);
    assert_int_equal (err.errnum, EPIPE);
}

/* A message of the greatest length, after one that is in its way. */
static void
longest (void **state)
{
    struct fixture *f = *state;
    cleanup_error struct error err = { 0 };
    size_t size = 7 + 4 + WIRE_MESSAGE_MAX, sent = 0;
    cleanup_free char *stream = xcalloc (1, size);
    struct packet packet;
    int n, packets = 0;

    memcpy (stream, "\0\0\0\3abc\0\x40\0\0", 11);
    stream[size - 1] = 'z';
    while (packets < 2) {
        ssize_t w = send (f->peer, stream + sent, size - sent, MSG_DONTWAIT);

        sent += w > 0 ? (size_t) w : 0;
        assert_int_not_equal (receiver_fill (&f->r, f->t, &err), -1);
        while ((n = receiver_next (&f->r, &packet, &err)) > 0)
            packets++;
        assert_int_equal (n, 0);
    }
    assert_int_equal (packet.size, WIRE_MESSAGE_MAX);
    assert_int_equal (packet.body[packet.size - 1], 'z');
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown (byte_by_byte, setup, teardown),
        cmocka_unit_test_setup_teardown (impossible_length, setup, teardown),
        cmocka_unit_test_setup_teardown (peer_gone, setup, teardown),
        cmocka_unit_test_setup_teardown (longest, setup, teardown),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
