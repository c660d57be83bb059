/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: its beginnings and ends, in all orders, and
 * from several threads.
 */

#include "config.h"

#include "threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A handle, and a thread that serves its mount. */
struct server {
    guestfs_h *g;
    pthread_t thread;
    int r;
    int errnum;
    char message[1024];
    atomic_bool ended;
};

static char mountpoint[] = "/tmp/test-mount-local-XXXXXX";

static int
setup (void **state)
{
    return mkdtemp (mountpoint) ? make_folder (state) : -1;
}

static int
teardown (void **state)
{
    rmdir (mountpoint);
    return remove_folder (state);
}

static void
mount_or_skip (guestfs_h *g, const char *options)
{
    if (guestfs_mount_local (g, mountpoint, GUESTFS_MOUNT_LOCAL_OPTIONS,
                             options, -1) == 0)
        return;
    if (guestfs_last_errno (g) == ENOTSUP) {
        print_message ("# skipped: %s\n", guestfs_last_error (g));
        guestfs_close (g);
        skip ();
    }
    fail_msg ("%s", guestfs_last_error (g));
}

static void *
serve (void *opaque)
{
    struct server *s = opaque;

    s->r = guestfs_mount_local_run (s->g);
    if (s->r < 0) {
        s->errnum = guestfs_last_errno (s->g);
        snprintf (s->message, sizeof s->message, "%s",
                  guestfs_last_error (s->g));
    }
    s->ended = true;
    return NULL;
}

static void
server_start (struct server *s, guestfs_h *g)
{
    *s = (struct server) { .g = g };
    assert_int_equal (pthread_create (&s->thread, NULL, serve, s), 0);
}

/* What mount_local_run returned. */
static int
server_join (struct server *s)
{
    pthread_join (s->thread, NULL);
    return s->r;
}

static guestfs_h *
mounted_process (void)
{
    guestfs_h *g = launched_process ();

    assert_non_null (g);
    mount_or_skip (g, "");
    return g;
}

static char *
in_mount (const char *name)
{
    static char path[sizeof mountpoint + 256];

    snprintf (path, sizeof path, "%s/%s", mountpoint, name);
    return path;
}

