/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which frames of the appliance reach libslirp. */

#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "network-frame.h"
#include "network-packet.h"

/* An IPv4 packet, of 20 bytes, for an address. */
static size_t
make_frame (uint8_t frame[64], unsigned type, const char *address)
{
    unsigned a, b, c, d;

    assert_int_equal (sscanf (address, "%u.%u.%u.%u", &a, &b, &c, &d), 4);
    memset (frame, 0, 64);
    frame[12] = (uint8_t) (type >> 8);
    frame[13] = (uint8_t) type;
    frame[14] = 0x45;
    frame[30] = (uint8_t) a;
    frame[31] = (uint8_t) b;
    frame[32] = (uint8_t) c;
    frame[33] = (uint8_t) d;
    return 34;
}

static void
test_addresses (void **state)
{
    static const struct {
        const char *address;
        bool passes;
    } addresses[] = {
        { "192.0.2.1", true },    { "169.254.2.3", true },
        { "126.255.0.1", true },  { "128.0.0.1", true },
        { "1.0.0.0", true },      { "127.0.0.1", false },
        { "127.0.0.53", false },  { "127.255.255.254", false },
        { "0.0.0.0", false },     { "0.0.0.1", false },
        { "169.253.0.1", true },  { "169.255.0.1", true },
        { "169.254.2.255", true },  { "169.254.1.3", false },
        { "169.254.3.3", false }, { "169.254.169.254", false },
    };

    (void) state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        uint8_t frame[64];
        size_t size = make_frame (frame, 0x0800, addresses[i].address);

        print_message ("%s\n", addresses[i].address);
        assert_int_equal (frame_may_pass (frame, size), addresses[i].passes);
    }
}

static void
test_link_local_name_servers (void **state)
{
    static const unsigned protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
    uint8_t frame[64];

    (void) state;
    for (unsigned port = 0; port < 256; port++)
        for (size_t i = 0; i < 2; i++) {
            size_t size = make_frame (frame, 0x0800, "169.254.169.254");
            uint8_t *packet = frame + ETHERNET_HEADER;

            packet[IPV4_PROTOCOL] = (uint8_t) protocols[i];
            packet[IPV4_HEADER + PORT_DESTINATION + 1] = (uint8_t) port;
            assert_int_equal (frame_may_pass (frame, size + 8), port == 53);
            assert_false (frame_may_pass (frame, size + 3));
            packet[IPV4_FRAGMENT + 1] = 1;
            assert_false (frame_may_pass (frame, size + 8));
            packet[IPV4_FRAGMENT + 1] = 0;
            packet[IPV4_PROTOCOL] = IPPROTO_ICMP;
            assert_false (frame_may_pass (frame, size + 8));
        }
}

/* An IPv6 packet, of 48 bytes, for an address and this port, or with this as
 * the type of ICMPv6.
 */
static size_t
make_frame6 (uint8_t frame[64], unsigned next_header, const char *address,
             uint8_t port_or_type)
{
    uint8_t *packet = frame + ETHERNET_HEADER;

    memset (frame, 0, 64);
    frame[ETHERNET_TYPE] = 0x86;
    frame[ETHERNET_TYPE + 1] = 0xdd;
    packet[0] = 0x60;
    packet[IPV6_NEXT_HEADER] = (uint8_t) next_header;
    assert_int_equal (
        inet_pton (AF_INET6, address, packet + IPV6_DESTINATION), 1);
    if (next_header == IPPROTO_ICMPV6)
        packet[IPV6_HEADER] = port_or_type;
    else
        packet[IPV6_HEADER + PORT_DESTINATION + 1] = port_or_type;
    return ETHERNET_HEADER + IPV6_HEADER + 8;
}

static void
test_addresses_of_ipv6 (void **state)
{
    static const struct {
        const char *address;
        bool passes;
    } addresses[] = {
        /* All but these nobody has. */
        { "2001:db8::1", true },
        { "2000::", true },
        { "2600::1", true },
        { "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true },
        { "fc00::1", true },
        { "fd00::2", true },
        { "fdff:ffff::", true },
        { "4000::1", false },
        { "1fff:ffff::1", false },
        { "0100::1", false },
        { "fe00::1", false },
        /* The host itself, in all its forms. */
        { "::", false },
        { "::1", false },
        { "::2", false },
        { "::127.0.0.1", false },
        { "::192.0.2.1", false },
        { "::ffff:127.0.0.1", false },
        { "::ffff:0.0.0.0", false },
        { "::ffff:192.0.2.1", false },
        { "::ffff:0:127.0.0.1", false },
        { "::1:0:0:0", false },
        /* Of a link or site, and multicast. */
        { "fe80::1", false },
        { "fe80::2", false },
        { "febf::1", false },
        { "fec0::1", false },
        { "feff::1", false },
        { "ff01::1", false },
        { "ff02::1", false },
        { "ff02::1:2", false },
        { "ff0e::1", false },
        /* What contains an IPv4 address: 6to4, NAT64, Teredo. */
        { "2002:c000:0201::1", true },
        { "2002:7f00:0001::1", false },
        { "2002:7fff:ffff::1", false },
        { "2002:0000:0000::1", false },
        { "64:ff9b::192.0.2.1", true },
        { "64:ff9b::127.0.0.1", false },
        { "64:ff9b::0.0.0.1", false },
        { "64:ff9b::169.254.169.254", false },
        { "64:ff9b:0:0:1::127.0.0.1", false },
        { "64:ff9b:1::192.0.2.1", false },
        { "2001:0:c000:201::1", false },
        { "2001:0:7f00:1::1", false },
        { "2001:1::1", true },
        /* Our own: name servers alone, see below. */
        { "fec0::2", false },
        { "fec0::3", false },
        { "fec0::ffff:0:0:0", false },
        { "fec0:0:0:1::3", false },
    };

    (void) state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        uint8_t frame[64];
        const char *address = addresses[i].address;
        size_t size = make_frame6 (frame, IPPROTO_TCP, address, 80);

        print_message ("%s\n", address);
        assert_int_equal (frame_may_pass (frame, size), addresses[i].passes);
        size = make_frame6 (frame, IPPROTO_UDP, address, 80);
        assert_int_equal (frame_may_pass (frame, size), addresses[i].passes);
        size = make_frame6 (frame, IPPROTO_ICMPV6, address, 128);
        assert_false (frame_may_pass (frame, size)); /* echo */
    }
}

