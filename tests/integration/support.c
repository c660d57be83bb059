/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the integration tests have in common. */

#include "config.h"

#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

guestfs_h *
quiet_handle (void)
{
    guestfs_h *g = guestfs_create ();

    assert_non_null (g);
    guestfs_set_error_handler (g, NULL, NULL);
    return g;
}

guestfs_h *
launched_handle (int64_t size)
{
    guestfs_h *g = quiet_handle ();

    assert_int_equal (guestfs_add_drive_scratch (g, size * MIB, -1), 0);
    if (guestfs_launch (g) < 0)
        fail_msg ("%s", guestfs_last_error (g));
    return g;
}

guestfs_h *
mounted_handle (int64_t size)
{
    guestfs_h *g = launched_handle (size);

    assert_int_equal (guestfs_mkfs (g, "ext4", "/dev/sda"), 0);
    assert_int_equal (guestfs_mount (g, "/dev/sda", "/"), 0);
    return g;
}

void
finish (guestfs_h *g)
{
    if (guestfs_shutdown (g) < 0)
        fail_msg ("%s", guestfs_last_error (g));
    guestfs_close (g);
}

void
assert_error (guestfs_h *g, int errnum, const char *part)
{
    const char *message = guestfs_last_error (g);

    assert_non_null (message);
    if (!strstr (message, part))
        fail_msg ("'%s' is not in the message: %s", part, message);
    assert_int_equal (guestfs_last_errno (g), errnum);
}

size_t
count_descriptors (void)
{
    DIR *dir = opendir ("/proc/self/fd");
    size_t count = 0;

    assert_non_null (dir);
    while (readdir (dir))
        count++;
    closedir (dir);
    return count;
}

void
assert_no_children (void)
{
    assert_int_equal (waitpid (-1, NULL, WNOHANG), -1);
    assert_int_equal (errno, ECHILD);
}

pid_t
parent_of (pid_t pid)
{
    char name[64];
    char line[256];
    pid_t parent = 0;
    FILE *fp;

    snprintf (name, sizeof name, "/proc/%d/status", (int) pid);
    fp = fopen (name, "re");
    assert_non_null (fp);
    while (fgets (line, sizeof line, fp))
        sscanf (line, "PPid: %d", &parent);
    fclose (fp);
    assert_int_not_equal (parent, 0);
    return parent;
}

void
assert_ends (pid_t pid)
{
    for (int i = 0; i < 500; i++) {
        if (kill (pid, 0) < 0 && errno == ESRCH)
            return;
        sleep_ms (10);
    }
    fail_msg ("process %d is still there", (int) pid);
}

void
sleep_ms (int ms)
{
    const struct timespec time = {
        .tv_sec = ms / 1000,
        .tv_nsec = ms % 1000 * 1000000L,
    };

    nanosleep (&time, NULL);
}
