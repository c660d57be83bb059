/* SPDX-License-Identifier: GPL-2.0-or-later */
/* add_libvirt_dom: a domain of a program that uses libvirt itself.  The rest
 * of what domains can be is in tests/promises/test_libvirt.py.
 */

#include "config.h"

#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static char folder[] = "/tmp/test-libvirt.XXXXXX";
static char node[64], uri[80], image[64], locked[64];

static void
write_file (const char *name, const char *text)
{
    FILE *fp = fopen (name, "w");

    assert_non_null (fp);
    fputs (text, fp);
    assert_int_equal (fclose (fp), 0);
}

static int
make_node (void **state)
{
    char text[2048];

    (void) state;
    if (!mkdtemp (folder))
        return -1;
    snprintf (node, sizeof node, "%s/node.xml", folder);
    snprintf (uri, sizeof uri, "test://%s", node);
    snprintf (image, sizeof image, "%s/image", folder);
    snprintf (locked, sizeof locked, "%s/locked", folder);
    write_file (image, "");
    write_file (locked, "");
    if (truncate (image, MIB) < 0 || truncate (locked, MIB) < 0)
        return -1;
    snprintf (text, sizeof text,
              "<node xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>"
              "<domain type='test'><name>stopped</name>"
              "<test:runstate>5</test:runstate><memory>65536</memory>"
              "<os><type>hvm</type></os><devices>"
              "<disk type='file'><driver name='qemu' type='raw'/>"
              "<source file='%s'/><target dev='vda'/></disk>"
              "<disk type='file'><source file='%s'/><target dev='vdb'/>"
              "<readonly/></disk></devices></domain></node>",
              image, locked);
    write_file (node, text);
    return 0;
}

static int
remove_node (void **state)
{
    (void) state;
    unlink (node);
    unlink (image);
    unlink (locked);
    return rmdir (folder);
}

/* The program's own callback, which must stay in place. */
static int libvirt_errors;

static void
count_error (void *opaque, virErrorPtr error)
{
    (void) opaque;
    (void) error;
    libvirt_errors++;
}

static void
test_domain (void **state)
{
    virConnectPtr connection = virConnectOpen (uri);
    virDomainPtr domain;
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_non_null (connection);
    domain = virDomainLookupByName (connection, "stopped");
    assert_non_null (domain);
    assert_int_equal (guestfs_add_libvirt_dom (g, domain, -1), 2);
    assert_int_equal (guestfs_add_libvirt_dom (
                          g, domain, GUESTFS_ADD_LIBVIRT_DOM_READONLYDISK,
                          "ignore", GUESTFS_ADD_LIBVIRT_DOM_READONLY, 1, -1),
                      1);
    assert_int_equal (guestfs_add_libvirt_dom (
                          g, domain, GUESTFS_ADD_LIBVIRT_DOM_READONLYDISK,
                          "error", -1), -1);
    assert_error (g, EROFS, "disk vdb of the domain: it is read-only");
    assert_int_equal (guestfs_add_libvirt_dom (
                          g, domain, GUESTFS_ADD_LIBVIRT_DOM_LIVE, 1, -1),
                      -1);
    assert_error (g, ENOTSUP, "live: ");
    guestfs_close (g);

    /* It still is the program's. */
    assert_string_equal (virDomainGetName (domain), "stopped");
    assert_int_equal (virDomainFree (domain), 0);
    assert_int_equal (virConnectClose (connection), 0);
}

static void
test_running (void **state)
{
    virConnectPtr connection = virConnectOpen (uri);
    virDomainPtr domain = virDomainLookupByName (connection, "stopped");
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_int_equal (virDomainCreate (domain), 0);
    assert_int_equal (guestfs_add_libvirt_dom (g, domain, -1), -1);
    assert_error (g, EBUSY, "domain 'stopped' is running");
    assert_int_equal (guestfs_add_libvirt_dom (
                          g, domain, GUESTFS_ADD_LIBVIRT_DOM_READONLY, 1, -1),
                      2);
    guestfs_close (g);
    virDomainFree (domain);
    virConnectClose (connection);
}

static void
test_no_domain (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_int_equal (guestfs_add_libvirt_dom (g, NULL, -1), -1);
    assert_error (g, EINVAL, "'dom' can't be NULL");
    guestfs_close (g);
}

static void
test_callback_stays (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    libvirt_errors = 0;
    assert_int_equal (guestfs_add_domain (
                          g, "x", GUESTFS_ADD_DOMAIN_LIBVIRTURI,
                          "test:///nowhere/x", -1), -1);
    assert_int_equal (libvirt_errors, 1);
    guestfs_close (g);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_domain),
        cmocka_unit_test (test_running),
        cmocka_unit_test (test_no_domain),
        cmocka_unit_test (test_callback_stays),
    };

    virSetErrorFunc (NULL, count_error);
    return cmocka_run_group_tests_name ("libvirt", tests, make_node,
                                        remove_node);
}
