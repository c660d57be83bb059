/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptions of domains: what is read of them, and what is refused. */

#include "unit.h"

#include "cleanup.h"
#include "libvirt-xml.h"

#define DOMAIN(disks) "<domain><devices>" disks "</devices></domain>"

static void
test_network_disk (void **state)
{
    static const char xml[] = DOMAIN (
        "<disk type='network'><driver type='raw'/>"
        "<auth username='me'><secret type='iscsi' usage='target'/></auth>"
        "<source protocol='iscsi' name='iqn.x/1' tls='no'>"
        "<host name='a' port='1'/><host transport='unix' socket='/s'/>"
        "<slices/></source>"
        "<backingStore><source file='/etc/shadow'><host name='b'/></source>"
        "</backingStore>"
        "<blockio logical_block_size='4096'/>"
        "<target dev='vda'/><readonly/></disk>");
    cleanup_libvirt_disks struct libvirt_disks disks = { .count = 0 };
    struct error err = { 0 };
    const struct libvirt_disk *d;

    (void) state;
    assert_int_equal (libvirt_parse (xml, &disks, &err), 0);
    assert_int_equal (disks.count, 1);
    d = &disks.item[0];
    assert_string_equal (d->type, "network");
    assert_string_equal (d->target, "vda");
    assert_string_equal (d->format, "raw");
    assert_string_equal (d->blocksize, "4096");
    assert_string_equal (d->readonly, "true");
    assert_string_equal (d->slice, "true");
    assert_string_equal (d->file, "");
    assert_string_equal (d->protocol, "iscsi");
    assert_string_equal (d->name, "iqn.x/1");
    assert_string_equal (d->query, "");
    assert_string_equal (d->tls, "no");
    assert_string_equal (d->username, "me");
    assert_string_equal (d->secret_type, "iscsi");
    assert_string_equal (d->secret_usage, "target");
    assert_string_equal (d->secret_uuid, "");
    assert_int_equal (d->nr_hosts, 2);
    assert_string_equal (d->hosts[0].name, "a");
    assert_string_equal (d->hosts[0].port, "1");
    assert_string_equal (d->hosts[0].transport, "");
    assert_string_equal (d->hosts[1].socket, "/s");
    assert_string_equal (d->hosts[1].name, "");
}

/* Only those of the domain itself count, in their order. */
static void
test_places (void **state)
{
    static const char xml[] = "<domain><disk/><metadata><devices><disk/>"
        "</devices></metadata><devices><disk type='file'><source "
        "file='/a&amp;b'/></disk><x><disk/></x><disk type='block'>"
        "<source dev='/c'/></disk></devices></domain>";
    cleanup_libvirt_disks struct libvirt_disks disks = { .count = 0 };
    struct error err = { 0 };

    (void) state;
    assert_int_equal (libvirt_parse (xml, &disks, &err), 0);
    assert_int_equal (disks.count, 2);
    assert_string_equal (disks.item[0].file, "/a&b");
    assert_string_equal (disks.item[0].readonly, "false");
    assert_string_equal (disks.item[1].device, "/c");
}

static void
test_none (void **state)
{
    static const char *const texts[] = { DOMAIN (""), "<domain/>", "<x/>" };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cleanup_libvirt_disks struct libvirt_disks disks = { .count = 1 };
        struct error err = { 0 };

        assert_int_equal (libvirt_parse (texts[i], &disks, &err), 0);
        assert_int_equal (disks.count, 0);
    }
}

static void
assert_refused (const char *xml, const char *part)
{
    struct libvirt_disks disks = { .count = 77 };
    struct error err = { 0 };

    assert_int_equal (libvirt_parse (xml, &disks, &err), -1);
    assert_int_equal (disks.count, 77);
    assert_non_null (strstr (err.message, "the description of the domain: "));
    assert_non_null (strstr (err.message, part));
    error_clear (&err);
}

static void
test_no_xml (void **state)
{
    (void) state;
    assert_refused ("", "");
    assert_refused ("<domain>", "line 1: ");
    assert_refused ("<domain>\n<devices></domain>", "line 2: ");
    assert_refused ("<domain a='\xff'/>", "line 1: ");
}

/* Entities: files of the host, and texts that grow without end. */
static void
test_entities (void **state)
{
    (void) state;
    assert_refused ("<!DOCTYPE domain [<!ENTITY x SYSTEM '/etc/passwd'>]>"
                    DOMAIN ("<disk type='file'><source file='y'/>&x;</disk>"),
                    "document type");
    assert_refused ("<!DOCTYPE domain [<!ENTITY x 'text'>]>"
                    DOMAIN ("<disk type='&x;'/>"), "document type");
    assert_refused ("<!DOCTYPE domain SYSTEM 'http://localhost/x'><domain/>",
                    "document type");
    assert_refused ("<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaa'>"
                    "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
                    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
                    "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
                    "<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'>"
                    "<!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>"
                    "<!ENTITY g '&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'>]>"
                    DOMAIN ("<disk type='&g;'/>"), "");
}

/* n times the same thing between a beginning and an end. */
static char *
repeat (const char *begin, const char *what, size_t n, const char *end)
{
    size_t size = strlen (what);
    char *text = xcalloc (strlen (begin) + n * size + strlen (end) + 1, 1);
    char *out = stpcpy (text, begin);

    for (size_t i = 0; i < n; i++)
        out = stpcpy (out, what);
    stpcpy (out, end);
    return text;
}

static void
test_too_much (void **state)
{
    cleanup_free char *disks = repeat ("<domain><devices>", "<disk/>", 5000,
                                       "</devices></domain>");
    cleanup_free char *hosts = repeat ("<domain><devices><disk><source>",
                                       "<host/>", 65, "</source></disk>"
                                       "</devices></domain>");
    cleanup_free char *size = repeat ("<domain>", "          ",
                                      2 * 1024 * 1024, "</domain>");
    cleanup_free char *deep = repeat ("<domain>", "<x>", 100000, "");

    (void) state;
    assert_refused (disks, "5000 disks");
    assert_refused (hosts, "65 servers");
    assert_refused (size, "bytes");
    assert_refused (deep, "line 1: ");
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_network_disk),
        cmocka_unit_test (test_places),
        cmocka_unit_test (test_none),
        cmocka_unit_test (test_no_xml),
        cmocka_unit_test (test_entities),
        cmocka_unit_test (test_too_much),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
