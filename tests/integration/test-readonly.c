/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read-only drives: all can be done with them, even the journal is replayed,
 * and nothing of that reaches the image.
 */

#include "config.h"

#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char image[] = "/tmp/test-readonly.XXXXXX";

static int
make_image (void **state)
{
    int fd = mkstemp (image);

    (void) state;
    return fd < 0 ? -1 : close (fd);
}

static int
remove_image (void **state)
{
    (void) state;
    unlink (image);
    memcpy (strrchr (image, '.') + 1, "XXXXXX", 6);
    return 0;
}

static guestfs_h *
open_image (const char *format, int readonly)
{
    guestfs_h *g = quiet_handle ();

    assert_int_equal (guestfs_add_drive_opts (
                          g, image, GUESTFS_ADD_DRIVE_OPTS_FORMAT, format,
                          GUESTFS_ADD_DRIVE_OPTS_READONLY, readonly, -1), 0);
    if (guestfs_launch (g) < 0)
        fail_msg ("%s", guestfs_last_error (g));
    return g;
}

/* size: in MiB; xfs has at least 300. */
static guestfs_h *
new_image (const char *format, int64_t size)
{
    guestfs_h *g = quiet_handle ();

    if (guestfs_disk_create (g, image, format, size * MIB, -1) < 0)
        fail_msg ("%s", guestfs_last_error (g));
    guestfs_close (g);
    return open_image (format, 0);
}

/* What must stay as it is. */
struct fingerprint {
    struct stat st;
    uint64_t sum; /* FNV-1a */
};

static struct fingerprint
fingerprint (void)
{
    struct fingerprint f = { .sum = UINT64_C (0xcbf29ce484222325) };
    static unsigned char buffer[1 << 16];
    FILE *fp = fopen (image, "re");
    size_t n;

    assert_non_null (fp);
    assert_int_equal (fstat (fileno (fp), &f.st), 0);
    while ((n = fread (buffer, 1, sizeof buffer, fp)) > 0)
        for (size_t i = 0; i < n; i++)
            f.sum = (f.sum ^ buffer[i]) * UINT64_C (0x100000001b3);
    fclose (fp);
    return f;
}

static void
assert_unchanged (const struct fingerprint *before)
{
    struct fingerprint now = fingerprint ();

    assert_true (now.sum == before->sum);
    assert_int_equal (now.st.st_size, before->st.st_size);
    assert_int_equal (now.st.st_blocks, before->st.st_blocks);
    assert_memory_equal (&now.st.st_mtim, &before->st.st_mtim,
                         sizeof now.st.st_mtim);
    assert_memory_equal (&now.st.st_ctim, &before->st.st_ctim,
                         sizeof now.st.st_ctim);
}

