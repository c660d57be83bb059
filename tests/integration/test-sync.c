/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the caller synced is on the disk: the host's fdatasync is called
 * when it must be, and not when it need not; the data are in the image even
 * if everything is killed right after.
 */

#include "config.h"

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The library calls this one rather than the C library's. */
static int syncs;

__attribute__ ((visibility ("default"))) int
fdatasync (int fd)
{
    syncs++;
    return (int) syscall (SYS_fdatasync, fd);
}

static char image[] = "/tmp/test-sync.XXXXXX";

static int
make_image (void **state)
{
    int fd = mkstemp (image);

    (void) state;
    if (fd < 0 || ftruncate (fd, 64 * MIB) < 0)
        return -1;
    return close (fd);
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
open_image (int readonly)
{
    guestfs_h *g = quiet_handle ();

    assert_int_equal (guestfs_add_drive_opts (
                          g, image, GUESTFS_ADD_DRIVE_OPTS_FORMAT, "raw",
                          GUESTFS_ADD_DRIVE_OPTS_READONLY, readonly, -1), 0);
    if (guestfs_launch (g) < 0)
        fail_msg ("%s", guestfs_last_error (g));
    return g;
}

static guestfs_h *
new_filesystem_of (const char *type)
{
    guestfs_h *g = open_image (0);

    assert_int_equal (guestfs_mkfs (g, type, "/dev/sda"), 0);
    assert_int_equal (guestfs_mount (g, "/dev/sda", "/"), 0);
    return g;
}

static guestfs_h *
new_filesystem (void)
{
    return new_filesystem_of ("ext4");
}

/* How often a call made the library sync. */
#define SYNCS(call)                             \
    ({                                          \
        syncs = 0;                              \
        assert_int_equal (call, 0);             \
        syncs;                                  \
    })

static void
calls_that_sync (void **state)
{
    guestfs_h *g = new_filesystem ();

    (void) state;
    assert_int_equal (SYNCS (guestfs_write (g, "/a", "x", 1)), 0);
    assert_true (SYNCS (guestfs_sync (g)) > 0);
    assert_int_equal (SYNCS (guestfs_ping_daemon (g)), 0);
    assert_int_equal (SYNCS (guestfs_write (g, "/b", "x", 1)), 0);
    assert_true (SYNCS (guestfs_umount (g, "/")) > 0);
    assert_int_equal (guestfs_mount (g, "/dev/sda", "/"), 0);
    assert_int_equal (guestfs_write (g, "/c", "x", 1), 0);
    assert_true (SYNCS (guestfs_umount_all (g)) > 0);
    assert_int_equal (guestfs_mount (g, "/dev/sda", "/"), 0);
    assert_int_equal (guestfs_write (g, "/d", "x", 1), 0);
    assert_true (SYNCS (guestfs_shutdown (g)) > 0);
    guestfs_close (g);
}

static void
closing_syncs (void **state)
{
    guestfs_h *g = new_filesystem ();

    (void) state;
    assert_int_equal (guestfs_write (g, "/a", "x", 1), 0);
    syncs = 0;
    guestfs_close (g);
    assert_true (syncs > 0);
}

/* An unsafe drive is never waited for, a read-only one is never written. */
static void
drives_that_need_none (void **state)
{
    guestfs_h *g = new_filesystem ();

    (void) state;
    finish (g);
    g = open_image (1);
    syncs = 0;
    assert_int_equal (guestfs_mount_ro (g, "/dev/sda", "/"), 0);
    assert_int_equal (guestfs_sync (g), 0);
    finish (g);
    assert_int_equal (syncs, 0);

    g = quiet_handle ();
    assert_int_equal (guestfs_add_drive_opts (
                          g, image, GUESTFS_ADD_DRIVE_OPTS_FORMAT, "raw",
                          GUESTFS_ADD_DRIVE_OPTS_CACHEMODE, "unsafe", -1), 0);
    assert_int_equal (guestfs_launch (g), 0);
    assert_int_equal (guestfs_mount (g, "/dev/sda", "/"), 0);
    assert_int_equal (guestfs_touch (g, "/x"), 0);
    syncs = 0;
    finish (g);
    assert_int_equal (syncs, 0);
}

/* In a process of its own: write, sync, tell, and wait to be killed. */
static void
victim (const char *type, int fd)
{
    guestfs_h *g = new_filesystem_of (type);
    pid_t pid = guestfs_get_pid (g);

    if (guestfs_write (g, "/synced", "survives", 8) < 0
        || guestfs_sync (g) < 0
        || write (fd, &pid, sizeof pid) != sizeof pid)
        _exit (1);
    pause ();
    _exit (1);
}

/* Of all bytes: FNV-1a, which is enough to notice a change. */
static uint64_t
checksum_of_image (void)
{
    uint64_t sum = UINT64_C (0xcbf29ce484222325);
    FILE *fp = fopen (image, "re");
    int c;

    assert_non_null (fp);
    while ((c = getc (fp)) != EOF)
        sum = (sum ^ (uint64_t) c) * UINT64_C (0x100000001b3);
    fclose (fp);
    return sum;
}

static void
kill_after_sync (const char *type)
{
    int fds[2];
    pid_t child, appliance;

    assert_int_equal (pipe (fds), 0);
    child = fork ();
    assert_int_not_equal (child, -1);
    if (child == 0)
        victim (type, fds[1]);
    assert_int_equal (read (fds[0], &appliance, sizeof appliance),
                      sizeof appliance);
    kill (appliance, SIGKILL);
    kill (child, SIGKILL);
    assert_int_equal (waitpid (child, NULL, 0), child);
    assert_ends (appliance);
    close (fds[0]);
    close (fds[1]);
}

static void
assert_survived (guestfs_h *g)
{
    char *content = guestfs_cat (g, "/synced");

    assert_string_equal (content, "survives");
    free (content);
}

static void
survives_being_killed (void **state)
{
    guestfs_h *g;
    uint64_t before;

    (void) state;
    kill_after_sync ("ext4");

    /* It has a journal to replay.  Read-only, it can be opened without. */
    before = checksum_of_image ();
    g = open_image (1);
    assert_int_equal (guestfs_mount (g, "/dev/sda", "/"), 0);
    finish (g);
    assert_int_equal (checksum_of_image (), before);

    g = open_image (0);
    assert_int_equal (guestfs_mount (g, "/dev/sda", "/"), 0);
    assert_survived (g);
    finish (g);
}

/* It is a program in the appliance that writes an NTFS. */
static void
ntfs_survives_being_killed (void **state)
{
    char *groups[] = { (char *) "ntfs3g", NULL };
    guestfs_h *g = open_image (0);
    int available = guestfs_feature_available (g, groups);

    (void) state;
    finish (g);
    if (!available)
        skip ();
    kill_after_sync ("ntfs");
    g = open_image (0);
    assert_int_equal (guestfs_mount (g, "/dev/sda", "/"), 0);
    assert_survived (g);
    finish (g);
}

static off_t
size_of_image (void)
{
    struct stat st;

    assert_int_equal (stat (image, &st), 0);
    return st.st_size;
}

/* An image whose size is no whole number of sectors stays as long as it is,
 * though the guest writes into its last sector.
 */
static void
odd_size_stays (void **state)
{
    const off_t odd = 1000 * 512 + 100;
    guestfs_h *g;

    (void) state;
    assert_int_equal (truncate (image, odd), 0);
    g = open_image (0);
    assert_int_equal (guestfs_blockdev_getsize64 (g, "/dev/sda"), 1001 * 512);
    assert_int_equal (guestfs_pwrite_device (g, "/dev/sda", "end", 3,
                                             1000 * 512), 3);
    finish (g);
    assert_int_equal (size_of_image (), odd);
}

#define TEST(f) cmocka_unit_test_setup_teardown (f, make_image, remove_image)

int
main (void)
{
    const struct CMUnitTest tests[] = {
        TEST (calls_that_sync),
        TEST (closing_syncs),
        TEST (drives_that_need_none),
        TEST (survives_being_killed),
        TEST (ntfs_survives_being_killed),
        TEST (odd_size_stays),
    };

    return cmocka_run_group_tests_name ("sync", tests, NULL, NULL);
}
