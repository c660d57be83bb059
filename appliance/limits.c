/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is what the user may have, by setrlimit (2), enough for the program?  It
 * would die of that with a message that helps nobody, or wait for ever.
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"

#define MIB (UINT64_C (1) << 20)

/* What each program has open besides its disks, each of which it opens once
 * more.
 */
#define OPEN_FILES 32

/* User Mode Linux and QEMU start about ten; more come with the guest's. */
#define PROCESSES 16

/* Who may have more of them has enough, however many run already. */
#define MANY_PROCESSES 1024

/* Address space beside the guest's memory.  That of User Mode Linux is its
 * program; QEMU has translated code (1 GiB) and the stacks of its threads.
 */
static const struct {
    unsigned profile;
    uint64_t size;
} address_spaces[] = {
    { FOR_UML, 64 * MIB },
    { FOR_KVM, 640 * MIB },
    { FOR_QEMU, 1664 * MIB },
};

/* Many disks need more than the usual 1024, which can be had in most
 * places.
 */
static int
check_files (const struct plan *plan, struct error *err)
{
    rlim_t needed = OPEN_FILES + 2 * plan->n_disks + plan->n_keep;
    struct rlimit limit;

    if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
        return 0;
    limit.rlim_cur = needed;
    if (needed <= limit.rlim_max && setrlimit (RLIMIT_NOFILE, &limit) == 0)
        return 0;
    return fail (err, EMFILE, "%s needs %ju open files", plan->argv[0],
                 (uintmax_t) needed);
}

static int
check_address_space (const struct plan *plan, struct error *err)
{
    struct rlimit limit;

    if (!plan->profile->has_memory || getrlimit (RLIMIT_AS, &limit) < 0
        || limit.rlim_cur == RLIM_INFINITY)
        return 0;
    for (size_t i = 0; i < sizeof address_spaces / sizeof *address_spaces;
         i++) {
        uint64_t needed = plan->memory + address_spaces[i].size;

        if (!(plan->profile->bits & address_spaces[i].profile))
            continue;
        if (limit.rlim_cur >= needed)
            return 0;
        return fail (err, ENOMEM, "%s needs %ju MiB of address space for a "
                     "guest of %ju MiB", plan->argv[0],
                     (uintmax_t) (needed / MIB),
                     (uintmax_t) (plan->memory / MIB));
    }
    return 0;
}

/* Nothing tells how many processes the user has, everywhere on this host:
 * try.
 */
static int
check_processes (const struct plan *plan, struct error *err)
{
    pid_t pids[PROCESSES];
    struct rlimit limit;
    int n = 0;

    if (getrlimit (RLIMIT_NPROC, &limit) < 0
        || limit.rlim_cur >= MANY_PROCESSES)
        return 0;
    while (n < PROCESSES && (pids[n] = fork ()) >= 0) {
        if (pids[n] == 0) {
            pause ();
            _exit (0);
        }
        n++;
    }
    for (int i = 0; i < n; i++)
        kill (pids[i], SIGKILL);
    for (int i = 0; i < n; i++)
        waitpid (pids[i], NULL, 0);
    if (n == PROCESSES)
        return 0;
    return fail (err, EAGAIN, "%s needs %d processes or threads, and %d can "
                 "be started", plan->argv[0], PROCESSES, n);
}

/* User Mode Linux has a file for the guest's memory.  When it writes to it,
 * all that it says is how.
 */
static int
check_file_size (const struct plan *plan, struct error *err)
{
    struct rlimit limit;

    if (!(plan->profile->bits & FOR_UML)
        || getrlimit (RLIMIT_FSIZE, &limit) < 0
        || limit.rlim_cur >= plan->memory)
        return 0;
    return fail (err, EFBIG, "%s needs a file of %ju MiB", plan->argv[0],
                 (uintmax_t) (plan->memory / MIB));
}

/* Each timer takes one of the signals that may be pending.  Without, time
 * stands still in User Mode Linux.
 */
static int
check_timer (const struct plan *plan, struct error *err)
{
    struct rlimit limit;
    timer_t timer;

    if (!(plan->profile->bits & FOR_UML))
        return 0;
    if (timer_create (CLOCK_MONOTONIC, NULL, &timer) == 0) {
        timer_delete (timer);
        return 0;
    }
    if (errno != EAGAIN || getrlimit (RLIMIT_SIGPENDING, &limit) < 0)
        return fail (err, errno, "%s needs a timer: %m", plan->argv[0]);
    return fail (err, ENOTSUP, "%s needs a timer; the limit of all pending "
                 "signals and timers of the user (ulimit -i) is %ju",
                 plan->argv[0], (uintmax_t) limit.rlim_cur);
}

int
check_limits (const struct plan *plan, struct error *err)
{
    if (check_files (plan, err) < 0 || check_address_space (plan, err) < 0
        || check_file_size (plan, err) < 0 || check_timer (plan, err) < 0)
        return -1;
    return check_processes (plan, err);
}
