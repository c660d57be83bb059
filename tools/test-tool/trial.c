/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A launch, and a small job. */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "test-tool.h"

#define DISK_SIZE (100 << 20)
#define DATA_SIZE (64 << 10)

/* Asynchronous: nothing but write and _exit. */
static void
time_is_over (int signal)
{
    static const char message[]
        = "\n" PROGRAM ": the launch takes too long; --timeout can give it "
          "more\n\n===== TEST FAILED =====\n";

    ssize_t n;

    (void) signal;
    n = write (STDOUT_FILENO, message, sizeof message - 1);
    (void) n; /* the status says it, too */
    _exit (EXIT_FAILURE);
}

static void
log_event (guestfs_h *g, void *opaque, uint64_t event, int handle, int flags,
           const char *buf, size_t buf_len, const uint64_t *array,
           size_t array_len)
{
    FILE *fp = opaque;

    (void) g, (void) handle, (void) flags, (void) array, (void) array_len;
    if (event == GUESTFS_EVENT_APPLIANCE) /* comes as it is printed */
        fwrite (buf, 1, buf_len, fp);
    else
        fprintf (fp, "%s: %.*s\n",
                 event == GUESTFS_EVENT_WARNING ? "libguestfs: warning"
                 : event == GUESTFS_EVENT_TRACE ? "libguestfs: trace"
                                                : "libguestfs",
                 (int) buf_len, buf);
}

static int
configure (guestfs_h *g, const struct trial *t)
{
    char *settings[] = { (char *) t->setting, NULL };

    guestfs_set_error_handler (g, NULL, NULL);
    guestfs_set_verbose (g, 1);
    guestfs_set_event_callback (g, log_event,
                                GUESTFS_EVENT_APPLIANCE
                                    | GUESTFS_EVENT_LIBRARY
                                    | GUESTFS_EVENT_TRACE
                                    | GUESTFS_EVENT_WARNING, 0, t->log);
    if ((t->backend && (guestfs_set_backend (g, t->backend) < 0
                        || guestfs_set_backend_settings (g, settings) < 0))
        || (t->cachedir && guestfs_set_cachedir (g, t->cachedir) < 0)
        || (t->hv && guestfs_set_hv (g, t->hv) < 0))
        return -1;
    return guestfs_add_drive_scratch (g, DISK_SIZE, -1);
}

static double
seconds_now (void)
{
    struct timespec now;

    clock_gettime (CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static int
launch (guestfs_h *g, const struct trial *t, struct outcome *ret)
{
    double begin = seconds_now ();
    char *backend;
    int r;

    signal (SIGALRM, t->log == stdout ? time_is_over : SIG_DFL);
    alarm ((unsigned) t->timeout);
    r = guestfs_launch (g);
    alarm (0);
    if (r < 0)
        return -1;
    ret->seconds = seconds_now () - begin;
    backend = guestfs_get_backend (g);
    snprintf (ret->backend, sizeof ret->backend, "%s",
              backend ? backend : "unknown");
    free (backend);
    return 0;
}

static int
make_partition (guestfs_h *g)
{
    return guestfs_part_disk (g, "/dev/sda", "mbr");
}

static int
make_filesystem (guestfs_h *g)
{
    return guestfs_mkfs (g, "ext4", "/dev/sda1");
}

static int
mount_it (guestfs_h *g)
{
    return guestfs_mount (g, "/dev/sda1", "/");
}

/* Every block is another one. */
static void
fill (char *data)
{
    for (size_t i = 0; i < DATA_SIZE; i++)
        data[i] = (char) ('a' + (i / 1000 + i) % 26);
}

static int
write_it (guestfs_h *g)
{
    static char data[DATA_SIZE];

    fill (data);
    return guestfs_write (g, "/file", data, sizeof data);
}

static int
remount (guestfs_h *g)
{
    return guestfs_umount_all (g) < 0 ? -1
                                      : guestfs_mount_ro (g, "/dev/sda1", "/");
}

/* Returns 1 if there is something else. */
static int
read_it (guestfs_h *g)
{
    static char expected[DATA_SIZE];
    size_t size;
    cleanup_free char *data = guestfs_read_file (g, "/file", &size);

    if (!data)
        return -1;
    fill (expected);
    return size != DATA_SIZE || memcmp (data, expected, DATA_SIZE) != 0;
}

static const struct {
    const char *what;
    int (*run) (guestfs_h *g);
} job[] = {
    { "making a partition", make_partition },
    { "making an ext4 filesystem in it", make_filesystem },
    { "mounting that", mount_it },
    { "writing a file", write_it },
    { "unmounting, and mounting again", remount },
    { "reading the file back", read_it },
    { "shutting down", guestfs_shutdown },
};

static void
explain (struct outcome *ret, const char *what, const char *why)
{
    snprintf (ret->reason, sizeof ret->reason, "%s%s%s", what,
              *what ? ": " : "", why ? why : "the library says nothing");
}

static bool
do_job (guestfs_h *g, FILE *log, struct outcome *ret)
{
    for (size_t i = 0; i < sizeof job / sizeof *job; i++) {
        int r;

        fprintf (log, PROGRAM ": %s\n", job[i].what);
        r = job[i].run (g);
        if (r == 0)
            continue;
        explain (ret, job[i].what,
                 r < 0 ? guestfs_last_error (g)
                       : "it has not the content that was written");
        return false;
    }
    return true;
}

void
run_trial (const struct trial *t, struct outcome *ret)
{
    guestfs_h *g = guestfs_create ();

    *ret = (struct outcome) { 0 };
    if (!g) {
        explain (ret, "", "no handle can be made");
        return;
    }
    if (configure (g, t) < 0 || launch (g, t, ret) < 0)
        explain (ret, "", guestfs_last_error (g));
    else
        ret->works = do_job (g, t->log, ret);
    guestfs_close (g);
}