#define OK(call)                                                     \
    do {                                                             \
        if ((call) == -1)                                            \
            fail_msg ("%s: %s", #call, guestfs_last_error (g));      \
    } while (0)

static void
assert_content (guestfs_h *g, const char *path, const char *expected)
{
    char *content = guestfs_cat (g, path);

    if (!content)
        fail_msg ("%s", guestfs_last_error (g));
    assert_string_equal (content, expected);
    free (content);
}

/* A file that is in the journal, and nowhere else yet: the appliance dies
 * right after it was synced.
 */
static void
leave_dirty (guestfs_h *g, const char *type)
{
    OK (guestfs_mkfs (g, type, "/dev/sda"));
    OK (guestfs_mount (g, "/dev/sda", "/"));
    OK (guestfs_write (g, "/synced", "survives", 8));
    OK (guestfs_sync (g));
    kill (guestfs_get_pid (g), SIGKILL);
    assert_int_equal (guestfs_ping_daemon (g), -1);
    guestfs_close (g);
}

static void
check_dirty (const char *format, int64_t size, const char *type)
{
    struct fingerprint before;
    guestfs_h *g = new_image (format, size);

    leave_dirty (g, type);
    before = fingerprint ();

    g = open_image (format, 1);
    assert_int_equal (guestfs_blockdev_getro (g, "/dev/sda"), 0);
    OK (guestfs_mount_ro (g, "/dev/sda", "/"));
    assert_content (g, "/synced", "survives");
    assert_int_equal (guestfs_touch (g, "/new"), -1);
    assert_error (g, EROFS, "/new");
    OK (guestfs_umount (g, "/"));
    OK (guestfs_mount (g, "/dev/sda", "/"));
    OK (guestfs_write (g, "/synced", "changed", 7));
    OK (guestfs_fallocate64 (g, "/large", 8 * MIB));
    OK (guestfs_sync (g));
    OK (guestfs_umount (g, "/"));
    OK (guestfs_mount (g, "/dev/sda", "/"));
    assert_content (g, "/synced", "changed");
    finish (g);
    assert_unchanged (&before);

    /* What was written is gone, and there is the same journal again. */
    g = open_image (format, 1);
    OK (guestfs_mount (g, "/dev/sda", "/"));
    assert_content (g, "/synced", "survives");
    guestfs_close (g);
    assert_unchanged (&before);
}

static void
dirty_ext4_raw (void **state)
{
    (void) state;
    check_dirty ("raw", 64, "ext4");
}

static void
dirty_ext4_qcow2 (void **state)
{
    (void) state;
    check_dirty ("qcow2", 64, "ext4");
}

static void
dirty_xfs_raw (void **state)
{
    (void) state;
    if (access ("/sbin/mkfs.xfs", X_OK) < 0) {
        print_message ("mkfs.xfs is not installed\n");
        skip ();
    }
    check_dirty ("raw", 320, "xfs");
}

static void
check_new_filesystems (const char *format)
{
    guestfs_h *g = new_image (format, 64);
    struct fingerprint before;

    finish (g);
    before = fingerprint ();
    g = open_image (format, 1);
    OK (guestfs_part_disk (g, "/dev/sda", "gpt"));
    OK (guestfs_mkfs (g, "ext2", "/dev/sda1"));
    OK (guestfs_mount (g, "/dev/sda1", "/"));
    OK (guestfs_fill_pattern (g, "pattern", 20 * MIB, "/file"));
    OK (guestfs_umount (g, "/"));
    OK (guestfs_drop_caches (g, 3));
    OK (guestfs_e2fsck (g, "/dev/sda1", -1));
    OK (guestfs_zero_device (g, "/dev/sda"));
    assert_int_equal (guestfs_is_zero_device (g, "/dev/sda"), 1);
    finish (g);
    assert_unchanged (&before);
}

static void
new_filesystems_raw (void **state)
{
    (void) state;
    check_new_filesystems ("raw");
}

static void
new_filesystems_qcow2 (void **state)
{
    (void) state;
    check_new_filesystems ("qcow2");
}

static void
make_volume (guestfs_h *g)
{
    char *const devices[] = { (char *) "/dev/sda1", NULL };

    OK (guestfs_part_disk (g, "/dev/sda", "mbr"));
    OK (guestfs_pvcreate (g, "/dev/sda1"));
    OK (guestfs_vgcreate (g, "VG", devices));
    OK (guestfs_lvcreate (g, "LV", "VG", 64));
    OK (guestfs_mkfs (g, "ext4", "/dev/VG/LV"));
}

static void
volumes (void **state)
{
    guestfs_h *g = new_image ("raw", 160);
    struct fingerprint before;

    (void) state;
    make_volume (g);
    finish (g);
    before = fingerprint ();

    g = open_image ("raw", 1);
    OK (guestfs_mount (g, "/dev/VG/LV", "/"));
    OK (guestfs_write (g, "/file", "written", 7));
    OK (guestfs_lvcreate (g, "LV2", "VG", 64));
    OK (guestfs_mkfs (g, "ext2", "/dev/VG/LV2"));
    assert_content (g, "/file", "written");
    finish (g);
    assert_unchanged (&before);
}

static void
arrays (void **state)
{
    char *const devices[] = { (char *) "/dev/sda1", (char *) "/dev/sda2",
                              NULL };
    guestfs_h *g = new_image ("raw", 160);
    struct fingerprint before;

    (void) state;
    OK (guestfs_part_init (g, "/dev/sda", "mbr"));
    OK (guestfs_part_add (g, "/dev/sda", "p", 2048, 133119));
    OK (guestfs_part_add (g, "/dev/sda", "p", 133120, 264191));
    OK (guestfs_md_create (g, "test", devices, GUESTFS_MD_CREATE_LEVEL,
                           "raid1", -1));
    OK (guestfs_mkfs (g, "ext4", "/dev/md127"));
    finish (g);
    before = fingerprint ();

    g = open_image ("raw", 1);
    OK (guestfs_mount (g, "/dev/md127", "/"));
    OK (guestfs_write (g, "/file", "written", 7));
    OK (guestfs_sync (g));
    finish (g);
    assert_unchanged (&before);
}

/* Without the right to write, which an ordinary user needs for nothing. */
static void
not_writable_and_of_odd_size (void **state)
{
    const off_t odd = 1000 * 512 + 100;
    struct fingerprint before;
    guestfs_h *g;

    (void) state;
    assert_int_equal (truncate (image, odd), 0);
    assert_int_equal (chmod (image, 0400), 0);
    before = fingerprint ();
    g = open_image ("raw", 1);
    assert_int_equal (guestfs_blockdev_getsize64 (g, "/dev/sda"), 1001 * 512);
    assert_int_equal (guestfs_pwrite_device (g, "/dev/sda", "end", 3,
                                             1000 * 512 + 507), 3);
    assert_int_equal (guestfs_pwrite_device (g, "/dev/sda", "x", 1, 511), 1);
    finish (g);
    assert_unchanged (&before);
}

/* A machine runs on it meanwhile. */
static void
image_that_changes (void **state)
{
    guestfs_h *g;
    char *bytes;
    size_t size;
    FILE *fp;

    (void) state;
    assert_int_equal (truncate (image, MIB), 0);
    g = open_image ("raw", 1);
    assert_int_equal (guestfs_pwrite_device (g, "/dev/sda", "ours", 4, 0), 4);
    fp = fopen (image, "r+e");
    assert_non_null (fp);
    assert_int_equal (fputs ("theirs", fp) >= 0, 1);
    assert_int_equal (fclose (fp), 0);
    OK (guestfs_drop_caches (g, 3));
    bytes = guestfs_pread_device (g, "/dev/sda", 6, 0, &size);
    assert_non_null (bytes);
    assert_memory_equal (bytes, "ours\0", 6);
    free (bytes);
    finish (g);
}

static void
make_with_qemu (const char *format)
{
    pid_t pid = fork ();
    int status;

    assert_int_not_equal (pid, -1);
    if (pid == 0) {
        execl ("/usr/bin/qemu-img", "qemu-img", "create", "-q", "-f", format,
               image, "50M", NULL);
        _exit (127);
    }
    assert_int_equal (waitpid (pid, &status, 0), pid);
    assert_int_equal (status, 0);
}

/* Formats whose size only QEMU knows. */
static void
other_formats (void **state)
{
    static const char *const formats[] = { "vdi", "vmdk", "vhdx" };

    (void) state;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct fingerprint before;
        guestfs_h *g;

        make_with_qemu (formats[i]);
        before = fingerprint ();
        g = open_image (formats[i], 1);
        assert_int_equal (guestfs_blockdev_getsize64 (g, "/dev/sda"),
                          50 * MIB);
        OK (guestfs_mkfs (g, "ext4", "/dev/sda"));
        OK (guestfs_mount (g, "/dev/sda", "/"));
        finish (g);
        assert_unchanged (&before);
    }
}

/* The file that takes what is written can't be made. */
static void
no_place_for_an_overlay (void **state)
{
    char directory[] = "/tmp/test-readonly-gone.XXXXXX";
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_int_equal (truncate (image, MIB), 0);
    assert_non_null (mkdtemp (directory));
    OK (guestfs_set_tmpdir (g, directory));
    OK (guestfs_add_drive_ro (g, image));
    assert_int_equal (rmdir (directory), 0);
    assert_int_equal (guestfs_launch (g), -1);
    assert_error (g, ENOENT, "read-only drive");
    guestfs_close (g);
}

#define TEST(f) cmocka_unit_test_setup_teardown (f, make_image, remove_image)

int
main (void)
{
    const struct CMUnitTest tests[] = {
        TEST (dirty_ext4_raw),
        TEST (dirty_ext4_qcow2),
        TEST (dirty_xfs_raw),
        TEST (new_filesystems_raw),
        TEST (new_filesystems_qcow2),
        TEST (volumes),
        TEST (arrays),
        TEST (not_writable_and_of_odd_size),
        TEST (image_that_changes),
        TEST (other_formats),
        TEST (no_place_for_an_overlay),
    };

    return cmocka_run_group_tests_name ("readonly", tests, NULL, NULL);
}
