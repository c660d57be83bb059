/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of name servers in frames. */

#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

#include "cleanup.h"
#include "network-frame.h"
#include "network-names.h"
#include "network-packet.h"

#define LOOPBACK "127.0.0.53"
#define ALIAS "169.254.213.54"
#define ALIAS6 "fec0::140"

#define FRAME_SIZE 160

struct frame {
    uint8_t bytes[FRAME_SIZE];
    size_t size;
};

static void
put_address (uint8_t *where, const char *text)
{
    assert_int_equal (
        inet_pton (strchr (text, ':') ? AF_INET6 : AF_INET, text, where), 1);
}

static void
expect_address (const uint8_t *where, const char *text)
{
    uint8_t expected[16];

    put_address (expected, text);
    assert_memory_equal (where, expected, strchr (text, ':') ? 16 : 4);
}

/* From a port 1024 to this one. */
static struct frame
ipv4_frame (unsigned protocol, const char *from, const char *to, uint8_t port)
{
    struct frame f = { .size = ETHERNET_HEADER + IPV4_HEADER + 8 };
    uint8_t *packet = f.bytes + ETHERNET_HEADER;

    f.bytes[ETHERNET_TYPE] = 8;
    packet[0] = 0x45;
    packet[IPV4_PROTOCOL] = (uint8_t) protocol;
    put_address (packet + IPV4_SOURCE, from);
    put_address (packet + IPV4_DESTINATION, to);
    packet[IPV4_HEADER + PORT_SOURCE] = 4;
    packet[IPV4_HEADER + PORT_DESTINATION + 1] = port;
    return f;
}

static struct frame
ipv6_frame (unsigned protocol, const char *from, const char *to, uint8_t port)
{
    struct frame f = { .size = ETHERNET_HEADER + IPV6_HEADER + 8 };
    uint8_t *packet = f.bytes + ETHERNET_HEADER;

    f.bytes[ETHERNET_TYPE] = 0x86;
    f.bytes[ETHERNET_TYPE + 1] = 0xdd;
    packet[0] = 0x60;
    packet[IPV6_NEXT_HEADER] = (uint8_t) protocol;
    put_address (packet + IPV6_SOURCE, from);
    put_address (packet + IPV6_DESTINATION, to);
    packet[IPV6_HEADER + PORT_SOURCE] = 4;
    packet[IPV6_HEADER + PORT_DESTINATION + 1] = port;
    return f;
}

/* What guestfs-network does with a frame of the appliance. */
static void
send_it (struct frame *f, bool ipv6)
{
    struct loopback_names names = { .ipv6 = ipv6 };

    put_address ((uint8_t *) &names.ipv4[1], LOOPBACK);
    if (frame_is_question (f->bytes, f->size))
        frame_to_server (&names, f->bytes);
}

