/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/mount-local-options.c */

#include "unit.h"

#include <errno.h>
#include <unistd.h>

#include "mount-local-options.h"

static struct local_options
parse (const char *options)
{
    cleanup_error struct error err = { 0 };
    struct local_options o;
    int r = local_options_parse (options, false, 60, &o, &err);

    assert_string_equal (err.message ? err.message : "", "");
    assert_int_equal (r, 0);
    return o;
}

static void
defaults (void **state)
{
    static const char *const none[] = { NULL, "", ",", ",,rw" };

    (void) state;
    for (size_t i = 0; i < 4; i++) {
        cleanup_local_options struct local_options o = parse (none[i]);

        assert_string_equal (o.mount, "");
        assert_int_equal (o.session.entry_timeout, 60000);
        assert_int_equal (o.session.attr_timeout, 60000);
        assert_int_equal (o.session.absent_timeout, 0);
        assert_int_equal (o.session.user, geteuid ());
        assert_false (o.session.readonly || o.session.exchange
                      || o.session.all_uid || o.session.all_gid
                      || o.session.all_mode || o.writeback || o.debug
                      || o.only_root || o.permissions);
    }
}

static void
values (void **state)
{
    cleanup_local_options struct local_options o = parse (
        "uid=7,gid=0,umask=027,idmap=user,entry_timeout=0.5,attr_timeout=1e30,"
        "negative_timeout=3,writeback_cache,debug,kernel_cache,remember=5");

    (void) state;
    assert_true (o.session.all_uid && o.session.all_gid
                 && o.session.all_mode && o.session.exchange);
    assert_int_equal (o.session.uid, 7);
    assert_int_equal (o.session.gid, 0);
    assert_int_equal (o.session.umask, 027);
    assert_int_equal (o.session.entry_timeout, 500);
    assert_int_equal (o.session.attr_timeout, 1000000000);
    assert_int_equal (o.session.absent_timeout, 3000);
    assert_true (o.writeback && o.debug);
    assert_string_equal (o.mount, "");
}

static void
passed_on (void **state)
{
    cleanup_local_options struct local_options o = parse (
        "ro,fsname=a\\,b,allow_root,allow_other,default_permissions,noatime");

    (void) state;
    assert_true (o.session.readonly && o.only_root && o.permissions);
    assert_string_equal (o.mount, "fsname=a\\,b,allow_other,"
                                  "default_permissions,noatime,ro");
}

static void
last_one_wins (void **state)
{
    cleanup_local_options struct local_options o = parse (
        "writeback_cache,idmap=user,no_writeback_cache,idmap=none,uid=1,uid=2");

    (void) state;
    assert_false (o.writeback || o.session.exchange);
    assert_int_equal (o.session.uid, 2);
}

static void
refused (void **state)
{
    static const char *const bad[] = {
        "nonsense", "uid", "uid=", "uid=-1", "uid=1x", "uid=4294967295",
        "uid=99999999999999999999", "umask=1000", "umask=8", "idmap=",
        "idmap=both", "attr_timeout=-1", "attr_timeout=nan", "ro=1", "=", "ro,=",
    };

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cleanup_error struct error err = { 0 };
        struct local_options o;

        assert_int_equal (local_options_parse (bad[i], false, 60, &o, &err),
                          -1);
        assert_int_equal (err.errnum, EINVAL);
    }
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (defaults),
        cmocka_unit_test (values),
        cmocka_unit_test (passed_on),
        cmocka_unit_test (last_one_wins),
        cmocka_unit_test (refused),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
