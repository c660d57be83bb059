/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walking over files, one by one and many at once: the same is visited, in
 * the same order, with the same content; and no descriptor is lost.
 */

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file-walk.h"
#include "io.h"
#include "memory.h"
#include "remove-tree.h"
#include "string-list.h"

#define FILES 150 /* more than two runs */
#define LARGE (200 << 10)

static char top[] = "/tmp/test-file-walk.XXXXXX";
static int dir = -1;
static size_t read_ahead; /* files that came with their content */

static void
make_file (const char *name, size_t size)
{
    int fd = openat (dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    cleanup_free char *content = xmalloc (size + 1);

    assert_true (fd >= 0);
    for (size_t i = 0; i < size; i++)
        content[i] = name[i % strlen (name)];
    assert_int_equal (write_full (fd, content, size), 0);
    close (fd);
}

static int
set_up (void **state)
{
    (void) state;
    assert_non_null (mkdtemp (top));
    dir = open (top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < FILES; i++) {
        char name[16];

        snprintf (name, sizeof name, "file%03d", i);
        make_file (name, (size_t) i * 37);
    }
    make_file ("large", LARGE);
    assert_int_equal (mkdirat (dir, "file050.d", 0700), 0);
    make_file ("file050.d/inner", 10);
    make_file ("file050.d/other", 10);
    assert_int_equal (symlinkat ("file000", dir, "link"), 0);
    assert_int_equal (mkfifoat (dir, "fifo", 0600), 0);
    return 0;
}

static int
tear_down (void **state)
{
    (void) state;
    close (dir);
    remove_tree (top);
    return 0;
}

static char *
content_of (const struct walk_entry *e)
{
    size_t size = (size_t) e->st.st_size;
    char *content = xcalloc (1, size + 1);

    if (e->data)
        memcpy (content, e->data, size);
    else
        assert_int_equal (read_full (e->fd, content, size), size);
    return content;
}

static int
note (void *opaque, const struct walk_entry *e, struct error *err)
{
    cleanup_free char *content = S_ISREG (e->st.st_mode) ? content_of (e)
                                                         : NULL;

    (void) err;
    read_ahead += e->data != NULL;
    strings_add_format (opaque, "%s %o %lu %lu %lu %ld.%ld %ld %s %s",
                        e->path, e->st.st_mode, e->st.st_dev, e->st.st_ino,
                        e->st.st_nlink, e->st.st_mtim.tv_sec,
                        e->st.st_mtim.tv_nsec, e->st.st_blocks,
                        e->target ? e->target : "", content ? content : "");
    return 0;
}

static bool
skip_some (void *opaque, const char *path)
{
    (void) opaque;
    return string_ends_with (path, "7") || strcmp (path, "file050.d") == 0;
}

static void
walk (struct file_ahead *ahead, bool leave_out, struct strings *ret)
{
    cleanup_error struct error err = { 0 };
    const struct file_walk w = {
        .visit = note,
        .skip = leave_out ? skip_some : NULL,
        .opaque = ret,
        .ahead = ahead,
    };

    assert_int_equal (file_walk (&w, dir, ".", "", &err), 0);
}

static void
need_ahead (struct file_ahead *ahead)
{
    if (!file_ahead_ready (ahead)) {
        print_message ("# skipped: this kernel has no io_uring for us\n");
        skip ();
    }
}

/* A descriptor that is not in use. */
static int
first_free (void)
{
    int fd = dup (dir);

    close (fd);
    return fd;
}

static void
compare_walks (bool content, bool leave_out)
{
    cleanup_strings struct strings one = STRINGS_EMPTY;
    cleanup_strings struct strings many = STRINGS_EMPTY;
    int before = first_free ();
    struct file_ahead ahead = { .content = content };

    need_ahead (&ahead);
    walk (NULL, leave_out, &one);
    read_ahead = 0;
    walk (&ahead, leave_out, &many);
    assert_int_equal (one.count, many.count);
    for (size_t i = 0; i < one.count; i++)
        assert_string_equal (one.item[i], many.item[i]);
    file_ahead_free (&ahead);
    assert_int_equal (first_free (), before);
}

static void
test_same (void **state)
{
    (void) state;
    compare_walks (true, false);
    /* All but the empty and the large one, and two that are too few. */
    assert_int_equal (read_ahead, FILES - 1);
}

static void
test_same_without_content (void **state)
{
    (void) state;
    compare_walks (false, false);
    assert_int_equal (read_ahead, 0);
}

static void
test_skipped (void **state)
{
    (void) state;
    compare_walks (true, true);
    assert_int_equal (read_ahead, FILES - FILES / 10 - 1);
}

static const char *const odd[] = { "missing", "link", "fifo", "file050.d",
                                   "large", "file001" };

static void
test_odd_files (void **state)
{
    struct file_ahead ahead = { .content = true };

    (void) state;
    need_ahead (&ahead);
    file_ahead_open (&ahead, dir, odd, sizeof odd / sizeof *odd);
    assert_int_equal (ahead.file[0].errnum, ENOENT);
    assert_int_equal (ahead.file[0].fd, -1);
    assert_int_equal (ahead.file[1].errnum, ELOOP);
    assert_true (S_ISFIFO (ahead.file[2].st.st_mode));
    assert_true (S_ISDIR (ahead.file[3].st.st_mode));
    assert_int_equal (ahead.file[4].st.st_size, LARGE);
    for (size_t i = 0; i < 5; i++)
        assert_null (ahead.file[i].data);
    assert_memory_equal (ahead.file[5].data, "file001file001", 14);
    file_ahead_free (&ahead);
}

/* A descriptor between theirs is not theirs to close. */
static void
test_others_stay_open (void **state)
{
    struct file_ahead ahead = { .content = true };
    int low, high;

    (void) state;
    need_ahead (&ahead);
    low = dup (dir);
    high = dup (dir);
    close (low);
    file_ahead_open (&ahead, dir, odd + 4, 2);
    assert_true (ahead.file[0].fd == low || ahead.file[1].fd == low);
    assert_false (file_ahead_ready (&ahead));
    file_ahead_close (&ahead);
    assert_true (fcntl (high, F_GETFD) >= 0);
    assert_int_equal (fcntl (low, F_GETFD), -1);
    close (high);
    file_ahead_free (&ahead);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_same),
        cmocka_unit_test (test_same_without_content),
        cmocka_unit_test (test_skipped),
        cmocka_unit_test (test_odd_files),
        cmocka_unit_test (test_others_stay_open),
    };

    return cmocka_run_group_tests (tests, set_up, tear_down);
}
