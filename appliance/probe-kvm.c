/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-probe-kvm: does KVM run a guest's code, and at the speed of the
 * processor?  README.md has its interface.
 *
 * A device that opens and makes virtual machines need not: there are software
 * KVMs and nested ones that take a second for what a processor does in a
 * millisecond, or never come back.  A child lets a guest run, in 64-bit mode
 * with paging, as a kernel does; what counts is how much processor time it
 * needs, which a busy host does not change.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "memory.h"
#include "options.h"
#include "probe-kvm.h"

#define DEFAULT_CPU_LIMIT_MS 100
#define WALL_LIMIT_MS 5000
/* How long a killed child may take to end. */
#define KILL_LIMIT_MS 1000
/* How often its processor time is looked at. */
#define INTERVAL_MS 5

/* Exit status: whether the verdict is good until the host boots again. */
enum { LASTING = EXIT_SUCCESS, PASSING = EXIT_FAILURE };

struct request {
    const char *device;
    int cpu_limit_ms;
};

_Noreturn void
out_of_memory (void)
{
    puts ("broken out of memory");
    exit (PASSING);
}

static int
set_device (void *data, const char *value, struct error *err)
{
    (void) err;
    ((struct request *) data)->device = value;
    return 0;
}

static int
set_cpu_limit (void *data, const char *value, struct error *err)
{
    char *end;
    long ms = strtol (value, &end, 10);

    if (end == value || *end || ms < 1 || ms > WALL_LIMIT_MS)
        return fail (err, EINVAL, "--cpu-limit=%s: 1 to %d ms are possible",
                     value, WALL_LIMIT_MS);
    ((struct request *) data)->cpu_limit_ms = (int) ms;
    return 0;
}

static const struct option_row option_rows[] = {
    { "device", '\0', OPTION_VALUE, "PATH", "probe this, not /dev/kvm",
      set_device },
    { "cpu-limit", '\0', OPTION_VALUE, "MS",
      "the processor time that it may take", set_cpu_limit },
    OPTION_ROWS_END,
};

/* Who may open it, for those who may not. */
static char *
who_may (const char *device)
{
    const struct group *group;
    struct stat st;

    if (stat (device, &st) < 0 || (st.st_mode & 0060) != 0060)
        return xstrdup ("");
    group = getgrgid (st.st_gid);
    return group ? xasprintf (" (members of the group '%s' may)",
                              group->gr_name)
                 : xasprintf (" (members of the group %u may)",
                              (unsigned) st.st_gid);
}

static int
cannot_open (const char *device, int errnum)
{
    cleanup_free char *who = NULL;

    if (errnum == EACCES || errnum == EPERM) {
        who = who_may (device);
        printf ("forbidden %s: %s%s\n", device, strerror (errnum), who);
    } else if (errnum == ENOENT || errnum == ENXIO || errnum == ENODEV) {
        printf ("absent %s: %s\n", device, strerror (errnum));
    } else {
        printf ("broken %s: %s\n", device, strerror (errnum));
    }
    return PASSING;
}

/* Of the child's. */
static int64_t
cpu_time_ms (pid_t pid)
{
    struct timespec used;
    clockid_t clock;

    if (clock_getcpuclockid (pid, &clock) != 0
        || clock_gettime (clock, &used) < 0)
        return 0;
    return (int64_t) used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

static int64_t
now_ms (void)
{
    struct timespec now;

    clock_gettime (CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* It gets neither our stdio, which somebody may wait for the end of, nor a
 * life after ours.
 */
static pid_t
start_child (int device, struct kvm_result *result)
{
    pid_t parent = getpid ();
    pid_t pid = fork ();

    if (pid != 0)
        return pid;
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (getppid () != parent)
        _exit (EXIT_FAILURE);
    close_range (STDIN_FILENO, STDERR_FILENO, 0);
    kvm_try (device, result);
    _exit (EXIT_SUCCESS);
}

static bool
ends_within (int pidfd, int timeout_ms)
{
    struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

    return poll (&pfd, 1, timeout_ms) > 0;
}

/* Returns whether it has ended. */
static bool
kill_child (pid_t pid, int pidfd)
{
    pidfd_send_signal (pidfd, SIGKILL, NULL, 0);
    return ends_within (pidfd, KILL_LIMIT_MS) && waitpid (pid, NULL, 0) == pid;
}

/* Prints a verdict if it took too long: then it was killed. */
static bool
takes_too_long (const struct request *r, pid_t pid, int pidfd, int *ret)
{
    int64_t begin = now_ms ();

    while (!ends_within (pidfd, INTERVAL_MS)) {
        bool cpu = cpu_time_ms (pid) >= r->cpu_limit_ms;

        if (!cpu && now_ms () - begin < WALL_LIMIT_MS)
            continue;
        printf ("broken %s: a guest took more than %d ms for what takes a "
                "processor one millisecond%s\n", r->device,
                cpu ? r->cpu_limit_ms : WALL_LIMIT_MS,
                kill_child (pid, pidfd) ? "" : ", and can't be killed");
        *ret = cpu ? LASTING : PASSING;
        return true;
    }
    return false;
}

/* The child has ended by itself. */
static int
judge (const struct request *r, pid_t pid, const struct kvm_result *result)
{
    int status = 0;

    waitpid (pid, &status, 0);
    if (WIFSIGNALED (status))
        printf ("broken %s: signal %d\n", r->device, WTERMSIG (status));
    else if (!result->works)
        printf ("broken %s: %s%s%s\n", r->device, result->what,
                result->errnum ? ": " : "",
                result->errnum ? strerror (result->errnum) : "");
    else
        printf ("works %s\n", r->device);
    return result->works ? LASTING : PASSING;
}

static int
watch_child (const struct request *r, int device)
{
    struct kvm_result *result
        = mmap (NULL, sizeof *result, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cleanup_fd int pidfd = -1;
    int verdict;
    pid_t pid;

    if (result == MAP_FAILED)
        out_of_memory ();
    result->what = "nothing was tried";
    pid = start_child (device, result);
    if (pid > 0)
        pidfd = pidfd_open (pid, 0);
    if (pidfd < 0) {
        if (pid > 0)
            kill (pid, SIGKILL);
        printf ("broken a process for the probe: %m\n");
        return PASSING;
    }
    return takes_too_long (r, pid, pidfd, &verdict)
               ? verdict
               : judge (r, pid, result);
}

static int
probe (const struct request *r)
{
    cleanup_fd int device = open (r->device, O_RDWR | O_NOCTTY | O_NONBLOCK
                                             | O_CLOEXEC);

    if (device < 0)
        return cannot_open (r->device, errno);
    if (!kvm_can_try ()) {
        printf ("works %s (not probed: there is no probe for this "
                "processor)\n", r->device);
        return LASTING;
    }
    return watch_child (r, device);
}

int
main (int argc, char *argv[])
{
    cleanup_error struct error err = { 0 };
    struct request request = { "/dev/kvm", DEFAULT_CPU_LIMIT_MS };
    int rest;

    if (options_parse (option_rows, argc, argv, &request, &rest, &err) < 0
        || (rest < argc && fail (&err, EINVAL, "%s: not an option",
                                 argv[rest]))) {
        fprintf (stderr, "error %s %s\n", errno_to_name (err.errnum),
                 err.message);
        return 2;
    }
    return probe (&request);
}
