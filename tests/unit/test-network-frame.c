/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which frames of the appliance reach libslirp. */

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "network-frame.h"

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
        cmocka_unit_test (test_types),
        cmocka_unit_test (test_short_frames),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
