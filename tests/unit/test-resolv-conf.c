/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the host's resolv.conf the guest gets. */

#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

#include "cleanup.h"
#include "resolv-conf.h"
#include "string-list.h"

#define ALIAS_1 "169.254.213.2"   /* of 127.0.0.1 */
#define ALIAS_53 "169.254.213.54" /* of 127.0.0.53 */
#define ALIAS6 "fec0::140"

static const struct {
    const char *host, *guest;
    const char *loopback[NAME_SERVERS_MAX]; /* IPv4 ones */
    bool loopback6, ipv6;
} cases[] = {
    { "nameserver 192.0.2.1\n", "nameserver 192.0.2.1\n", { NULL }, 0, 0 },
    { "nameserver 192.0.2.1\nnameserver\t2001:db8::1  \nnameserver 192.0.2.3\n"
      "nameserver 192.0.2.4\n",
      "nameserver 192.0.2.1\nnameserver 2001:db8::1\nnameserver 192.0.2.3\n",
      { NULL }, 0, 1 },
    { "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch a.example b\n",
      "nameserver " ALIAS_53 "\nsearch a.example b\n"
      "options edns0 trust-ad\n",
      { "127.0.0.53" }, 0, 0 },
    { "nameserver 127.0.0.1\nnameserver ::1\nnameserver 127.0.0.53",
      "nameserver " ALIAS_1 "\nnameserver " ALIAS6 "\nnameserver " ALIAS_53
      "\n",
      { "127.0.0.1", "127.0.0.53" }, 1, 1 },
    /* Other names of the host itself. */
    { "nameserver 0.0.0.0\nnameserver ::\nnameserver ::ffff:127.0.0.53\n",
      "nameserver " ALIAS_1 "\nnameserver " ALIAS6 "\nnameserver " ALIAS_53
      "\n",
      { "127.0.0.1", "127.0.0.53" }, 1, 1 },
    { "", "nameserver " ALIAS_1 "\n", { "127.0.0.1" }, 0, 0 },
    { "nameserver ::ffff:192.0.2.1\n", "nameserver 192.0.2.1\n", { NULL }, 0,
      0 },
    /* Of a link: libslirp has the first only. */
    { "nameserver fe80::1%lo\nnameserver fe80::2%lo\n",
      "nameserver fec0::3\n", { NULL }, 0, 1 },
    { "nameserver 2001:db8::1\nnameserver fe80::1%lo\n",
      "nameserver 2001:db8::1\n", { NULL }, 0, 1 },
    /* Its alias would be a neighbour of the appliance. */
    { "nameserver 127.0.45.15\nnameserver 192.0.2.1\n",
      "nameserver 192.0.2.1\n", { NULL }, 0, 0 },
    /* Comments, nonsense, what must begin a line. */
    { "# nameserver 192.0.2.1\n;nameserver 192.0.2.2\n nameserver 192.0.2.3\n"
      "nameserver\nnameserver nobody\nnameservers 192.0.2.4\n"
      "nameserver 192.0.2.5 192.0.2.6\nsortlist 192.0.2.0\n",
      "nameserver 192.0.2.5\n", { NULL }, 0, 0 },
    /* The last of these counts. */
    { "nameserver 192.0.2.1\nsearch a\ndomain b\n",
      "nameserver 192.0.2.1\ndomain b\n", { NULL }, 0, 0 },
    { "nameserver 192.0.2.1\ndomain b\nsearch a c\n",
      "nameserver 192.0.2.1\nsearch a c\n", { NULL }, 0, 0 },
    { "nameserver 192.0.2.1\nsearch a\033[2J\n", "nameserver 192.0.2.1\n",
      { NULL }, 0, 0 },
    { "nameserver 192.0.2.1\noptions debug inet6 rotate rotate timeout:1 "
      "ndots:x ndots: ndots timeout:1:2 edns0:1\noptions attempts:2\n",
      "nameserver 192.0.2.1\noptions rotate timeout:1 attempts:2\n",
      { NULL }, 0, 0 },
};

static void
check_loopback (const struct loopback_names *got, const char *const *expected,
                bool ipv6)
{
    for (size_t i = 0; i < NAME_SERVERS_MAX; i++) {
        struct in_addr want = { 0 };

        if (expected[i])
            assert_true (inet_aton (expected[i], &want));
        assert_int_equal (got->ipv4[i].s_addr, want.s_addr);
    }
    assert_int_equal (got->ipv6 != 0, ipv6);
}

static void
test_cases (void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loopback_names loopback;
        bool ipv6;
        cleanup_free char *guest
            = resolv_conf_for_guest (cases[i].host, &loopback, &ipv6);

        print_message ("%s---\n", cases[i].host);
        assert_string_equal (guest, cases[i].guest);
        check_loopback (&loopback, cases[i].loopback, cases[i].loopback6);
        assert_int_equal (ipv6, cases[i].ipv6);
    }
}

/* It has to fit into a message. */
static void
test_long_lines (void **state)
{
    cleanup_strings struct strings words = STRINGS_EMPTY;
    cleanup_free char *line = NULL, *host = NULL, *guest = NULL;
    struct loopback_names loopback;
    bool ipv6;

    (void) state;
    for (int i = 0; i < 1000; i++)
        strings_add_format (&words, "timeout:%d", i);
    line = strings_join (&words, " ");
    host = xasprintf ("nameserver 192.0.2.1\nsearch %s\noptions %s\n", line,
                      line);
    guest = resolv_conf_for_guest (host, &loopback, &ipv6);
    assert_string_equal (guest, "nameserver 192.0.2.1\n");
}

/* Ones' complement sums of 16-bit words. */
static unsigned
sum_of (const void *data, size_t size)
{
    const uint8_t *p = data;
    unsigned sum = 0;

    for (size_t i = 0; i < size; i += 2)
        sum += (unsigned) p[i] << 8 | p[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static void
test_aliases (void **state)
{
    unsigned refused = 0;

    (void) state;
    for (uint32_t i = 0x7f000000; i < 0x80000000; i += 3) {
        struct in_addr loopback = { htonl (i) }, alias;

        if (!loopback_alias (loopback, &alias)) {
            refused++;
            continue;
        }
        assert_int_equal (sum_of (&alias, 4), sum_of (&loopback, 4));
        assert_int_equal (ntohl (alias.s_addr) >> 16, 0xa9fe);
        assert_int_not_equal (ntohl (alias.s_addr) >> 8, 0xa9fe02);
    }
    assert_in_range (refused, 1, 0x01000000 / 100);
    assert_int_equal (sum_of (&loopback_alias6, 16), 1);
    for (uint32_t i = 0; i < 256; i++) {
        struct in_addr other = { htonl (i << 24 | 1) }, alias;

        assert_int_equal (loopback_alias (other, &alias), i == 127);
    }
}

int
main (void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_cases),
        cmocka_unit_test (test_long_lines),
        cmocka_unit_test (test_aliases),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