static void
test_ipv4_questions (void **state)
{
    static const struct {
        unsigned protocol, port;
        const char *to, *becomes;
    } cases[] = {
        { IPPROTO_UDP, 53, ALIAS, LOOPBACK },
        { IPPROTO_TCP, 53, ALIAS, LOOPBACK },
        { IPPROTO_UDP, 54, ALIAS, ALIAS },
        { IPPROTO_ICMP, 53, ALIAS, ALIAS },
        { IPPROTO_UDP, 53, "192.0.2.1", "192.0.2.1" },
        { IPPROTO_UDP, 53, "169.254.213.2", "169.254.213.2" }, /* 127.0.0.1 */
        { IPPROTO_UDP, 53, "0.0.0.0", "0.0.0.0" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f = ipv4_frame (cases[i].protocol, "169.254.2.15",
                                     cases[i].to, (uint8_t) cases[i].port);

        send_it (&f, true);
        expect_address (f.bytes + ETHERNET_HEADER + IPV4_DESTINATION,
                        cases[i].becomes);
    }
}

/* Of a fragment nobody knows the port, and options stand before it. */
static void
test_fragments_and_options (void **state)
{
    struct frame f = ipv4_frame (IPPROTO_UDP, "169.254.2.15", ALIAS, 53);
    uint8_t *packet = f.bytes + ETHERNET_HEADER;

    (void) state;
    packet[IPV4_FRAGMENT] = 0x20; /* more follow */
    send_it (&f, true);
    expect_address (packet + IPV4_DESTINATION, ALIAS);
    packet[IPV4_FRAGMENT] = 0;
    packet[IPV4_FRAGMENT + 1] = 1;
    send_it (&f, true);
    expect_address (packet + IPV4_DESTINATION, ALIAS);
    packet[IPV4_FRAGMENT] = 0x40; /* none may be made of it */
    packet[IPV4_FRAGMENT + 1] = 0;
    packet[0] = 0x46;
    send_it (&f, true);
    expect_address (packet + IPV4_DESTINATION, ALIAS);
    packet[IPV4_HEADER + 4 + PORT_DESTINATION + 1] = 53;
    f.size += 4;
    send_it (&f, true);
    expect_address (packet + IPV4_DESTINATION, LOOPBACK);
}

static void
test_ipv6_questions (void **state)
{
    static const struct {
        unsigned protocol, port;
        bool allowed;
        const char *to, *becomes;
    } cases[] = {
        { IPPROTO_UDP, 53, true, ALIAS6, "::1" },
        { IPPROTO_TCP, 53, true, ALIAS6, "::1" },
        { IPPROTO_UDP, 53, false, ALIAS6, ALIAS6 },
        { IPPROTO_UDP, 54, true, ALIAS6, ALIAS6 },
        { IPPROTO_ICMPV6, 53, true, ALIAS6, ALIAS6 },
        { IPPROTO_UDP, 53, true, "2001:db8::1", "2001:db8::1" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f = ipv6_frame (cases[i].protocol, "fe80::1",
                                     cases[i].to, (uint8_t) cases[i].port);

        send_it (&f, cases[i].allowed);
        expect_address (f.bytes + ETHERNET_HEADER + IPV6_DESTINATION,
                        cases[i].becomes);
    }
}

static void
test_answers (void **state)
{
    struct frame f = ipv4_frame (IPPROTO_UDP, LOOPBACK, "169.254.2.15", 53);

    (void) state;
    frame_from_server (f.bytes, f.size);
    expect_address (f.bytes + ETHERNET_HEADER + IPV4_SOURCE, ALIAS);
    f = ipv4_frame (IPPROTO_TCP, "192.0.2.1", "169.254.2.15", 53);
    frame_from_server (f.bytes, f.size);
    expect_address (f.bytes + ETHERNET_HEADER + IPV4_SOURCE, "192.0.2.1");
    f = ipv6_frame (IPPROTO_TCP, "::1", "fd67::1", 53);
    frame_from_server (f.bytes, f.size);
    expect_address (f.bytes + ETHERNET_HEADER + IPV6_SOURCE, ALIAS6);
    f = ipv6_frame (IPPROTO_TCP, "2001:db8::1", "fd67::1", 53);
    frame_from_server (f.bytes, f.size);
    expect_address (f.bytes + ETHERNET_HEADER + IPV6_SOURCE, "2001:db8::1");
}

/* A server that is not there: the packet that was for it comes back. */
static void
test_errors (void **state)
{
    struct frame about = ipv4_frame (IPPROTO_UDP, "169.254.2.15", LOOPBACK,
                                     53);
    struct frame f = ipv4_frame (IPPROTO_ICMP, "169.254.2.2", "169.254.2.15",
                                 0);

    (void) state;
    memcpy (f.bytes + f.size, about.bytes + ETHERNET_HEADER,
            about.size - ETHERNET_HEADER);
    f.size += about.size - ETHERNET_HEADER;
    f.bytes[ETHERNET_HEADER + IPV4_HEADER] = 0; /* an echo: it may be that */
    frame_from_server (f.bytes, f.size);
    expect_address (f.bytes + 42 + IPV4_DESTINATION, LOOPBACK);
    f.bytes[ETHERNET_HEADER + IPV4_HEADER] = ICMP_UNREACHABLE;
    frame_from_server (f.bytes, f.size);
    expect_address (f.bytes + 42 + IPV4_DESTINATION, ALIAS);

    about = ipv6_frame (IPPROTO_UDP, "fd67::1", "::1", 53);
    f = ipv6_frame (IPPROTO_ICMPV6, "fe80::2", "fd67::1", 0);
    f.bytes[ETHERNET_HEADER + IPV6_HEADER] = 1; /* unreachable */
    memcpy (f.bytes + f.size, about.bytes + ETHERNET_HEADER,
            about.size - ETHERNET_HEADER);
    f.size += about.size - ETHERNET_HEADER;
    frame_from_server (f.bytes, f.size);
    expect_address (f.bytes + 62 + IPV6_DESTINATION, ALIAS6);
}

/* The address sanitizer sees what is read beyond the end. */
static void
test_short_frames (void **state)
{
    const struct frame frames[] = {
        ipv4_frame (IPPROTO_UDP, LOOPBACK, ALIAS, 53),
        ipv4_frame (IPPROTO_ICMP, LOOPBACK, ALIAS, 53),
        ipv6_frame (IPPROTO_UDP, "::1", ALIAS6, 53),
        ipv6_frame (IPPROTO_ICMPV6, "::1", ALIAS6, 53),
    };
    const struct loopback_names names = { .ipv6 = true };

    (void) state;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        for (size_t n = 0; n <= frames[i].size; n++) {
            cleanup_free uint8_t *frame = malloc (n ? n : 1);

            assert_non_null (frame);
            memcpy (frame, frames[i].bytes, n);
            frame_from_server (frame, n);
            if (frame_is_question (frame, n))
                frame_to_server (&names, frame);
        }
}

int
main (void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_ipv4_questions),
        cmocka_unit_test (test_fragments_and_options),
        cmocka_unit_test (test_ipv6_questions),
        cmocka_unit_test (test_answers),
        cmocka_unit_test (test_errors),
        cmocka_unit_test (test_short_frames),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
