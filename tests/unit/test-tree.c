/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking through trees of files: everything once, a directory before and
 * after its content, deeper than descriptors are kept open, and removing on
 * the way.
 */

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

/* What was visited; "path/" for leaving a directory. */
static int
note_entry (void *opaque, const struct tree_entry *entry, struct error *err)
{
    (void) err;
    strings_add (opaque, entry->path);
    return 0;
}

static int
note_leave (void *opaque, const struct tree_entry *entry, struct error *err)
{
    (void) err;
    strings_add_format (opaque, "%s/", entry->path);
    return 0;
}

static int
remove_file (void *opaque, const struct tree_entry *entry, struct error *err)
{
    (void) opaque, (void) err;
    if (entry->type == DT_DIR)
        return 0;
    assert_int_equal (unlinkat (entry->dirfd, entry->name, 0), 0);
    return 1;
}

static int
remove_directory (void *opaque, const struct tree_entry *entry,
                  struct error *err)
{
    (void) opaque, (void) err;
    assert_int_equal (unlinkat (entry->dirfd, entry->name, AT_REMOVEDIR), 0);
    return 0;
}

static const struct tree_visitor noter = {
    .entry = note_entry,
    .leave = note_leave,
};
static const struct tree_visitor remover = {
    .entry = remove_file,
    .leave = remove_directory,
    .one_mount = true,
};

static char directory[] = "/tmp/test-tree.XXXXXX";

static int
set_up (void **state)
{
    (void) state;
    memcpy (strchr (directory, '.') + 1, "XXXXXX", 6);
    return mkdtemp (directory) ? 0 : -1;
}

static int
open_directory (void)
{
    int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true (fd >= 0);
    return fd;
}

/* Walks to remove everything, which is a test, too. */
static int
tear_down (void **state)
{
    cleanup_error struct error err = { 0 };

    (void) state;
    assert_int_equal (tree_walk (open_directory (), "top", &remover, NULL,
                                 &err), 0);
    return rmdir (directory);
}

static void
make (const char *name, bool is_directory)
{
    cleanup_fd int fd = open_directory ();

    assert_int_equal (is_directory ? mkdirat (fd, name, 0777)
                                   : mknodat (fd, name, S_IFREG | 0666, 0),
                      0);
}

static void
walk (struct strings *seen)
{
    cleanup_error struct error err = { 0 };

    assert_int_equal (tree_walk (open_directory (), "top", &noter, seen,
                                 &err), 0);
}

static void
test_order (void **state)
{
    cleanup_strings struct strings seen = STRINGS_EMPTY;

    (void) state;
    make ("a", true);
    make ("a/b", true);
    make ("a/b/file", false);
    walk (&seen);
    assert_int_equal (seen.count, 5);
    assert_string_equal (seen.item[0], "a");
    assert_string_equal (seen.item[1], "a/b");
    assert_string_equal (seen.item[2], "a/b/file");
    assert_string_equal (seen.item[3], "a/b/");
    assert_string_equal (seen.item[4], "a/");
}

static void
test_links (void **state)
{
    cleanup_strings struct strings seen = STRINGS_EMPTY;
    cleanup_fd int fd = open_directory ();

    (void) state;
    assert_int_equal (symlinkat ("/", fd, "root"), 0);
    assert_int_equal (symlinkat (".", fd, "self"), 0);
    walk (&seen);
    assert_int_equal (seen.count, 2);
}

/* A chain of directories, each made in the one before. */
#define DEEP 1000

static void
test_deep (void **state)
{
    cleanup_strings struct strings seen = STRINGS_EMPTY;
    int fd = open_directory ();

    (void) state;
    for (int i = 0; i < DEEP; i++) {
        int next;

        assert_int_equal (mkdirat (fd, "directory", 0777), 0);
        assert_int_equal (mkdirat (fd, "another", 0777), 0);
        next = openat (fd, "directory", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close (fd);
        fd = next;
    }
    close (fd);
    walk (&seen);
    assert_int_equal (seen.count, 4 * DEEP);
}

static void
test_many (void **state)
{
    cleanup_strings struct strings seen = STRINGS_EMPTY;

    (void) state;
    for (int i = 0; i < 2000; i++) {
        char name[16];

        snprintf (name, sizeof name, "%d", i);
        make (name, i % 10 == 0);
    }
    walk (&seen);
    assert_int_equal (seen.count, 2200);
}

static int
refuse (void *opaque, const struct tree_entry *entry, struct error *err)
{
    (void) opaque;
    return fail (err, EACCES, "%s: refused", entry->path);
}

static void
test_failure (void **state)
{
    static const struct tree_visitor refuser = { .entry = refuse };
    cleanup_error struct error err = { 0 };

    (void) state;
    make ("file", false);
    assert_int_equal (tree_walk (open_directory (), "top", &refuser, NULL,
                                 &err), -1);
    assert_string_equal (err.message, "file: refused");
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown (test_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown (test_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown (test_deep, set_up, tear_down),
        cmocka_unit_test_setup_teardown (test_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown (test_failure, set_up, tear_down),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
