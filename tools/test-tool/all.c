/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each back end in turn. */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "memory.h"
#include "remove-tree.h"
#include "test-tool.h"

/* In the order in which "auto" tries them. */
static const struct {
    const char *name, *backend, *setting;
} backends[] = {
    { "direct with KVM", "direct", "force_kvm" },
    { "uml", "uml", NULL },
    { "direct with TCG", "direct", "force_tcg" },
};

#define NR_BACKENDS (sizeof backends / sizeof *backends)

struct result {
    struct outcome first, again;
};

static const char *
reason_of (const struct result *r)
{
    if (!r->first.works)
        return r->first.reason;
    return r->again.works ? "works" : r->again.reason;
}

/* Whatever happens to it, the others are tried, too. */
static void
run_trials (struct trial *t, struct result *ret)
{
    run_trial (t, &ret->first);
    if (ret->first.works)
        run_trial (t, &ret->again);
}

/* Returns a signal that ends this program, too, or 0. */
static int
wait_for_trials (pid_t pid, const struct trial *t, struct result *ret)
{
    struct outcome *o;
    int status = 0;

    while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
        continue;
    o = ret->first.works ? &ret->again : &ret->first;
    if (WIFSIGNALED (status)) {
        int signal = WTERMSIG (status);

        if (signal == SIGALRM)
            snprintf (o->reason, sizeof o->reason,
                      "not ready after %d seconds", t->timeout);
        else
            snprintf (o->reason, sizeof o->reason, "signal %d", signal);
        return signal == SIGINT || signal == SIGTERM ? signal : 0;
    }
    return 0;
}

/* In a process of its own, which the time may be over for. */
static int
try_one (struct trial *t, struct result *ret)
{
    pid_t pid;

    fflush (NULL);
    pid = fork ();
    if (pid < 0) {
        snprintf (ret->first.reason, sizeof ret->first.reason, "fork: %s",
                  strerror (errno));
        return 0;
    }
    if (pid == 0) {
        signal (SIGINT, SIG_DFL);
        setvbuf (t->log, NULL, _IOLBF, 0); /* a signal may end us */
        run_trials (t, ret);
        fflush (t->log);
        _exit (EXIT_SUCCESS);
    }
    return wait_for_trials (pid, t, ret);
}

/* Of what fails; all that is known of it. */
static void
print_log (const char *name, FILE *log, const struct result *r)
{
    cleanup_free char *title = xasprintf ("Log of %s", name);
    char buffer[4096];
    size_t n;

    print_heading (title);
    rewind (log);
    while ((n = fread (buffer, 1, sizeof buffer, log)) > 0)
        fwrite (buffer, 1, n, stdout);
    printf (PROGRAM ": %s\n", reason_of (r));
}

static void
print_seconds (const struct outcome *o)
{
    if (o->works)
        printf ("  %8.2f s", o->seconds);
    else
        printf ("  %10s", "-");
}

static void
print_table (const struct result *results)
{
    const char *best = NULL;

    print_heading ("Back ends");
    printf ("%-16s  %10s  %10s\n", "launch", "first", "again");
    for (size_t i = 0; i < NR_BACKENDS; i++) {
        const struct result *r = &results[i];

        printf ("%-16s", backends[i].name);
        print_seconds (&r->first);
        print_seconds (&r->again);
        printf ("  %.*s\n", (int) strcspn (reason_of (r), "\n"),
                reason_of (r));
        if (!best && r->again.works)
            best = backends[i].name;
    }
    if (best)
        printf ("\n\"first\" is with an empty cache.  Programs that name no "
                "back end get %s.\n", best);
}

/* Returns the number of back ends that work, or -1 to end. */
static int
try_each (struct trial *t, struct result *results)
{
    int works = 0;

    for (size_t i = 0; i < NR_BACKENDS; i++) {
        int signal;

        t->name = backends[i].name;
        t->backend = backends[i].backend;
        t->setting = backends[i].setting;
        t->log = tmpfile ();
        if (!t->log) {
            printf (PROGRAM ": a temporary file: %s\n", strerror (errno));
            return -1;
        }
        signal = try_one (t, &results[i]);
        if (!results[i].again.works)
            print_log (t->name, t->log, &results[i]);
        works += results[i].again.works;
        fclose (t->log);
        if (signal != 0)
            return -1;
    }
    return works;
}

/* Until it has removed what is there, the program is not to be ended. */
static int
try_in_folder (const char *folder, const char *hv, int timeout)
{
    struct trial trial = { .cachedir = folder, .hv = hv, .timeout = timeout };
    struct result *results
        = mmap (NULL, NR_BACKENDS * sizeof *results, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int works;

    if (results == MAP_FAILED)
        out_of_memory ();
    signal (SIGINT, SIG_IGN);
    works = try_each (&trial, results);
    signal (SIGINT, SIG_DFL);
    if (works >= 0)
        print_table (results);
    munmap (results, NR_BACKENDS * sizeof *results);
    return works;
}

bool
try_all (guestfs_h *g, const char *hv, int timeout)
{
    cleanup_free char *cachedir = guestfs_get_cachedir (g);
    cleanup_free char *folder = xasprintf ("%s/guestfs-test-XXXXXX",
                                           cachedir ? cachedir : "/var/tmp");
    int works;

    if (!mkdtemp (folder)) {
        printf (PROGRAM ": %s: %s\n", folder, strerror (errno));
        return false;
    }
    works = try_in_folder (folder, hv, timeout);
    remove_tree (folder);
    return works > 0;
}
