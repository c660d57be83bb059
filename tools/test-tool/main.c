/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libguestfs-test-tool: does the library work here, and if not, why?  What it
 * prints is for bug reports.
 */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "options.h"
#include "test-tool.h"

#define DEFAULT_TIMEOUT 600 /* seconds */

struct request {
    int timeout;
    bool launches, all;
    const char *hv;
};

_Noreturn void
out_of_memory (void)
{
    fputs (PROGRAM ": out of memory\n", stderr);
    exit (EXIT_FAILURE);
}

static int
set_timeout (void *data, const char *value, struct error *err)
{
    char *end;
    long seconds = strtol (value, &end, 10);

    if (end == value || *end || seconds < 1 || seconds > INT_MAX)
        return fail (err, EINVAL, "--timeout=%s: a number of seconds is "
                     "expected", value);
    ((struct request *) data)->timeout = (int) seconds;
    return 0;
}

static int
set_no_launch (void *data, const char *value, struct error *err)
{
    (void) value;
    (void) err;
    ((struct request *) data)->launches = false;
    return 0;
}

static int
set_all (void *data, const char *value, struct error *err)
{
    (void) value;
    (void) err;
    ((struct request *) data)->all = true;
    return 0;
}

static int
set_hv (void *data, const char *value, struct error *err)
{
    (void) err;
    ((struct request *) data)->hv = value;
    return 0;
}

static const struct option_row option_rows[] = {
    { "all", '\0', OPTION_ALONE, NULL,
      "try each back end, and print a table", set_all },
    { "qemu", '\0', OPTION_VALUE, "PROGRAM",
      "launch this QEMU, or User Mode Linux", set_hv },
    { "timeout", 't', OPTION_VALUE, "SECONDS",
      "how long a launch may take (600)", set_timeout },
    { NULL, 'n', OPTION_ALONE, NULL, "launch nothing", set_no_launch },
    OPTION_VERSION (PROGRAM),
    OPTION_HELP ("Usage: " PROGRAM " [OPTION...]\n"
                 "Find out whether libguestfs works here, and if not, "
                 "why.\n", ""),
    OPTION_ROWS_END,
};

/* The one that programs would get. */
static bool
try_default (const struct request *r)
{
    const struct trial trial = {
        .hv = r->hv,
        .timeout = r->timeout,
        .log = stdout,
    };
    struct outcome outcome;

    print_heading ("Launch");
    run_trial (&trial, &outcome);
    print_heading ("Result");
    if (outcome.works)
        printf ("The back end '%s' was ready after %.2f s, and did its "
                "job.\n", outcome.backend, outcome.seconds);
    else
        printf ("It does not work: %s\n"
                "%s --all tries each back end by itself.\n",
                outcome.reason, PROGRAM);
    return outcome.works;
}

/* What a handle says that is only asked for its settings. */
static void
ignore_event (guestfs_h *g, void *opaque, uint64_t event, int handle,
              int flags, const char *buf, size_t buf_len,
              const uint64_t *array, size_t array_len)
{
    (void) g, (void) opaque, (void) event, (void) handle, (void) flags;
    (void) buf, (void) buf_len, (void) array, (void) array_len;
}

static bool
run_tests (const struct request *r)
{
    guestfs_h *g;
    bool works;

    print_environment ();
    g = guestfs_create ();
    if (!g) /* the environment: the reason was printed on stderr */
        return false;
    guestfs_set_event_callback (g, ignore_event, GUESTFS_EVENT_TRACE
                                                 | GUESTFS_EVENT_LIBRARY,
                                0, NULL);
    print_versions (g, r->hv);
    print_host (g);
    print_settings (g);
    works = !r->launches ? true
            : r->all     ? try_all (g, r->hv, r->timeout)
                         : try_default (r);
    guestfs_close (g);
    return works;
}

int
main (int argc, char *argv[])
{
    cleanup_error struct error err = { 0 };
    struct request request = { .timeout = DEFAULT_TIMEOUT, .launches = true };
    bool works;
    int rest;

    if (options_parse (option_rows, argc, argv, &request, &rest, &err) < 0
        || (rest < argc && fail (&err, EINVAL, "%s: there are only options",
                                 argv[rest]))) {
        fprintf (stderr, PROGRAM ": %s\n", err.message);
        return EXIT_FAILURE;
    }
    setvbuf (stdout, NULL, _IOLBF, 0);
    printf ("Please put all of this into a bug report, unchanged.\n");
    works = run_tests (&request);
    if (!request.launches && works)
        puts ("\nNothing was launched.");
    else if (works)
        puts ("\n===== TEST FINISHED OK =====");
    else
        puts ("\n===== TEST FAILED =====");
    if (fflush (stdout) != 0 || ferror (stdout)) {
        fprintf (stderr, PROGRAM ": not all of it could be written\n");
        return EXIT_FAILURE;
    }
    return works ? EXIT_SUCCESS : EXIT_FAILURE;
}
