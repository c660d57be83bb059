/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab(5), and the names that kernels have for drives. */

#include "unit.h"

#include <string.h>

#include "fstab.h"
#include "string-list.h"

/* Each entry as "SPEC FILE TYPE OPTIONS;". */
static void
check_entries (const char *text, const char *expected)
{
    cleanup_strings struct strings got = STRINGS_EMPTY;
    cleanup_free char *joined = NULL;
    struct fstab_entry e;

    while (fstab_next (&text, &e)) {
        strings_add_format (&got, "%s %s %s %s;", e.spec, e.file, e.type,
                            e.options);
        fstab_entry_free (&e);
    }
    joined = strings_join (&got, "");
    assert_string_equal (joined, expected);
}

static void
test_entries (void **state)
{
    (void) state;
    check_entries ("", "");
    check_entries ("\n\n# a b c\n \t# a b\n", "");
    check_entries ("a /b c d 0 0", "a /b c d;");
    check_entries ("a /b\n", "a /b  ;");
    check_entries ("a\n/b\n", "");
    check_entries ("\ta \t /b\tc d\r\ne /f g h\r\n", "a /b c d;e /f g h;");
    check_entries ("a /x\\040y c d\n", "a /x y c d;");
    check_entries ("a /x\\134\\000\\777\\9 c d\n", "a /x\\\\000\\777\\9 c d;");
    check_entries ("a /x\\04 c d\n", "a /x\\04 c d;");
    check_entries ("a /x\\\n", "a /x\\  ;");
}

static void
check_option (const char *options, const char *name, const char *expected)
{
    cleanup_free char *value = fstab_option (options, name);

    if (expected)
        assert_string_equal (value, expected);
    else
        assert_null (value);
}

static void
test_options (void **state)
{
    (void) state;
    check_option ("", "subvol", NULL);
    check_option ("ro,subvol=a/b,x", "subvol", "a/b");
    check_option ("subvolid=5,subvol=", "subvol", "");
    check_option ("subvolid=5", "subvol", NULL);
    check_option ("ro,bind", "bind", "");
    check_option ("rbind", "bind", NULL);
    check_option (",,a=b=c", "a", "b=c");
}

static void
check_mountpoint (const char *file, const char *expected)
{
    cleanup_free char *path = fstab_mountpoint (file);

    if (expected)
        assert_string_equal (path, expected);
    else
        assert_null (path);
}

static void
test_mountpoints (void **state)
{
    (void) state;
    check_mountpoint ("/", "/");
    check_mountpoint ("//", "/");
    check_mountpoint ("/a//b///", "/a/b");
    check_mountpoint ("none", NULL);
    check_mountpoint ("", NULL);
}

#define NOTHING (-1)

static void
check_drive (const char *name, int expected_drive, unsigned expected_part)
{
    size_t drive = 0;
    unsigned part = 0;

    if (!guest_drive_parse (name, &drive, &part)) {
        assert_int_equal (expected_drive, NOTHING);
        return;
    }
    assert_int_equal (drive, expected_drive);
    assert_int_equal (part, expected_part);
}

static void
test_drives (void **state)
{
    (void) state;
    check_drive ("sda", 0, 0);
    check_drive ("vdb12", 1, 12);
    check_drive ("hdc3", 2, 3);
    check_drive ("xvdaa1", 26, 1);
    check_drive ("ubda", 0, 0);
    check_drive ("nvme1n1p2", 1, 2);
    check_drive ("nvme0n1", 0, 0);
    check_drive ("mmcblk0p1", 0, 1);
    check_drive ("cciss/c0d1p3", 1, 3);
    check_drive ("ada0p3", 0, 3);
    check_drive ("ad4s1a", 4, 5);
    check_drive ("da1s2", 1, 2);
    check_drive ("vtbd0s1d", 0, 7);
    check_drive ("wd0b", 0, 6);
    check_drive ("sd1a", 1, 5);
    check_drive ("sd", NOTHING, 0);
    check_drive ("", NOTHING, 0);
    check_drive ("sda0", NOTHING, 0);
    check_drive ("sda1x", NOTHING, 0);
    check_drive ("sda99999999999999999999", NOTHING, 0);
    check_drive ("nvme1", NOTHING, 0);
    check_drive ("nvme0n1p", NOTHING, 0);
    check_drive ("wd0c", NOTHING, 0);
    check_drive ("mapper/x", NOTHING, 0);
    check_drive ("sr0x", NOTHING, 0);
    check_drive ("sdaaaaaa1", NOTHING, 0);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_entries),
        cmocka_unit_test (test_options),
        cmocka_unit_test (test_mountpoints),
        cmocka_unit_test (test_drives),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