static void
write_file (const char *name, const char *content)
{
    int fd = open (in_mount (name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

    assert_return_code (fd, errno);
    assert_int_equal (write (fd, content, strlen (content)),
                      strlen (content));
    assert_int_equal (close (fd), 0);
}

static void
assert_file (const char *name, const char *content)
{
    char buffer[256];
    int fd = open (in_mount (name), O_RDONLY);
    ssize_t n;

    assert_return_code (fd, errno);
    n = read (fd, buffer, sizeof buffer - 1);
    assert_true (n >= 0);
    buffer[n] = '\0';
    assert_string_equal (buffer, content);
    close (fd);
}

static bool
is_mounted (void)
{
    struct stat here, above;

    assert_int_equal (stat ("/tmp", &above), 0);
    return stat (mountpoint, &here) < 0 || here.st_dev != above.st_dev;
}

static void
assert_cat (guestfs_h *g, const char *path, const char *content)
{
    char *text = guestfs_cat (g, path);

    if (!text)
        fail_msg ("%s", guestfs_last_error (g));
    assert_string_equal (text, content);
    free (text);
}

/* Programs and calls of the handle see the same files. */
static void
test_together (void **state)
{
    guestfs_h *g = mounted_process ();
    struct server s;

    (void) state;
    server_start (&s, g);
    write_file ("new", "from the host");
    assert_cat (g, "/new", "from the host");
    assert_int_equal (guestfs_write (g, "/other", "by a call", 9), 0);
    assert_file ("other", "by a call");
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_int_equal (server_join (&s), 0);
    assert_false (is_mounted ());
    assert_cat (g, "/new", "from the host");
    finish (g);
}

static void
test_twice (void **state)
{
    guestfs_h *g = mounted_process ();

    (void) state;
    assert_int_equal (guestfs_mount_local (g, mountpoint, -1), -1);
    assert_error (g, EBUSY, "the guest is mounted already, on /tmp/test-");
    for (int i = 0; i < 2; i++) {
        struct server s;

        server_start (&s, g);
        write_file ("twice", "again");
        assert_int_equal (guestfs_umount_local (g, -1), 0);
        assert_int_equal (server_join (&s), 0);
        mount_or_skip (g, "");
    }
    finish (g);
    assert_false (is_mounted ());
}

static void
assert_refused (guestfs_h *g, const char *options, const char *part)
{
    assert_int_equal (guestfs_mount_local (g, mountpoint,
                                           GUESTFS_MOUNT_LOCAL_OPTIONS,
                                           options, -1), -1);
    assert_error (g, EIO, part);
    assert_false (is_mounted ());
}

static bool
others_allowed (void)
{
    FILE *f = fopen ("/etc/fuse.conf", "r");
    char line[256];
    bool r = geteuid () == 0;

    while (f && fgets (line, sizeof line, f))
        r = r || strncmp (line, "user_allow_other", 16) == 0;
    if (f)
        fclose (f);
    return r;
}

/* What libfuse and fusermount3 say is in the error. */
static void
test_refused (void **state)
{
    guestfs_h *g = mounted_process ();

    (void) state;
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_refused (g, "max_read=x", "invalid parameter in option");
    if (!others_allowed ())
        assert_refused (g, "allow_other", "fusermount3: option allow_other");
    mount_or_skip (g, "fsname=some\\,name");
    finish (g);
    assert_false (is_mounted ());
}

static void
test_not_launched (void **state)
{
    guestfs_h *g = quiet_handle ();

    (void) state;
    assert_int_equal (guestfs_mount_local (g, mountpoint, -1), -1);
    assert_error (g, EINVAL, "call launch first");
    assert_int_equal (guestfs_mount_local_run (g), -1);
    assert_error (g, EINVAL, "call mount_local first");
    assert_int_equal (guestfs_umount_local (g, -1), -1);
    assert_error (g, EINVAL, "call mount_local first");
    guestfs_close (g);
    assert_false (is_mounted ());
}

/* A file that is open keeps it from being unmounted. */
static void
test_busy (void **state)
{
    guestfs_h *g = mounted_process ();
    struct server s;
    int fd;

    (void) state;
    server_start (&s, g);
    write_file ("open", "content");
    fd = open (in_mount ("open"), O_RDONLY);
    assert_return_code (fd, errno);
    assert_int_equal (guestfs_umount_local (g, -1), -1);
    assert_error (g, EBUSY, "'fuser -vm /tmp/test-mount-local-");
    assert_false (s.ended);
    assert_file ("open", "content");
    close (fd);
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_int_equal (server_join (&s), 0);
    finish (g);
}

static void *
close_soon (void *opaque)
{
    sleep_ms (1500);
    close (*(int *) opaque);
    return NULL;
}

/* It is unmounted as soon as the file has been closed. */
static void
test_retry (void **state)
{
    guestfs_h *g = mounted_process ();
    struct server s;
    pthread_t thread;
    int fd;

    (void) state;
    server_start (&s, g);
    write_file ("open", "content");
    fd = open (in_mount ("open"), O_RDONLY);
    assert_return_code (fd, errno);
    assert_int_equal (pthread_create (&thread, NULL, close_soon, &fd), 0);
    assert_int_equal (guestfs_umount_local (g, GUESTFS_UMOUNT_LOCAL_RETRY, 1,
                                            -1), 0);
    pthread_join (thread, NULL);
    assert_int_equal (server_join (&s), 0);
    finish (g);
}

/* Nothing hangs, the mount stays, and why is said in the end. */
static void
test_death (void **state)
{
    guestfs_h *g = mounted_process ();
    struct server s;
    struct stat st;
    int fd;

    (void) state;
    server_start (&s, g);
    write_file ("file", "content");
    fd = open (in_mount ("file"), O_RDONLY);
    assert_return_code (fd, errno);
    assert_int_equal (kill (guestfs_get_pid (g), SIGKILL), 0);
    /* The first request finds it dead, the others know. */
    assert_int_equal (stat (in_mount ("absent1"), &st), -1);
    assert_true (errno == EIO || errno == ENOTCONN);
    assert_int_equal (stat (in_mount ("absent2"), &st), -1);
    assert_int_equal (errno, ENOTCONN);
    assert_int_equal (open (in_mount ("new"), O_CREAT | O_WRONLY, 0600), -1);
    assert_int_equal (errno, ENOTCONN);
    assert_true (is_mounted ());
    assert_false (s.ended);
    close (fd);
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_int_equal (server_join (&s), -1);
    assert_true (strstr (s.message, "died"));
    assert_false (is_mounted ());
    guestfs_close (g);
}

/* The handle is launched anew while the old mount is still there. */
static void
test_new_appliance (void **state)
{
    guestfs_h *g = mounted_process ();
    struct server s;
    struct stat st;

    (void) state;
    server_start (&s, g);
    assert_int_equal (kill (guestfs_get_pid (g), SIGKILL), 0);
    assert_int_equal (guestfs_ping_daemon (g), -1);
    assert_int_equal (guestfs_launch (g), 0);
    assert_int_equal (stat (in_mount ("absent"), &st), -1);
    assert_int_equal (errno, ENOTCONN);
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_int_equal (server_join (&s), -1);
    assert_int_equal (guestfs_ping_daemon (g), 0);
    finish (g);
}

static void
unmount_from_outside (void)
{
    const char *argv[] = { "fusermount3", "-u", mountpoint, NULL };
    int status;
    pid_t pid = fork ();

    assert_int_not_equal (pid, -1);
    if (pid == 0) {
        execvp (argv[0], (char **) argv);
        _exit (1);
    }
    assert_int_equal (waitpid (pid, &status, 0), pid);
    assert_int_equal (status, 0);
}

static void
test_outside (void **state)
{
    guestfs_h *g = mounted_process ();
    struct server s;

    (void) state;
    server_start (&s, g);
    write_file ("file", "content");
    unmount_from_outside ();
    assert_int_equal (server_join (&s), 0);
    assert_int_equal (guestfs_umount_local (g, -1), -1);
    assert_error (g, EINVAL, "nothing is mounted locally");
    assert_int_equal (guestfs_ping_daemon (g), 0);
    finish (g);
}

/* Before anybody serves it, and after. */
static void
test_not_served (void **state)
{
    guestfs_h *g = mounted_process ();

    (void) state;
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_false (is_mounted ());
    mount_or_skip (g, "");
    unmount_from_outside ();
    assert_int_equal (guestfs_mount_local_run (g), 0);
    mount_or_skip (g, "");
    unmount_from_outside ();
    mount_or_skip (g, "");
    finish (g);
    assert_false (is_mounted ());
}

/* A process with a mount namespace of its own, that is, a copy of all mounts:
 * for some seconds, or until it is killed.
 */
static pid_t
copy_mounts (const char *seconds)
{
    const char *argv[] = {
        "unshare", "--mount", "--propagation=private",
        geteuid () == 0 ? "--" : "--map-root-user",
        "sh", "-c", "echo && exec sleep $0", seconds, NULL,
    };
    int ready[2];
    char byte;
    pid_t pid;

    assert_return_code (pipe2 (ready, O_CLOEXEC), errno);
    pid = fork ();
    assert_return_code (pid, errno);
    if (pid == 0) {
        dup2 (ready[1], STDOUT_FILENO);
        execvp (argv[0], (char **) argv);
        _exit (1);
    }
    close (ready[1]);
    assert_int_equal (read (ready[0], &byte, 1), 1);
    close (ready[0]);
    return pid;
}

static void
test_copied_for_a_moment (void **state)
{
    guestfs_h *g = mounted_process ();
    pid_t pid = copy_mounts ("0.1");

    (void) state;
    unmount_from_outside ();
    mount_or_skip (g, "");
    finish (g);
    assert_false (is_mounted ());
    assert_int_equal (waitpid (pid, NULL, 0), pid);
}

/* Nothing waits for it, and nothing is lost. */
static void
test_copied_for_good (void **state)
{
    guestfs_h *g = launched_process ();
    struct server s;
    pid_t pid;

    (void) state;
    assert_non_null (g);
    for (int serves = 0; serves < 2; serves++) {
        mount_or_skip (g, "writeback_cache");
        server_start (&s, g);
        write_file (serves ? "first" : "second", "content");
        pid = copy_mounts ("infinity");
        if (!serves) {
            assert_int_equal (guestfs_user_cancel (g), 0);
            assert_int_equal (server_join (&s), -1);
        }
        assert_int_equal (guestfs_umount_local (g, -1), 0);
        if (serves)
            assert_int_equal (server_join (&s), 0);
        assert_false (is_mounted ());
        assert_cat (g, serves ? "/first" : "/second", "content");
        kill (pid, SIGKILL);
        assert_int_equal (waitpid (pid, NULL, 0), pid);
    }
    finish (g);
}

/* What the kernel has kept is written by whoever unmounts. */
static void
test_cancel (void **state)
{
    guestfs_h *g = launched_process ();
    struct server s;

    (void) state;
    assert_non_null (g);
    mount_or_skip (g, "writeback_cache");
    server_start (&s, g);
    write_file ("first", "one");
    assert_int_equal (guestfs_user_cancel (g), 0);
    assert_int_equal (server_join (&s), -1);
    assert_int_equal (s.errnum, EINTR);
    assert_int_equal (guestfs_ping_daemon (g), 0);
    server_start (&s, g);
    assert_file ("first", "one");
    write_file ("second", "two");
    assert_int_equal (guestfs_user_cancel (g), 0);
    assert_int_equal (server_join (&s), -1);
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_cat (g, "/second", "two");
    finish (g);
}

/* Others make calls meanwhile, for which nobody is cancelled. */
static void
test_calls (void **state)
{
    guestfs_h *g = mounted_process ();
    struct server s;

    (void) state;
    server_start (&s, g);
    for (int i = 0; i < 50; i++) {
        char name[32];

        snprintf (name, sizeof name, "file%d", i);
        write_file (name, name);
        assert_int_equal (guestfs_ping_daemon (g), 0);
        assert_file (name, name);
    }
    assert_int_equal (guestfs_mount_local_run (g), -1);
    assert_error (g, EBUSY, "mount_local_run is running already");
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_int_equal (server_join (&s), 0);
    finish (g);
}

/* Shutting down and closing unmount, whatever is open. */
static void
test_shutdown (void **state)
{
    (void) state;
    for (int i = 0; i < 4; i++) {
        bool is_open = i & 1, close_it = i & 2;
        guestfs_h *g = mounted_process ();
        struct server s;
        int fd = -1;

        server_start (&s, g);
        write_file ("file", "content");
        if (is_open)
            fd = open (in_mount ("file"), O_RDONLY);
        if (close_it)
            guestfs_close (g);
        else
            assert_int_equal (guestfs_shutdown (g), 0);
        assert_int_equal (server_join (&s), is_open ? -1 : 0);
        assert_false (is_mounted ());
        if (!close_it)
            finish (g);
        if (fd >= 0)
            close (fd);
    }
}

static void
test_readonly (void **state)
{
    guestfs_h *g = launched_process ();
    struct server s;

    (void) state;
    assert_non_null (g);
    assert_int_equal (guestfs_touch (g, "/there"), 0);
    mount_or_skip (g, "ro,uid=12345,umask=077");
    server_start (&s, g);
    assert_int_equal (open (in_mount ("new"), O_CREAT | O_WRONLY, 0600), -1);
    assert_int_equal (errno, EROFS);
    assert_int_equal (unlink (in_mount ("there")), -1);
    assert_int_equal (errno, EROFS);
    {
        struct stat st;

        assert_int_equal (stat (in_mount ("there"), &st), 0);
        assert_int_equal (st.st_uid, 12345);
        assert_int_equal (st.st_mode & 07777, 0700);
    }
    assert_int_equal (guestfs_umount_local (g, -1), 0);
    assert_int_equal (server_join (&s), 0);
    finish (g);
}

/* None is lost by mounting and unmounting. */
static void
test_descriptors (void **state)
{
    size_t before = count_descriptors ();

    test_together (state);
    assert_int_equal (count_descriptors (), before);
    assert_no_children ();
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_together),
        cmocka_unit_test (test_twice),
        cmocka_unit_test (test_refused),
        cmocka_unit_test (test_not_launched),
        cmocka_unit_test (test_busy),
        cmocka_unit_test (test_retry),
        cmocka_unit_test (test_death),
        cmocka_unit_test (test_new_appliance),
        cmocka_unit_test (test_outside),
        cmocka_unit_test (test_not_served),
        cmocka_unit_test (test_copied_for_a_moment),
        cmocka_unit_test (test_copied_for_good),
        cmocka_unit_test (test_cancel),
        cmocka_unit_test (test_calls),
        cmocka_unit_test (test_shutdown),
        cmocka_unit_test (test_readonly),
        cmocka_unit_test (test_descriptors),
    };

    return cmocka_run_group_tests_name ("mount-local", tests, setup,
                                        teardown);
}
