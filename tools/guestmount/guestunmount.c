/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestunmount: the end of what guestmount has mounted. */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "memory.h"
#include "mount-table.h"
#include "number.h"
#include "option-offers.h"
#include "server.h"
#include "string-list.h"
#include "unmount.h"
#include "users.h"

#define PROGRAM "guestunmount"

#define USUAL_RETRIES 5
#define MAX_RETRIES 30  /* the last wait would be 34 years */
#define PATIENCE 5000   /* in ms; then a person wants to know */

/* What it exits with. */
enum { DONE = 0, FAILED = 1, STILL_MOUNTED = 2, NOT_MOUNTED = 3 };

struct request {
    int fd; /* wait for the end of this pipe; -1: there is none */
    int retries;
    bool quiet;
    bool verbose;
    bool completion; /* only say what could be the next word */
};

_Noreturn void
out_of_memory (void)
{
    fputs (PROGRAM ": no memory is left\n", stderr);
    exit (FAILED);
}

static int
apply_fd (void *data, const char *value, struct error *err)
{
    int64_t fd;

    if (parse_number (value, 0, INT_MAX, &fd, err) < 0)
        return fail_context (err, "--fd");
    ((struct request *) data)->fd = (int) fd;
    return 0;
}

static int
apply_retry (void *data, const char *value, struct error *err)
{
    int64_t retries = USUAL_RETRIES;

    if (value && parse_number (value, 0, MAX_RETRIES, &retries, err) < 0)
        return fail_context (err, "--retry");
    ((struct request *) data)->retries = (int) retries;
    return 0;
}

#define SETTER(name, assignment)                                        \
    static OPTION_SETTER (apply_##name, struct request, assignment)

SETTER (completion, o->completion = true)
SETTER (no_retry, o->retries = 0)
SETTER (quiet, o->quiet = true)
SETTER (verbose, o->verbose = true)

static const struct option_row option_rows[] = {
    { "completion", 0, OPTION_ALONE, NULL, NULL, apply_completion },
    { "fd", 0, OPTION_VALUE, "FD",
      "wait until the other end of this pipe is closed", apply_fd },
    OPTION_HELP (PROGRAM ": unmount what guestmount has mounted, and wait "
                 "until everything is\nwritten to the disk\n"
                 "\n"
                 "  guestunmount [OPTION...] FOLDER\n"
                 "\n"
                 "Options:",
                 "\nguestunmount(1) is the manual.\n"),
    { "no-retry", 0, OPTION_ALONE, NULL, "try only once", apply_no_retry },
    { "quiet", 'q', OPTION_ALONE, NULL, "do not say why it is still mounted",
      apply_quiet },
    { "retry", 0, OPTION_MAYBE, "N",
      "how often to try again while it is in use (5)", apply_retry },
    { "verbose", 'v', OPTION_ALONE, NULL, "show each step", apply_verbose },
    OPTION_VERSION (PROGRAM),
    OPTION_ROWS_END,
};

static void
print_message (const char *message)
{
    fprintf (stderr, PROGRAM ": %s\n", message);
}

/* All others who could write to it have closed it, or ended. */
static int
wait_for_end_of_pipe (int fd, struct error *err)
{
    char buffer[4096];
    ssize_t n;

    do
        n = read (fd, buffer, sizeof buffer);
    while (n > 0 || (n < 0 && errno == EINTR));
    return n < 0 ? fail (err, errno, "--fd=%d: %m", fd) : 0;
}

static void
explain_busy (const char *mountpoint, struct error *err)
{
    cleanup_strings struct strings users = STRINGS_EMPTY;
    cleanup_free char *list = NULL;

    if (err->errnum != EBUSY)
        return;
    users_find (mountpoint, &users);
    list = strings_join (&users, ", ");
    if (*list)
        fail (err, EBUSY, "%s is still in use by %s", mountpoint, list);
    else
        fail (err, EBUSY, "%s is still in use; 'fuser -vm %s' as root shows "
              "by whom", mountpoint, mountpoint);
}

/* Who has just looked into the new mount soon leaves it again. */
static int
unmount_patiently (const char *mountpoint, const struct request *r,
                   struct error *err)
{
    for (int tries = 0;; tries++) {
        unsigned seconds = 1u << tries;

        error_clear (err);
        if (unmount_once (mountpoint, err) == 0)
            return 0;
        if (err->errnum != EBUSY || tries == r->retries)
            break;
        if (r->verbose)
            fprintf (stderr, PROGRAM ": %s: again in %u s\n", err->message,
                     seconds);
        sleep (seconds);
    }
    explain_busy (mountpoint, err);
    return -1;
}

/* Only then everything is written, and the image is free. */
static void
wait_for_servers (struct servers *servers, const struct request *r)
{
    if (!servers_wait (servers, PATIENCE)) {
        if (!r->quiet)
            print_message ("it is unmounted; waiting until guestmount has "
                           "written everything");
        servers_wait (servers, -1);
    }
    if (r->verbose && servers->count > 0)
        print_message ("guestmount has ended");
}

static int
run (const char *folder, const struct request *r, struct error *err)
{
    cleanup_mounted struct mounted mounted = { .device = NULL };
    cleanup_free char *mountpoint = NULL;
    cleanup_servers struct servers servers = { .count = 0 };

    if (r->fd >= 0 && wait_for_end_of_pipe (r->fd, err) < 0)
        return FAILED;
    mountpoint = mount_point_name (folder, err);
    if (!mountpoint || mount_table_find (mountpoint, &mounted, err) < 0)
        return err->errnum == ENOENT ? NOT_MOUNTED : FAILED;
    if (!mounted.device || !mounted.fuse) {
        fail (err, EINVAL, "%s: %s", folder, mounted.device
              ? "what is mounted there is nothing of guestmount's"
              : "nothing is mounted there");
        return NOT_MOUNTED;
    }
    servers_find (&mounted, &servers);
    if (chdir ("/") < 0) { /* we may stand in it */
        fail (err, errno, "/: %m");
        return FAILED;
    }
    if (unmount_patiently (mountpoint, r, err) < 0)
        return err->errnum == ENOENT ? FAILED : STILL_MOUNTED;
    wait_for_servers (&servers, r);
    return servers_result (&servers, err) < 0 ? FAILED : DONE;
}

int
main (int argc, char *argv[])
{
    struct request r = { .fd = -1, .retries = USUAL_RETRIES };
    cleanup_error struct error err = { 0 };
    int status, rest;

    setlocale (LC_ALL, "");
    if (options_parse (option_rows, argc, argv, &r, &rest, &err) < 0) {
        status = FAILED;
    } else if (r.completion) {
        option_offers_print (option_rows, argv + rest);
        status = DONE;
    } else if (rest + 1 != argc) {
        status = FAILED;
        fail (&err, EINVAL, "one folder is expected; 'guestunmount --help' "
                            "shows how");
    } else {
        status = run (argv[rest], &r, &err);
    }
    if (err.message && !(r.quiet && status != FAILED))
        print_message (err.message);
    return status;
}