static void
test_name_servers_of_ipv6 (void **state)
{
    uint8_t frame[64];
    size_t size = make_frame6 (frame, IPPROTO_UDP, "fec0::3",
                               53);

    (void) state;
    assert_true (frame_may_pass (frame, size));
    frame[ETHERNET_HEADER + IPV6_HEADER + PORT_DESTINATION] = 1;
    assert_false (frame_may_pass (frame, size)); /* 309 */
    size = make_frame6 (frame, IPPROTO_TCP, "::1", 53);
    assert_false (frame_may_pass (frame, size));
}

/* Neighbour discovery alone of ICMPv6; headers of extensions hide what is
 * behind them.
 */
static void
test_headers_of_ipv6 (void **state)
{
    (void) state;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t frame[64];
        size_t size = make_frame6 (frame, i, "2001:db8::1", 136);
        bool known = i == IPPROTO_TCP || i == IPPROTO_UDP
                     || i == IPPROTO_ICMPV6;

        assert_int_equal (frame_may_pass (frame, size), known);
        size = make_frame6 (frame, IPPROTO_ICMPV6, "ff02::1:ff00:2",
                            (uint8_t) i);
        assert_int_equal (frame_may_pass (frame, size), i == 135 || i == 136);
    }
}

static void
test_short_frames_of_ipv6 (void **state)
{
    static const struct {
        unsigned next_header;
        size_t needed; /* of it: up to the port, or the type */
    } headers[] = { { IPPROTO_TCP, 4 }, { IPPROTO_UDP, 4 },
                    { IPPROTO_ICMPV6, 1 } };

    (void) state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        uint8_t whole[64];
        size_t size = make_frame6 (whole, headers[i].next_header,
                                   "2001:db8::1", 135);
        size_t least = ETHERNET_HEADER + IPV6_HEADER + headers[i].needed;

        for (size_t n = 0; n <= size; n++) {
            cleanup_free uint8_t *frame = malloc (n ? n : 1);

            assert_non_null (frame);
            memcpy (frame, whole, n);
            assert_int_equal (frame_may_pass (frame, n), n >= least);
        }
        whole[ETHERNET_HEADER] = 0x45; /* says it is IPv4 */
        assert_false (frame_may_pass (whole, size));
    }
}

static void
test_types (void **state)
{
    uint8_t frame[64];
    size_t size = make_frame (frame, 0x0806, "127.0.0.1");

    (void) state;
    assert_true (frame_may_pass (frame, size)); /* ARP */
    size = make_frame (frame, 0x86dd, "192.0.2.1");
    assert_false (frame_may_pass (frame, size)); /* IPv6 */
    size = make_frame (frame, 0x8100, "192.0.2.1");
    assert_false (frame_may_pass (frame, size)); /* VLAN */
    size = make_frame (frame, 0x88f8, "192.0.2.1");
    assert_false (frame_may_pass (frame, size)); /* NC-SI */
    size = make_frame (frame, 0x0800, "192.0.2.1");
    frame[14] = 0x65;
    assert_false (frame_may_pass (frame, size)); /* says it is IPv6 */
}

/* The address sanitizer sees what is read beyond the end. */
static void
test_short_frames (void **state)
{
    uint8_t whole[64];
    size_t size = make_frame (whole, 0x0800, "192.0.2.1");

    (void) state;
    for (size_t n = 0; n <= size; n++) {
        cleanup_free uint8_t *frame = malloc (n ? n : 1);

        assert_non_null (frame);
        memcpy (frame, whole, n);
        assert_int_equal (frame_may_pass (frame, n), n == size);
    }
}

int
main (void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_addresses),
        cmocka_unit_test (test_link_local_name_servers),
        cmocka_unit_test (test_addresses_of_ipv6),
        cmocka_unit_test (test_name_servers_of_ipv6),
        cmocka_unit_test (test_headers_of_ipv6),
        cmocka_unit_test (test_short_frames_of_ipv6),
        cmocka_unit_test (test_types),
        cmocka_unit_test (test_short_frames),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
